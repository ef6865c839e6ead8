"""All that was evaluated, best first, with what it cost."""

from adf.evaluate.report.evaluation import KINDS, MEDIAN, Evaluation, Row
from adf.evaluate.report.kinds import badge, legend
from adf.evaluate.report.markup import Markup, join, picture, tag
from adf.evaluate.report.numbers import NONE, amount, percent, plus_minus
from adf.evaluate.report.table import Column, over, table

COLUMNS = (
    Column("Network", "who"),
    Column("From 0 to 100 %", "bar"),
    Column("Top-1"),
    Column("Ceiling"),
    Column("Top-5"),
    Column("Parameters"),
    Column("FLOPs"),
    Column("Latency"),
)
BEST = 5
# The bars are stretched to the width there is.
WIDE, HIGH = 1000.0, 26.0


def leaderboard(key: str, evaluation: Evaluation, of: str = "") -> Markup:
    """Return a table whose bars show score, error, ceiling and chance; ``of`` ends the heading."""
    rows = [
        _cells(f"{key}-bar{place}", row, evaluation) for place, row in enumerate(evaluation.rows)
    ]
    kinds = [kind for kind in KINDS if any(row.kind == kind for row in evaluation.rows)]
    limited = any(row.ceiling is not None for row in evaluation.rows)
    ceiling = ", the thick line the ceiling of what the row reads" if limited else ""
    return tag(
        "section",
        tag("h2", f"Leaderboard{of}"),
        table(
            "All rows by their top-1 accuracy: a mean over trainings, unless it is called a median",
            COLUMNS,
            rows,
            "board",
        ),
        legend(f"{key}-legend", kinds),
        tag(
            "p",
            f"The whisker is one standard error over trainings to each side{ceiling}, the dashed"
            f" line chance ({percent(evaluation.chance)}). Modalities joined by x are fused as"
            " feature maps, by + as vectors or scores.",
            class_="soft",
        ),
    )


def _cells(key: str, row: Row, evaluation: Evaluation) -> list[Markup | str]:
    name = join(
        tag("b", row.name),
        tag("span", badge(f"{key}-kind", row.kind), f" {row.reads}", class_="soft reads"),
        tag("span", row.note, class_="soft note") if row.note else None,
        tag("span", "above its ceiling", class_="flag") if row.beyond else None,
    )
    median = "median, " if row.statistic == MEDIAN else ""
    latency = f"{row.latency:.2f} ms" if row.latency is not None else NONE
    return [
        name,
        _bar(key, row, evaluation.chance),
        over(plus_minus(row.top1.value, row.top1.error), f"{median}n = {row.top1.n}"),
        percent(row.ceiling),
        # Of five classes, all are among the best five.
        percent(row.top5.value if row.top5 and len(evaluation.classes) > BEST else None),
        amount(row.parameters),
        amount(row.flops),
        latency,
    ]


def _bar(key: str, row: Row, chance: float) -> Markup:
    score, middle = row.top1.value * WIDE, HIGH / 2
    error = (row.top1.error or 0.0) * WIDE
    ceiling = None
    if row.ceiling is not None:
        x = min(row.ceiling * WIDE, WIDE - 4)
        ceiling = tag("line", x1=x, x2=x, y1=1, y2=HIGH - 1, class_="ceiling")
    ends = [
        tag("line", x1=x, x2=x, y1=middle - 5, y2=middle + 5, class_="whisker")
        for x in (score - error, score + error)
        if error
    ]
    x = chance * WIDE
    title = f"{row.title}: {plus_minus(row.top1.value, row.top1.error)}"
    limits = f"chance {percent(chance)}"
    if row.ceiling is not None:
        limits = f"ceiling {percent(row.ceiling)}, {limits}"
    return picture(
        key,
        title,
        f"A bar from 0 to 100 %; {limits}.",
        (WIDE, HIGH),
        tag("rect", x=0, y=5, width=WIDE, height=HIGH - 10, class_="track"),
        tag("rect", x=0, y=5, width=score, height=HIGH - 10, class_=f"k-{row.kind}"),
        tag("line", x1=x, x2=x, y1=1, y2=HIGH - 1, class_="chance"),
        tag("line", x1=score - error, x2=score + error, y1=middle, y2=middle, class_="whisker")
        if error
        else None,
        *ends,
        ceiling,
        class_="scorebar",
        preserveAspectRatio="none",
    )
