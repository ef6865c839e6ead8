"""How far the scores of a search are from the truth, and how good what it finds is."""

from collections.abc import Sequence

from adf.evaluate.report.evolution import share
from adf.evaluate.report.intervals import Reference, interval_chart
from adf.evaluate.report.lines import Line, line_chart
from adf.evaluate.report.markup import Markup, tag
from adf.evaluate.report.numbers import JOINED, NONE, percent, points, short, signed, tick
from adf.evaluate.report.rivalry import Interval, Rival, Rivalry
from adf.evaluate.report.table import Column, over, table

COLUMNS = (
    Column("Method", "who"),
    Column("Kendall's tau"),
    Column("Tau, top fifth"),
    Column("Spearman"),
    Column("Drop"),
    Column("Gap"),
    Column("Skips"),
    Column("Curvature"),
    Column("Median regret"),
    Column("Mean regret"),
    Column("Percentile"),
)

LOOKED = (
    "Tau and Spearman: how alike the supernet and stand-alone training rank genotypes, with an"
    " interval of 95 %. Drop: accuracy lost when the mixture becomes a genotype, before and after"
    " its statistics are measured anew. Gap: accuracy gained by training it alone. "
)
FOUND = (
    "Regret: how far what was found is below the best there is, with the middle half of all"
    " searches. Percentile: the share of genotypes that are no better."
)


def gap(key: str, rivalry: Rivalry, of: str = "") -> Markup:
    """Return charts and a table of all methods; ``of`` ends the heading."""
    looked = any(rival.tau for rival in rivalry.rivals)
    heading = "The optimisation gap" if looked else "Methods against the truth"
    return tag(
        "section",
        tag("h2", heading + of),
        tag("div", *_charts(key, rivalry), class_="grid"),
        table(
            "What was measured of each method; accuracy and regret in points",
            COLUMNS,
            [_cells(rival) for rival in rivalry.rivals],
        ),
        tag("p", LOOKED if looked else None, FOUND, class_="soft"),
    )


def _charts(key: str, rivalry: Rivalry) -> list[Markup]:
    charts = []
    taus = _known([(rival.name, rival.tau) for rival in rivalry.rivals])
    if taus:
        ceiling = None
        if rivalry.ceiling is not None:
            ceiling = Reference(rivalry.ceiling, f"seed against seed {signed(rivalry.ceiling, 2)}")
        title = "Does the search rank like the truth?"
        charts.append(interval_chart(f"{key}-tau", title, taus, "Kendall's tau", tick, ceiling))
    regrets = _known([(rival.name, rival.regret) for rival in rivalry.rivals])
    if regrets:
        title, label = "How far from the best?", "regret, points of accuracy"
        charts.append(interval_chart(f"{key}-regret", title, regrets, label, _points))
    curves = [
        Line(rival.name, [point for point in rival.curve if point[0] > 0], style, steps=True)
        for style, rival in enumerate(rivalry.rivals)
    ]
    if any(line.points for line in curves):
        title, unit = "Regret by what was spent", "steps of a cell of middle size, logarithmic"
        charts.append(
            line_chart(f"{key}-curve", title, curves, unit, tick, share, log=True, least=0.02)
        )
    return charts


def _known(found: Sequence[tuple[str, Interval | None]]) -> list[tuple[str, Interval]]:
    return [(name, interval) for name, interval in found if interval]


def _points(share_: float) -> str:
    return f"{share_ * 100:.1f}"


def _cells(rival: Rival) -> list[str | Markup]:
    return [
        rival.name,
        *(_between(each) for each in (rival.tau, rival.tau_top, rival.spearman)),
        NONE if rival.before is None else f"{_signed(rival.before)} \u2192 {_signed(rival.after)}",
        _signed(rival.gap),
        percent(rival.skips, 0),
        short(rival.curvature),
        _middle_half(rival.regret),
        _mean(rival),
        percent(rival.percentile),
    ]


def _between(found: Interval | None) -> str | Markup:
    if found is None:
        return NONE
    return over(signed(found.value, 2), f"{signed(found.low, 2)} to {signed(found.high, 2)}")


def _signed(difference: float | None) -> str:
    return signed(None if difference is None else difference * 100, 1)


def _middle_half(found: Interval | None) -> str | Markup:
    if found is None:
        return NONE
    return over(points(found.value), f"{points(found.low)} to {points(found.high)}")


def _mean(rival: Rival) -> str | Markup:
    if rival.mean is None:
        return NONE
    error = f"{JOINED}±{JOINED}{points(rival.error)}" if rival.error is not None else ""
    return over(f"{points(rival.mean)}{error}", f"n = {rival.searches}")
