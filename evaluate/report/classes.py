"""How often each class is recognised, beside the best baseline."""

from adf.evaluate.report.evaluation import Evaluation, Row
from adf.evaluate.report.kinds import shape
from adf.evaluate.report.markup import Markup, join, picture, tag, text
from adf.evaluate.report.numbers import percent
from adf.evaluate.report.plot import WIDTH, shortened

LINE = 18.0
LONGEST = 20
LEFT, RIGHT = 138.0, 40.0
# More classes than this go into one more picture.
MOST = 36


def classes(key: str, evaluation: Evaluation) -> Markup | None:
    """Return a line for each class that there are test videos of, worst first."""
    best, rival = evaluation.shown, evaluation.rival
    rival = None if rival is best else rival
    known = [(share, index) for index, share in enumerate(best.per_class) if share is not None]
    if not known:
        return None
    order = [index for _, index in sorted(known)]
    without = len(evaluation.classes) - len(order)
    columns = -(-len(order) // MOST)
    size = -(-len(order) // columns)
    pictures = [
        _picture(f"{key}-{start}", evaluation, rival, order[start : start + size])
        for start in range(0, len(order), size)
    ]
    marks = [_mark(f"{key}-best", best), _mark(f"{key}-rival", rival) if rival else None]
    return tag(
        "section",
        tag("h2", "Class by class"),
        tag("p", "Accuracy of each class, worst first: ", *marks, class_="legend"),
        tag("p", f"Without test videos and not shown: {without}.", class_="soft")
        if without
        else None,
        tag("div", *pictures, class_="grid"),
    )


def _mark(key: str, row: Row) -> Markup:
    mark = picture(
        key, row.name, "its mark", (14, 14), shape(row.kind, 7, 7),
        width=14, height=14, class_="mark",
    )  # fmt: skip
    return tag("span", mark, " ", row.name)


def _picture(key: str, evaluation: Evaluation, rival: Row | None, order: list[int]) -> Markup:
    best, names = evaluation.shown, evaluation.classes
    told = [
        f"{names[index]}: {percent(best.per_class[index], 0)}"
        + (f", {percent(rival.per_class[index], 0)}" if rival else "")
        for index in order
    ]
    against = f" and {rival.name}" if rival else ""
    lines = [_line(names[index], place, best, rival, index) for place, index in enumerate(order)]
    height = LINE * len(order) + 4
    grid = [
        tag("line", x1=_x(share), x2=_x(share), y1=0, y2=height, class_="grid")
        for share in (0.0, 0.25, 0.5, 0.75, 1.0)
    ]
    return picture(
        key,
        f"Accuracy by class of {best.name}{against}",
        f"{'; '.join(told)}.",
        (WIDTH, height),
        *grid,
        *lines,
        class_="chart",
    )


def _line(name: str, place: int, best: Row, rival: Row | None, index: int) -> Markup:
    y = LINE * (place + 0.5) + 2
    own = best.per_class[index] or 0.0
    other = rival.per_class[index] if rival else None
    parts = [text(LEFT - 10, y + 4, shortened(name, LONGEST), "end")]
    if rival and other is not None:
        parts.append(tag("line", x1=_x(other), x2=_x(own), y1=y, y2=y, class_="between"))
        parts.append(shape(rival.kind, _x(other), y))
    parts.append(shape(best.kind, _x(own), y))
    parts.append(text(WIDTH, y + 4, percent(own, 0), "end"))
    return join(*parts)


def _x(share: float) -> float:
    return LEFT + share * (WIDTH - LEFT - RIGHT - 6)
