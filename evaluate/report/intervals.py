"""A chart of values with what they lie between, one below the other."""

from collections.abc import Sequence
from typing import NamedTuple

from adf.evaluate.report.lines import STYLES
from adf.evaluate.report.markup import Markup, picture, tag, text
from adf.evaluate.report.plot import ADVANCE, Plot, Written, linear, shortened
from adf.evaluate.report.rivalry import Interval

ROW = 24.0
LONGEST = 18


class Reference(NamedTuple):
    """A line that all are compared with."""

    value: float
    label: str


def interval_chart(
    key: str,
    title: str,
    found: Sequence[tuple[str, Interval]],
    label: str,
    written: Written,
    reference: Reference | None = None,
) -> Markup:
    """Return a figure in which zero is always to be seen."""
    edges = [0.0, *(v for _, each in found for v in (each.low, each.value, each.high))]
    names = [shortened(name, LONGEST) for name, _ in found]
    axis = linear([*edges, reference.value] if reference else edges)
    plot = Plot(
        axis,
        linear([0.0, float(len(found))]),
        left=max(map(len, names)) * ADVANCE + 14,
        right=20,
        top=24,
        height=66 + ROW * len(found),
    )
    told = [
        f"{name}: {written(each.value)}, from {written(each.low)} to {written(each.high)}"
        for name, each in found
    ]
    parts = [
        _row(plot, place, name, each)
        for place, (name, (_, each)) in enumerate(zip(names, found, strict=True))
    ]
    if reference:
        told.append(reference.label)
        parts.append(_reference(plot, reference))
    return tag(
        "figure",
        tag("figcaption", title),
        picture(
            key,
            title,
            ". ".join(told) + ".",
            plot.size,
            *_scale(plot, label, written),
            *parts,
            class_="chart",
        ),
    )


def _scale(plot: Plot, label: str, written: Written) -> list[Markup]:
    bottom = plot.height - plot.bottom
    parts = []
    for tick in plot.x.ticks:
        x = plot.at_x(tick)
        parts.append(tag("line", x1=x, x2=x, y1=plot.top, y2=bottom, class_="grid"))
        parts.append(text(x, bottom + 15, written(tick), "mid"))
    parts.append(text(plot.width / 2, plot.height - 6, label, "mid soft"))
    return parts


def _row(plot: Plot, place: int, name: str, found: Interval) -> Markup:
    y = plot.top + ROW * (place + 0.5)
    low, middle, high = map(plot.at_x, (found.low, found.value, found.high))
    look = f"s{place % STYLES}"
    return tag(
        "g",
        text(plot.left - 8, y + 4, name, "end"),
        tag("line", x1=low, x2=high, y1=y, y2=y, class_=f"span {look}"),
        tag("circle", cx=middle, cy=y, r=4.5, class_=f"dot {look}"),
    )


def _reference(plot: Plot, reference: Reference) -> Markup:
    x = plot.at_x(reference.value)
    # The words stay inside the picture whichever side the line is on.
    half = len(reference.label) * ADVANCE / 2
    middle = min(max(x, half), plot.width - half)
    return tag(
        "g",
        tag("line", x1=x, x2=x, y1=plot.top - 4, y2=plot.height - plot.bottom, class_="ceiling"),
        text(middle, plot.top - 9, reference.label, "mid"),
    )
