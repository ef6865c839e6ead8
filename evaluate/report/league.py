"""Every method and baseline with the same allowance: where they stand, and how they got there."""

from dataclasses import dataclass

from adf.errors import InvalidInput
from adf.evaluate.report.evaluation import FOUND, KINDS
from adf.evaluate.report.fields import Fields
from adf.evaluate.report.intervals import interval_chart
from adf.evaluate.report.kinds import badge, legend
from adf.evaluate.report.lines import Line, line_chart
from adf.evaluate.report.markup import Markup, join, tag
from adf.evaluate.report.numbers import NONE, amount, percent, tick, whole
from adf.evaluate.report.rivalry import Interval, Point
from adf.evaluate.report.table import Column, over, table

COLUMNS = (
    Column("Entry", "who"),
    Column("Rank"),
    Column("Top-1"),
    Column("Searches"),
    Column("Parameters"),
    Column("Seconds"),
    Column("Steps of a cell"),
    Column("Of the allowance"),
)


@dataclass(frozen=True)
class Entry:
    """One method or baseline; what a search took is known of methods alone."""

    name: str
    kind: str
    rank: int
    score: Interval
    scores: int
    parameters: float | None
    seconds: float | None
    cell_steps: float | None
    of_allowance: float | None
    curve: tuple[Point, ...]

    @classmethod
    def read(cls, fields: Fields) -> "Entry":
        """Read it from a file."""
        kind = fields.text("kind")
        if kind not in KINDS:
            raise InvalidInput(f"{fields.where}: kind '{kind}' is not one of {', '.join(KINDS)}")
        return cls(
            fields.text("name"),
            kind,
            fields.count("rank"),
            Interval.read(fields, "mean"),
            len(fields.listed("scores")),
            fields.maybe("parameters"),
            fields.maybe("seconds"),
            fields.maybe("cell_steps"),
            fields.maybe("of_allowance"),
            tuple(fields.pairs("curve")),
        )


@dataclass(frozen=True)
class League:
    """The entries of one ``adf league``, best first."""

    entries: tuple[Entry, ...]
    allowance: str
    videos: int

    @classmethod
    def read(cls, fields: Fields) -> "League":
        """Read it from a file."""
        entries = tuple(map(Entry.read, fields.each("entries")))
        if not entries:
            raise InvalidInput(f"{fields.where}: entries is empty: nothing was measured")
        return cls(entries, fields.text("allowance"), fields.count("test_videos"))


def league(key: str, found: League, of: str = "") -> Markup:
    """Return the table and the courses; ``of`` ends the heading."""
    rows = [_cells(f"{key}-{place}", entry) for place, entry in enumerate(found.entries)]
    kinds = [kind for kind in KINDS if any(entry.kind == kind for entry in found.entries)]
    return tag(
        "section",
        tag("h2", f"The league{of}"),
        table(f"All entries, {found.allowance} for each search", COLUMNS, rows, "plain"),
        legend(f"{key}-legend", kinds),
        tag("div", *_charts(key, found), class_="pair"),
        tag(
            "p",
            "All met the same clips and were trained in the same way. A score is the mean over"
            " searches of the mean over trainings of what each found, on"
            f" {whole(found.videos)} test videos that no search and no training has seen; below"
            " it is where 95 % of such means lie, by the luck of searches and trainings and by that"
            " of drawing the videos. An entry's rank counts those that are above it beyond that.",
            class_="soft",
        ),
    )


def _cells(key: str, entry: Entry) -> list[str | Markup]:
    low, high = percent(entry.score.low), percent(entry.score.high)
    return [
        join(tag("b", entry.name), tag("span", badge(key, entry.kind), class_="soft reads")),
        str(entry.rank),
        over(percent(entry.score.value), f"{low} to {high}"),
        str(entry.scores) if entry.kind == FOUND else NONE,
        amount(entry.parameters),
        whole(entry.seconds),
        whole(entry.cell_steps),
        percent(entry.of_allowance, 0),
    ]


def _charts(key: str, found: League) -> list[Markup]:
    methods = [entry for entry in found.entries if entry.kind == FOUND]
    charts = []
    if methods:
        scores = [(entry.name, entry.score) for entry in methods]
        title = "What a search is worth"
        charts.append(interval_chart(f"{key}-scores", title, scores, "top-1, 95 %", _percent))
    courses = [Line(each.name, each.curve, at, True) for at, each in enumerate(methods)]
    if any(line.points for line in courses):
        charts.append(
            line_chart(
                f"{key}-courses",
                "The best that was trained so far",
                courses,
                "seconds of a search, logarithmic",
                tick,
                _percent,
                log=True,
                least=0.05,
            )
        )
    return charts


def _percent(share: float) -> str:
    return percent(share, 0)
