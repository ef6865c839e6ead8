"""What a search found and saw on its way: one seed, as its run folder tells it."""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeGuard

import yaml

from adf.evaluate.report.fields import Fields
from adf.evaluate.report.measured import read_lines
from adf.search.families import Found
from adf.search.families import read as read_genotype

Point = tuple[float, float]


@dataclass(frozen=True)
class Searched:
    """One search by one seed. ``epochs`` are of its supernet, ``judged`` of its trainings."""

    method: str
    seed: str
    split: str
    genotype: Found
    digest: str
    accuracy: float
    videos: int
    trainings: int
    cell_steps: float
    lines: list[dict[str, Any]]
    modalities: tuple[str, ...]
    choices: tuple[tuple[str, ...], ...]
    ops: tuple[str, ...]

    @classmethod
    def read(cls, folder: Path, fields: Fields) -> "Searched":
        """Read it from its folder; ``fields`` are those of its ``result.json``."""
        judged = fields.at("judged")
        made = fields.value.get("provenance") or {}
        return cls(
            fields.text("method"),
            str(fields.value.get("seed", "")),
            str(fields.value.get("split", "")),
            read_genotype(fields.at("genotype").value),
            fields.text("digest"),
            judged.number("accuracy"),
            int(judged.number("videos")),
            int(judged.number("trainings")),
            fields.at("budget").number("cell_steps"),
            read_lines(folder / "metrics.jsonl"),
            tuple(str(name) for name in made if name != "clips"),
            tuple(tuple(map(str, slot)) for slot in fields.value.get("choices") or ()),
            _ops(folder / "config.yaml"),
        )

    @property
    def epochs(self) -> list[dict[str, Any]]:
        """The lines about the supernet, an epoch each."""
        return [line for line in self.lines if line.get("event") == "epoch"]

    def course(self, name: str) -> list[Point]:
        """Return a measurement by epoch, where there was one."""
        found = enumerate((line.get(name) for line in self.epochs), start=1)
        return [(number, value) for number, value in found if _finite(value)]

    def best_so_far(self) -> list[Point]:
        """Return the best accuracy of a training by what had been spent, in steps of a cell."""
        spent, best, points = 0.0, -math.inf, list[Point]()
        for line in self.lines:
            spent += float(line.get("cell_steps") or 0.0)
            if line.get("event") == "judged" and _finite(line.get("accuracy")) and spent:
                best = max(best, float(line["accuracy"]))
                points.append((spent, best))
        return points

    def level_courses(self) -> dict[str, dict[str, list[Point]]]:
        """Return the weight of each level by epoch, for every input that has a choice."""
        tables = [line["levels"] for line in self.epochs if line.get("levels")]
        slots = range(min(map(len, tables), default=0))
        return {
            self._slot(slot): _courses([table[slot] for table in tables], self._levels(slot))
            for slot in slots
            if len(tables[0][slot]) > 1
        }

    def op_courses(self) -> dict[str, list[Point]]:
        """Return the mean weight of each operation over all edges, by epoch."""
        tables = [line["ops"] for line in self.epochs if line.get("ops")]
        means = [_means([edge for cell in table for edge in cell]) for table in tables]
        return _courses(means, self.ops) if means and len(means[0]) > 1 else {}

    def _slot(self, slot: int) -> str:
        return self.modalities[slot] if slot < len(self.modalities) else f"input {slot}"

    def _levels(self, slot: int) -> tuple[str, ...]:
        return self.choices[slot] if slot < len(self.choices) else ()


def _courses(rows: list[list[float]], names: tuple[str, ...]) -> dict[str, list[Point]]:
    """Turn a list of weights an epoch into a course a name; names that do not fit are numbers."""
    count = min(map(len, rows))
    known = names if len(names) == count else [f"choice {place + 1}" for place in range(count)]
    return {
        name: [
            (number, float(row[place]))
            for number, row in enumerate(rows, start=1)
            if _finite(row[place])
        ]
        for place, name in enumerate(known)
    }


def _means(edges: list[list[float]]) -> list[float]:
    return [sum(column) / len(edges) for column in zip(*edges, strict=True)]


def _ops(config: Path) -> tuple[str, ...]:
    """Return the operations of the space, which the weights of an epoch are in the order of."""
    try:
        values = yaml.safe_load(config.read_bytes())["space"]["ops"]
    except (OSError, yaml.YAMLError, KeyError, TypeError):
        return ()
    return tuple(dict.fromkeys(map(str, values)))


def _finite(value: Any) -> TypeGuard[float]:
    return isinstance(value, int | float) and math.isfinite(value)
