"""The report: run folders in, one HTML file out that needs nothing else.

from adf.evaluate.report.page import write_report
write_report([Path("runs/eval/latest"), Path("runs/search/latest")], Path("report.html"))
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from adf.errors import ConfigError
from adf.evaluate.report.architecture import architecture
from adf.evaluate.report.bench import Bench, bench
from adf.evaluate.report.classes import classes
from adf.evaluate.report.confusion import confusion
from adf.evaluate.report.cost import cost
from adf.evaluate.report.evaluation import Evaluation
from adf.evaluate.report.evolution import evolution
from adf.evaluate.report.gap import gap
from adf.evaluate.report.headline import headline
from adf.evaluate.report.leaderboard import leaderboard
from adf.evaluate.report.league import League, league
from adf.evaluate.report.markup import Markup, tag
from adf.evaluate.report.provenance import provenance
from adf.evaluate.report.rivalry import Rivalry
from adf.evaluate.report.runs import Run, read_runs
from adf.evaluate.report.style import css
from adf.files import write_atomic

TITLE = "Report of AutoDeepFuse"
# Nothing outside the file may be loaded, whatever stands in it.
POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def write_report(runs: Sequence[Path], out: Path, title: str = TITLE) -> Path:
    """Write what is in ``runs`` as a page; the same folders give the same bytes."""
    text = page(read_runs(runs), title)
    out.parent.mkdir(parents=True, exist_ok=True)
    write_atomic(out, text.encode())
    return out


def page(runs: Sequence[Run], title: str = TITLE) -> str:
    """Return the page; a panel for which there is no data is not there."""
    if not runs:
        raise ConfigError("report: there is no run: give the folder of one")
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", http_equiv="Content-Security-Policy", content=POLICY),
        tag("title", title),
        # The style sheet is ours alone: nothing from a run is in it.
        tag("style", Markup(css())),
    )
    body = tag("body", tag("main", tag("h1", title), *_sections(runs)))
    return "<!DOCTYPE html>\n" + tag("html", head, body, lang="en") + "\n"


def _sections(runs: Sequence[Run]) -> Iterator[Markup | None]:
    evaluations = [(run, one) for run in runs for one in run.content if isinstance(one, Evaluation)]
    rivalries = [(run, one) for run in runs for one in run.content if isinstance(one, Rivalry)]
    benches = [(run, one) for run in runs for one in run.content if isinstance(one, Bench)]
    leagues = [(run, one) for run in runs for one in run.content if isinstance(one, League)]
    yield headline(runs)
    for run, table in leagues:
        yield league(run.key, table, _of(run, leagues))
    for run, evaluation in evaluations:
        yield leaderboard(run.key, evaluation, _of(run, evaluations))
        yield cost(f"{run.key}-cost", evaluation)
    yield architecture(runs)
    yield evolution(runs)
    for run, space in benches:
        yield bench(space, _of(run, benches))
    for run, rivalry in rivalries:
        yield gap(run.key, rivalry, _of(run, rivalries))
    for run, evaluation in evaluations:
        yield confusion(f"{run.key}-confusion", evaluation, _of(run, evaluations))
        yield classes(f"{run.key}-classes", evaluation)
    yield provenance(runs)


def _of(run: Run, similar: Sequence[object]) -> str:
    """Return the end of a heading: which run it is of, where there are several."""
    return f" of {run.name}" if len(similar) > 1 else ""
