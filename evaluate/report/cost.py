"""Accuracy against what it costs."""

from adf.evaluate.report.evaluation import Evaluation, Row
from adf.evaluate.report.kinds import shape
from adf.evaluate.report.labels import Box, nearest, place_labels
from adf.evaluate.report.markup import Markup, join, picture, tag, text
from adf.evaluate.report.numbers import percent, short, tick
from adf.evaluate.report.plot import ADVANCE, Plot, linear, logarithmic, shortened

LONGEST, LINE = 27, 14.0
WIDTH, HEIGHT = 420.0, 330.0
# From here on a name needs a line to its point.
NEAR = 12.0


def cost(key: str, evaluation: Evaluation) -> Markup | None:
    """Return pictures by parameters and by operations, of the rows that have any."""
    rows = evaluation.rows
    by = {
        "parameters": [(row, row.parameters) for row in rows if row.parameters],
        "FLOPs of a clip": [(row, row.flops) for row in rows if row.flops],
    }
    charts = [
        _scatter(f"{key}-{place}", unit, [(row, size) for row, size in points if size > 0])
        for place, (unit, points) in enumerate(by.items())
        if any(size > 0 for _, size in points)
    ]
    if not charts:
        return None
    return tag(
        "section",
        tag("h2", "Accuracy against cost"),
        tag("div", *charts, class_="pair"),
        tag("p", "Named are the rows that no cheaper one of their kind equals.", class_="soft"),
    )


def _scatter(key: str, unit: str, points: list[tuple[Row, float]]) -> Markup:
    plot = Plot(
        logarithmic([size for _, size in points]),
        linear([row.top1.value for row, _ in points], least=0.05),
        width=WIDTH,
        height=HEIGHT,
    )
    at = [(plot.at_x(size), plot.at_y(row.top1.value)) for row, size in points]
    best = max(points, key=lambda point: point[0].top1.value)
    told = "; ".join(f"{r.title}: {percent(r.top1.value)}, {short(s)}" for r, s in points)
    return tag(
        "figure",
        tag("figcaption", f"Top-1 by {unit}"),
        picture(
            key,
            f"Top-1 by {unit}; {best[0].title} is highest with {short(best[1])}",
            f"{told}.",
            plot.size,
            plot.axes(f"{unit}, logarithmic", tick, lambda share: percent(share, 0)),
            *(_whisker(plot, row, x) for (row, _), (x, _) in zip(points, at, strict=True)),
            *(shape(row.kind, *place) for (row, _), place in zip(points, at, strict=True)),
            _names(plot, points, at),
            class_="chart",
        ),
    )


def _whisker(plot: Plot, row: Row, x: float) -> Markup | None:
    if not row.top1.error:
        return None
    score, error = row.top1.value, row.top1.error
    low, high = (min(max(end, plot.y.low), plot.y.high) for end in (score - error, score + error))
    return tag("line", x1=x, x2=x, y1=plot.at_y(low), y2=plot.at_y(high), class_="whisker")


def _worth_it(row: Row, size: float, points: list[tuple[Row, float]]) -> bool:
    """Return whether no row of its kind is as good for less."""
    same = [(other.top1.value, cost) for other, cost in points if other.kind == row.kind]
    return not any(
        mean >= row.top1.value and cost <= size and (mean, cost) != (row.top1.value, size)
        for mean, cost in same
    )


def _names(plot: Plot, points: list[tuple[Row, float]], at: list[tuple[float, float]]) -> Markup:
    names = [
        shortened(row.title, LONGEST) if _worth_it(row, size, points) else ""
        for row, size in points
    ]
    within = Box(plot.left + 2, plot.top, plot.width - 2, plot.height - plot.bottom - 2)
    boxes = place_labels(at, [len(name) * ADVANCE for name in names], LINE, within)
    parts = []
    for name, box, (x, y) in zip(names, boxes, at, strict=True):
        if not (name and box):
            continue
        near = nearest(box, x, y)
        if abs(near[0] - x) + abs(near[1] - y) > NEAR:
            parts.append(tag("line", x1=x, y1=y, x2=near[0], y2=near[1], class_="leader"))
        parts.append(text(box.left, box.bottom - 3, name, "halo"))
    return join(*parts)
