"""The table of a bench: how every network of a space does, and what its training took.

from adf.evaluate.bench.table import Table
table = Table.read(Path("bench"))
table.means    # accuracy by digest, the mean over trainings in full
"""

import csv
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from adf.errors import InputNotFound, InvalidInput
from adf.files import write_atomic
from adf.search.genotypes.genotype import Genotype

ROWS, FACTS = "table.csv", "table.json"
WHOLE = ("epochs", "seed", "samples")
COLUMNS = ("digest", *WHOLE, "accuracy", "loss", "cell_steps", "seconds")
# Of a training: the genotype, its epochs, its seed.
Key = tuple[str, int, int]


@dataclass(frozen=True)
class Table:
    """All trainings of all genotypes; ``facts`` are the content of ``table.json``."""

    facts: Mapping[str, Any]
    genotypes: Mapping[str, Genotype]
    lines: Mapping[Key, Mapping[str, Any]]

    @property
    def epochs(self) -> int:
        """The epochs of a training in full."""
        return int(max(self.facts["rungs"]))

    @property
    def trainings(self) -> int:
        """How often each genotype was trained."""
        return int(self.facts["trainings"])

    @cached_property
    def scores(self) -> NDArray[np.float64]:
        """Accuracies ``G S`` of trainings in full, in the order of ``genotypes``."""
        seeds = range(self.trainings)
        return np.array(
            [
                [self.lines[name, self.epochs, seed]["accuracy"] for seed in seeds]
                for name in self.genotypes
            ]
        )

    @cached_property
    def means(self) -> dict[str, float]:
        """The mean accuracy of each genotype."""
        return dict(zip(self.genotypes, self.scores.mean(axis=1).tolist(), strict=True))

    def regret(self, name: str) -> float:
        """Return how far a genotype is behind the best."""
        return max(self.means.values()) - self.means[name]

    def percentile(self, name: str) -> float:
        """Return the share of the genotypes that are no better."""
        return float(np.mean(np.array(list(self.means.values())) <= self.means[name]))

    def write(self, folder: Path) -> None:
        """Write both files, the rows first: where the facts are, all is there."""
        text = io.StringIO()
        rows = csv.DictWriter(text, COLUMNS, extrasaction="ignore", lineterminator="\n")
        rows.writeheader()
        for (name, epochs, seed), line in self.lines.items():
            rows.writerow({**line, "digest": name, "epochs": epochs, "seed": seed})
        write_atomic(folder / ROWS, text.getvalue().encode())
        facts = {**self.facts, "genotypes": {k: g.as_dict() for k, g in self.genotypes.items()}}
        write_atomic(folder / FACTS, (json.dumps(facts, indent=1) + "\n").encode())

    @classmethod
    def read(cls, folder: Path) -> "Table":
        """Read the table in a folder."""
        if not (folder / FACTS).is_file():
            raise InputNotFound(f"{folder} has no {FACTS}: adf-eval bench build --out makes it")
        try:
            facts = json.loads((folder / FACTS).read_text())
            genotypes = {k: Genotype.from_dict(v) for k, v in facts.pop("genotypes").items()}
            with (folder / ROWS).open(newline="") as file:
                lines = dict(_line(row) for row in csv.DictReader(file))
            seeds, rungs = range(facts["trainings"]), facts["rungs"]
            lacking = {(k, e, s) for k in genotypes for e in rungs for s in seeds} - set(lines)
        except (KeyError, TypeError, ValueError, OSError) as error:
            raise InvalidInput(f"{folder} holds no table of a bench: {error!r}") from None
        if lacking or not genotypes:
            raise InvalidInput(f"{folder / ROWS} lacks {len(lacking)} trainings: build it again")
        return cls(facts, genotypes, lines)


def _line(row: Mapping[str, str]) -> tuple[Key, dict[str, Any]]:
    values: dict[str, Any] = {name: float(row[name]) for name in COLUMNS if name != "digest"}
    values |= {name: int(row[name]) for name in WHOLE}
    return (row["digest"], values.pop("epochs"), values.pop("seed")), values
