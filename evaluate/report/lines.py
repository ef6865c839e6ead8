"""A chart of lines, each named at its end."""

from collections.abc import Sequence
from typing import NamedTuple

from adf.evaluate.report.markup import Markup, join, number, picture, tag, text
from adf.evaluate.report.plot import (
    ADVANCE,
    HEIGHT,
    WIDTH,
    Axis,
    Plot,
    Written,
    linear,
    logarithmic,
    shortened,
)

STYLES = 8
LINE = 13.0
LONGEST = 18
ROOM = 12.0


class Line(NamedTuple):
    """A named course; ``steps`` stay at a value until the next one."""

    label: str
    points: Sequence[tuple[float, float]]
    style: int
    steps: bool = False


def line_chart(
    key: str,
    title: str,
    lines: Sequence[Line],
    label: str,
    of_x: Written,
    of_y: Written,
    *,
    log: bool = False,
    least: float = 0.0,
) -> Markup:
    """Return a figure with its title. Lines of one label are one thing that was done again."""
    lines = [line for line in lines if line.points]
    names = {line.label: shortened(line.label, LONGEST) for line in lines}
    across = [x for line in lines for x, _ in line.points]
    plot = Plot(
        logarithmic(across) if log else _whole(across),
        linear([y for line in lines for _, y in line.points], least),
        right=max(map(len, names.values())) * ADVANCE + ROOM,
        height=max(HEIGHT, 60 + LINE * len(names)),
        width=WIDTH,
    )
    return tag(
        "figure",
        tag("figcaption", title),
        picture(
            key,
            title,
            _in_words(lines, label, of_x, of_y),
            plot.size,
            plot.axes(label, of_x, of_y),
            *(_path(plot, line) for line in lines),
            _ends(plot, lines, names),
            class_="chart",
        ),
    )


def _whole(values: Sequence[float]) -> Axis:
    """Return an axis of epochs: they begin where they begin, and only whole ones are named."""
    low, high = min(values), max(values)
    marks = [mark for mark in linear([low, high], least=4).ticks if low <= mark <= high]
    return Axis(low, max(high, low + 1), tuple(dict.fromkeys([low, *marks[1:]])))


def _path(plot: Plot, line: Line) -> Markup:
    places = [(number(plot.at_x(x)), number(plot.at_y(y))) for x, y in line.points]
    look = f"s{line.style % STYLES}"
    if len(places) == 1:
        return tag("circle", cx=places[0][0], cy=places[0][1], r=3, class_=f"dot {look}")
    path = "M" + " ".join(places[0])
    path += "".join(f"H{x}V{y}" if line.steps else f"L{x} {y}" for x, y in places[1:])
    end = tag("circle", cx=places[-1][0], cy=places[-1][1], r=2.5, class_=f"dot {look}")
    return join(tag("path", d=path, class_=f"line {look}"), end)


def _ends(plot: Plot, lines: Sequence[Line], names: dict[str, str]) -> Markup:
    """Name the lines beside their ends, one below the other where these are close."""
    ends = {
        label: [plot.at_y(line.points[-1][1]) for line in lines if line.label == label]
        for label in names
    }
    looks = {line.label: f"s{line.style % STYLES}" for line in lines}
    wanted = {label: sum(heights) / len(heights) for label, heights in ends.items()}
    order = sorted(wanted, key=lambda label: (wanted[label], label))
    places = apart([wanted[label] for label in order], LINE, plot.top + 4, plot.height - 38)
    x = plot.width - plot.right + 6
    return join(
        *(
            text(x, y + 4, names[label], f"name {looks[label]}")
            for label, y in zip(order, places, strict=True)
        )
    )


def apart(wanted: Sequence[float], least: float, low: float, high: float) -> list[float]:
    """Return heights, near to those wanted in rising order, with ``least`` between them."""
    places: list[float] = []
    for height in wanted:
        places.append(max(height, places[-1] + least if places else low))
    edge = high
    for index in reversed(range(len(places))):
        places[index] = min(places[index], edge)
        edge = places[index] - least
    return places


def _in_words(lines: Sequence[Line], label: str, of_x: Written, of_y: Written) -> str:
    told = [
        f"{line.label}: {of_y(line.points[0][1])} at {label} {of_x(line.points[0][0])},"
        f" {of_y(line.points[-1][1])} at {of_x(line.points[-1][0])}"
        for line in lines
    ]
    return ". ".join(told) + "."
