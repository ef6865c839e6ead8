"""What an evaluation found: rows of scores, to be compared."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from adf.errors import InvalidInput
from adf.evaluate.report.fields import Fields
from adf.search.genotypes.genotype import Genotype

FOUND, SINGLE, BASELINE, RANDOM = "found", "single", "baseline", "random"
KINDS = (FOUND, SINGLE, BASELINE, RANDOM)
# Standard errors by which a score must exceed its ceiling before it is called a fault.
BEYOND = 3.0


@dataclass(frozen=True)
class Score:
    """A mean over trials; one trial has no standard error."""

    mean: float
    error: float | None
    n: int

    @classmethod
    def read(cls, fields: Fields) -> "Score":
        """Read it from a file."""
        n = int(fields.number("n"))
        return cls(fields.number("mean"), fields.maybe("error") if n > 1 else None, n)


@dataclass(frozen=True)
class Row:
    """A network or a baseline, trained and tested several times."""

    name: str
    kind: str
    reads: str
    note: str
    ceiling: float | None
    genotype: Genotype | None
    digest: str
    parameters: float | None
    flops: float | None
    latency: float | None
    top1: Score
    top5: Score | None
    per_class: tuple[float, ...]
    confusion: Sequence[Sequence[float]]
    videos: int

    @classmethod
    def read(cls, fields: Fields, classes: int) -> "Row":
        """Read it from a file."""
        kind = fields.text("kind")
        if kind not in KINDS:
            raise InvalidInput(f"{fields.where}: kind '{kind}' is not one of {', '.join(KINDS)}")
        per_class = tuple(fields.numbers("per_class"))
        if len(per_class) != classes:
            raise InvalidInput(f"{fields.where}: per_class has not a number for each class")
        return cls(
            fields.text("name"),
            kind,
            fields.text("reads"),
            fields.text("note", ""),
            fields.maybe("ceiling"),
            Genotype.from_dict(fields.value["genotype"]) if fields.has("genotype") else None,
            fields.text("digest", ""),
            fields.maybe("parameters"),
            fields.maybe("flops"),
            fields.maybe("latency_ms"),
            Score.read(fields.at("top1")),
            Score.read(fields.at("top5")) if fields.has("top5") else None,
            per_class,
            fields.matrix("confusion", classes),
            _videos(fields.each("trials")),
        )

    def beyond(self) -> float | None:
        """Return by how many standard errors the score exceeds its ceiling, if that is a fault.

        The error is binomial, of the videos: seeds that are tested on the same ones add nothing.
        """
        if self.ceiling is None or self.top1.mean <= self.ceiling:
            return None
        error = math.sqrt(max(self.ceiling * (1 - self.ceiling), 0.0) / max(self.videos, 1))
        excess = (self.top1.mean - self.ceiling) / error if error else math.inf
        return excess if excess > BEYOND else None


@dataclass(frozen=True)
class Evaluation:
    """The rows of one ``adf-eval``, best first."""

    rows: tuple[Row, ...]
    classes: tuple[str, ...]
    chance: float
    splits: tuple[str, ...]

    @classmethod
    def read(cls, fields: Fields) -> "Evaluation":
        """Read it from a file."""
        classes = fields.texts("classes")
        rows = [Row.read(row, len(classes)) for row in fields.each("rows")]
        if not rows:
            raise InvalidInput(f"{fields.where}: rows is empty: nothing was evaluated")
        rows.sort(key=lambda row: (-row.top1.mean, KINDS.index(row.kind), row.name))
        return cls(tuple(rows), classes, fields.number("chance"), fields.texts("splits"))

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
    splits = {trial.text("split"): int(trial.number("videos")) for trial in trials}
    return sum(splits.values())
