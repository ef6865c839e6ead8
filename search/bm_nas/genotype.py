"""What BM-NAS finds: which two features each cell takes, and what its steps do with them.

from adf.search.families import read_json
genotype = read_json(Path("genotype.json").read_text())
genotype.inputs    # (Input("rgb", "layer2"), Input("flow", "layer3"), ...)
genotype.cells     # (Cell(sources=(0, 1), steps=(Step("LinearGLU", (0, 1)),), concat=(2,)), ...)
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from reprlib import repr as short
from typing import Any, ClassVar, NamedTuple

from adf.errors import InvalidInput
from adf.search.bm_nas.settings import NAMES
from adf.search.genotypes.genotype import Input

FORMAT, VERSION = "adf.bm-nas", 1
# The states of a cell that come before its steps: the two that it takes.
TAKEN = 2

Pair = tuple[int, int]


class Step(NamedTuple):
    """An operation on two states of its cell: what the cell takes comes first, then its steps."""

    op: str
    sources: Pair


class Cell(NamedTuple):
    """Two states of the network (levels first, then cells), steps, and which steps are joined."""

    sources: Pair
    steps: tuple[Step, ...]
    concat: tuple[int, ...]


@dataclass(frozen=True)
class BilevelGenotype:
    """A network of BM-NAS without its weights.

    Every level becomes a state of ``channels`` by ``length``; the cells of ``concat`` are read by
    the classifier. ``grid`` is ``T H W``, to which levels are brought before that.
    """

    format: ClassVar[str] = FORMAT

    inputs: tuple[Input, ...]
    cells: tuple[Cell, ...]
    concat: tuple[int, ...]
    channels: int
    length: int
    grid: tuple[int, int, int]

    def __post_init__(self) -> None:
        if not self.inputs or len(set(self.inputs)) < len(self.inputs):
            raise refused("inputs need one level or more, each of them once")
        if min(self.channels, self.length, *self.grid) < 1:
            raise refused("channels, length and the sizes of grid are 1 or more")
        if not self.cells:
            raise refused("cells is empty: one is needed")
        for number, cell in enumerate(self.cells):
            where = f"cell {number}"
            _require_before(cell.sources, len(self.inputs) + number, where)
            _check(cell, where)
        _require_joined(self.concat, len(self.inputs), len(self.cells), "")

    def as_dict(self) -> dict[str, Any]:
        """Return what the JSON file holds."""
        return {
            "format": FORMAT,
            "version": VERSION,
            "inputs": self.inputs,
            "cells": [
                {**cell._asdict(), "steps": [step._asdict() for step in cell.steps]}
                for cell in self.cells
            ],
            "concat": self.concat,
            "channels": self.channels,
            "length": self.length,
            "grid": self.grid,
        }

    def to_json(self) -> str:
        """Return the text of a file, the same for equal genotypes."""
        return json.dumps(self.as_dict(), indent=1) + "\n"


def refused(reason: str) -> InvalidInput:
    """Return the error that says what is wrong with a genotype."""
    return InvalidInput(f"genotype: {reason}")


def _check(cell: Cell, where: str) -> None:
    if not cell.steps:
        raise refused(f"{where} has no step")
    for number, step in enumerate(cell.steps):
        if step.op not in NAMES:
            raise refused(f"{where}: '{step.op[:40]}' is not one of {', '.join(NAMES)}")
        _require_before(step.sources, TAKEN + number, f"{where}: step {number}")
    _require_joined(cell.concat, TAKEN, len(cell.steps), f"{where}: ")


def _require_before(sources: Iterable[int], count: int, where: str) -> None:
    for source in sources:
        if not 0 <= source < count:
            raise refused(
                f"{where} has source {short(source)}, but only 0 to {count - 1} come before it"
            )


def _require_joined(concat: tuple[int, ...], first: int, count: int, where: str) -> None:
    states = range(first, first + count)
    if not concat or len(set(concat)) < len(concat) or not set(concat) <= set(states):
        raise refused(
            f"{where}concat holds one or more of {first} to {first + count - 1}, each once"
        )
