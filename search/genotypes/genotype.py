"""What a search finds: which levels are fused, and by which operations; a small JSON file.

from adf.search.genotypes.genotype import Genotype
genotype = Genotype.from_json(Path("genotype.json").read_text())
genotype.inputs    # (Input("rgb", "layer2"), Input("flow", "layer3"), ...)
genotype.cells     # (Cell(nodes=((Edge("conv_3x3x3", 0), Edge("skip", 1)), ...), concat=(3, 4)),)
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from reprlib import repr as short
from typing import Any, ClassVar, NamedTuple

from adf.errors import InvalidInput

FORMAT, VERSION = "adf.genotype", 1
STEMS = ("adapters", "concat")
# In the relaxation an edge may fade away; a found edge does something.
ZERO = "zero"


class Input(NamedTuple):
    """One level of one modality of the cache."""

    modality: str
    level: str

    def __str__(self) -> str:
        return f"{self.modality}/{self.level}"


class Edge(NamedTuple):
    """An operation on a state of the cell: its inputs come first, then its nodes in order."""

    op: str
    source: int


class Cell(NamedTuple):
    """Nodes, each the sum of its edges, and the states that are concatenated as its output."""

    nodes: tuple[tuple[Edge, ...], ...]
    concat: tuple[int, ...]


@dataclass(frozen=True)
class Genotype:
    """A fusion network without its weights.

    ``stem`` says how levels become inputs of cells. ``adapters``: each level is an input of every
    cell, and the output of the cell before is one more. ``concat``: all levels are joined to one
    tensor, and each cell has ``copies`` inputs, the last outputs before it (of the stem at first).
    ``grid`` is ``T H W``, to which every level is brought; ``channels`` those of every state.
    """

    format: ClassVar[str] = FORMAT

    inputs: tuple[Input, ...]
    cells: tuple[Cell, ...]
    channels: int
    grid: tuple[int, int, int]
    stem: str = "adapters"
    copies: int = 3

    def __post_init__(self) -> None:
        if self.stem not in STEMS:
            raise InvalidInput(f"genotype: stem '{self.stem}' is not one of {', '.join(STEMS)}")
        if not self.inputs or len(set(self.inputs)) < len(self.inputs):
            raise InvalidInput("genotype: inputs need one level or more, each of them once")
        if min(self.channels, self.copies, *self.grid) < 1:
            raise InvalidInput("genotype: channels, copies and the sizes of grid are 1 or more")
        if not self.cells:
            raise InvalidInput("genotype: cells is empty: one is needed")
        for number, cell in enumerate(self.cells):
            _check(cell, self.fan_in(number), f"cell {number}")

    def fan_in(self, number: int) -> int:
        """Return how many inputs cell ``number`` has."""
        return fan_in(self.stem, len(self.inputs), self.copies, number)

    def edges(self) -> list[Edge]:
        """Return all edges, cell by cell and node by node."""
        return [edge for cell in self.cells for node in cell.nodes for edge in node]

    def as_dict(self) -> dict[str, Any]:
        """Return what the JSON file holds."""
        return {"format": FORMAT, "version": VERSION, **asdict(self), "cells": _cells(self.cells)}

    def to_json(self) -> str:
        """Return the text of a file, the same for equal genotypes."""
        return json.dumps(self.as_dict(), indent=1) + "\n"

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Genotype":
        """Check what a JSON file held, and build it."""
        if not isinstance(values, Mapping) or values.get("format") != FORMAT:
            raise InvalidInput(f"genotype: this is no genotype: there is no 'format': '{FORMAT}'")
        version = values.get("version")
        if version != VERSION or type(version) is not int:
            raise InvalidInput(
                f"genotype: version {short(version)} is not {VERSION}, which this reads"
            )
        names = ("inputs", "cells", "channels", "grid", "stem", "copies")
        if set(values) != {"format", "version", *names}:
            wrong = ", ".join(sorted(set(values) ^ {"format", "version", *names}))
            raise InvalidInput(f"genotype: these fields are missing or unknown: {wrong}")
        try:
            return cls(
                tuple(_input(level) for level in _list(values["inputs"])),
                tuple(_cell(cell) for cell in _list(values["cells"])),
                _whole(values["channels"]),
                _three(values["grid"]),
                _text(values["stem"]),
                _whole(values["copies"]),
            )
        except (TypeError, ValueError) as error:
            if isinstance(error, InvalidInput):
                raise
            raise InvalidInput(f"genotype: a field has the wrong form: {error}") from None

    @classmethod
    def from_json(cls, text: str | bytes) -> "Genotype":
        """Read the text of a file."""
        try:
            values = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise InvalidInput(f"genotype: this is no JSON: {error}") from None
        return cls.from_dict(values)


def fan_in(stem: str, inputs: int, copies: int, number: int) -> int:
    """Return how many inputs cell ``number`` has, with that many levels."""
    return copies if stem == "concat" else inputs + min(number, 1)


def _check(cell: Cell, fan: int, where: str) -> None:
    states = fan + len(cell.nodes)
    for number, node in enumerate(cell.nodes):
        if not node:
            raise InvalidInput(f"genotype: {where}: node {number} has no edge")
        for op, source in node:
            if not 0 <= source < fan + number:
                raise InvalidInput(
                    f"genotype: {where}: node {number} has source {short(source)}, but only 0 to"
                    f" {fan + number - 1} come before it"
                )
            if op == ZERO:
                raise InvalidInput(f"genotype: {where}: an edge that is '{ZERO}' is no edge")
    if not cell.concat or len(set(cell.concat)) < len(cell.concat):
        raise InvalidInput(f"genotype: {where}: concat needs one state or more, each once")
    if not all(0 <= state < states for state in cell.concat):
        raise InvalidInput(f"genotype: {where}: concat has a state that is not 0 to {states - 1}")


def _cells(cells: tuple[Cell, ...]) -> list[dict[str, Any]]:
    return [{"nodes": cell.nodes, "concat": cell.concat} for cell in cells]


def _input(values: Any) -> Input:
    modality, level = _list(values)
    return Input(_text(modality), _text(level))


def _cell(values: Any) -> Cell:
    if not isinstance(values, Mapping) or set(values) != {"nodes", "concat"}:
        raise TypeError(f"{short(values)} is no cell of nodes and concat")
    nodes = tuple(tuple(_edge(edge) for edge in _list(node)) for node in _list(values["nodes"]))
    return Cell(nodes, tuple(_whole(state) for state in _list(values["concat"])))


def _edge(values: Any) -> Edge:
    op, source = _list(values)
    return Edge(_text(op), _whole(source))


def _list(values: Any) -> Sequence[Any]:
    """Refuse text above all: two letters would pass for a pair."""
    if not isinstance(values, list | tuple):
        raise TypeError(f"{short(values)} is no list")
    return values


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{short(value)} is no name")
    return value


def _whole(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"{short(value)} is no whole number")
    return value


def _three(values: Any) -> tuple[int, int, int]:
    frames, height, width = _list(values)
    return _whole(frames), _whole(height), _whole(width)
