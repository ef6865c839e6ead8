"""What an evaluation found: rows of scores, to be compared."""

from collections.abc import Sequence
from dataclasses import dataclass

from adf.errors import InvalidInput
from adf.evaluate.report import doubt
from adf.evaluate.report.fields import Fields
from adf.search.families import Found
from adf.search.families import read as read_genotype

# The same as in ``evaluate.entrants``, which brings all of torch along: a page needs none of it.
FOUND, SINGLE, BASELINE, RANDOM = "found", "single", "baseline", "random"
KINDS = (FOUND, SINGLE, BASELINE, RANDOM)
MEAN, MEDIAN = "mean", "median"


@dataclass(frozen=True)
class Score:
    """The mean or the median of trials; one trial has no standard error, nor has a median."""

    value: float
    error: float | None
    n: int

    @classmethod
    def read(cls, fields: Fields, statistic: str) -> "Score":
        """Read it from a file."""
        n = fields.count("n")
        known = n > 1 and statistic == MEAN and fields.has("error")
        # Equal scores have an error of nothing, whatever the rounding made of it.
        error = round(fields.share("error"), 9) if known else None
        return cls(fields.share(statistic), error, n)


@dataclass(frozen=True)
class Videos:
    """How many test videos a split has; some are left out for the modalities that they lack."""

    split: str
    tested: int
    left_out: int
    lacking: tuple[tuple[str, int], ...]

    @classmethod
    def read(cls, split: str, fields: Fields) -> "Videos":
        """Read it from a file."""
        lacking = fields.at("lacking") if fields.has("lacking") else Fields({}, fields.where)
        return cls(
            split,
            int(fields.number("tested")),
            int(fields.number("left_out")),
            tuple((name, int(lacking.number(name))) for name in lacking.value),
        )


@dataclass(frozen=True)
class Row:
    """A network or a baseline, trained and tested several times."""

    name: str
    kind: str
    reads: str
    note: str
    ceiling: float | None
    genotype: Found | None
    digest: str
    parameters: float | None
    flops: float | None
    latency: float | None
    top1: Score
    top5: Score | None
    statistic: str
    per_class: tuple[float | None, ...]
    confusion: Sequence[Sequence[float]]
    videos: int

    @classmethod
    def read(cls, fields: Fields, classes: int) -> "Row":
        """Read it from a file."""
        kind = fields.text("kind")
        if kind not in KINDS:
            raise InvalidInput(f"{fields.where}: kind '{kind}' is not one of {', '.join(KINDS)}")
        statistic = fields.text("statistic", MEAN)
        if statistic not in (MEAN, MEDIAN):
            raise InvalidInput(f"{fields.where}: statistic '{statistic}' is not mean or median")
        per_class = tuple(fields.shares("per_class"))
        if len(per_class) != classes:
            raise InvalidInput(f"{fields.where}: per_class has not a number for each class")
        return cls(
            fields.text("name"),
            kind,
            fields.text("reads"),
            fields.text("note", ""),
            fields.share("ceiling") if fields.has("ceiling") else None,
            read_genotype(fields.value["genotype"]) if fields.has("genotype") else None,
            fields.text("digest", ""),
            fields.maybe("parameters"),
            fields.maybe("flops"),
            fields.maybe("latency_ms"),
            Score.read(fields.at("top1"), statistic),
            Score.read(fields.at("top5"), statistic) if fields.has("top5") else None,
            statistic,
            per_class,
            fields.matrix("confusion", classes),
            _videos(fields.each("trials")),
        )

    @property
    def title(self) -> str:
        """Its name, which says so if its score is a median."""
        plain = self.statistic == MEAN or MEDIAN in self.name
        return self.name if plain else f"{self.name} ({MEDIAN})"

    @property
    def beyond(self) -> bool:
        """Whether the score exceeds its ceiling, and not by chance."""
        if self.ceiling is None:
            return False
        return doubt.beyond(self.top1.value, self.ceiling, self.videos)

    @property
    def margin(self) -> float:
        """How far to each side of the score 95 % lie, as far as that is known."""
        return doubt.margin(self.top1.value, self.videos, self.top1.error, self.top1.n)


@dataclass(frozen=True)
class Evaluation:
    """The rows of one ``adf-eval``, best first."""

    rows: tuple[Row, ...]
    classes: tuple[str, ...]
    chance: float
    splits: tuple[str, ...]
    videos: tuple[Videos, ...]

    @classmethod
    def read(cls, fields: Fields) -> "Evaluation":
        """Read it from a file."""
        classes = fields.texts("classes")
        rows = [Row.read(row, len(classes)) for row in fields.each("rows")]
        if not rows:
            raise InvalidInput(f"{fields.where}: rows is empty: nothing was evaluated")
        rows.sort(key=lambda row: (-row.top1.value, KINDS.index(row.kind), row.name))
        splits = fields.at("videos") if fields.has("videos") else Fields({}, fields.where)
        return cls(
            tuple(rows),
            classes,
            fields.share("chance"),
            fields.texts("splits"),
            tuple(Videos.read(split, splits.at(split)) for split in splits.value),
        )

    def best(self, *kinds: str) -> Row | None:
        """Return the best row of these kinds."""
        return next((row for row in self.rows if row.kind in kinds), None)

    @property
    def shown(self) -> Row:
        """The row that is looked at class by class."""
        return self.best(FOUND) or self.rows[0]

    @property
    def rival(self) -> Row | None:
        """The best row that no search has found."""
        return self.best(SINGLE, BASELINE)


def _videos(trials: Sequence[Fields]) -> int:
    """Count the videos of every split once."""
    splits = {trial.text("split"): trial.count("videos") for trial in trials}
    return sum(splits.values())
