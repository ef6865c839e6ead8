"""What the table of a bench came to: every network of a small space, trained."""

from collections.abc import Mapping
from dataclasses import dataclass

from adf.evaluate.report.fields import Fields
from adf.evaluate.report.markup import Markup, tag
from adf.evaluate.report.numbers import percent, points, whole
from adf.evaluate.report.table import Column, table

QUARTILES = ("worst", "lower quartile", "median", "upper quartile", "best")


@dataclass(frozen=True)
class Bench:
    """The table of one ``adf-eval bench build``."""

    genotypes: int
    trainings: int
    best: str
    accuracy: Mapping[str, float]
    deviation: float | None
    cell_steps: float
    seconds: float

    @classmethod
    def read(cls, fields: Fields) -> "Bench":
        """Read it from a file."""
        accuracy, spent = fields.at("accuracy"), fields.at("spent")
        return cls(
            fields.count("genotypes"),
            fields.count("trainings"),
            fields.text("best"),
            {name: accuracy.share(name) for name in QUARTILES},
            fields.share("deviation") if fields.has("deviation") else None,
            spent.number("cell_steps"),
            spent.number("seconds"),
        )


def bench(found: Bench, of: str = "") -> Markup:
    """Return how good the networks of the space are; ``of`` ends the heading."""
    cells = {
        "Genotypes": whole(found.genotypes),
        "Trainings": whole(found.trainings),
        **{name.capitalize(): percent(found.accuracy[name]) for name in QUARTILES},
        "Deviation": points(found.deviation),
        "Steps of a cell": whole(found.cell_steps),
        "Seconds": whole(found.seconds),
    }
    return tag(
        "section",
        tag("h2", f"The table of a bench{of}"),
        table(
            "Accuracy of all networks of the space, on videos held back",
            [Column(head) for head in cells],
            [list(cells.values())],
        ),
        tag(
            "p",
            f"Best is {found.best}. Deviation, in points, is of one training to another of the"
            " same genotype; steps and seconds are all that was spent.",
            class_="soft",
        ),
    )
