"""What a picture of a genotype shows: boxes in columns from left to right, and arrows."""

import re
from collections import defaultdict
from typing import NamedTuple

from adf.search.genotypes.genotype import Genotype

INPUT, STEM, NODE, OUTPUT = "input", "stem", "node", "output"
SKIP = "skip"
_UNWRITABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


class Box(NamedTuple):
    """A tensor; its modality is that of a level, and empty for what is made of levels."""

    label: str
    kind: str
    column: int
    modality: str = ""


class Arrow(NamedTuple):
    """An operation from box to box, by index; none where tensors are only joined."""

    source: int
    target: int
    op: str = ""


class Diagram:
    """Boxes and arrows of all cells, one after another.

    The output of a cell stands in the column of inputs of the next one. Whatever else that one
    reads is shown there again: lines across a whole cell could not be followed.
    """

    def __init__(self, genotype: Genotype) -> None:
        self.boxes: list[Box] = []
        self.arrows: list[Arrow] = []
        self._genotype = genotype
        self._joined = genotype.stem == "concat"
        base, outputs = (2 if self._joined else 0), list[int]()
        for number in range(len(genotype.cells)):
            outputs.append(self._draw(number, base, outputs))
            base = self.boxes[outputs[-1]].column

    def _draw(self, number: int, base: int, outputs: list[int]) -> int:
        """Add a cell whose inputs stand in column ``base``, and return its output."""
        cell = self._genotype.cells[number]
        read = {edge.source for node in cell.nodes for edge in node} | set(cell.concat)
        fan = self._fan(number, base)
        states = [
            outputs[-1]
            if number and place == len(fan) - 1
            else self._add(box)
            if number == 0 or place in read
            else -1
            for place, box in enumerate(fan)
        ]
        if self._joined and number == 0:
            self._join(states)
        for place, node in enumerate(cell.nodes):
            column = 1 + max(self.boxes[states[source]].column for _, source in node)
            states.append(self._add(Box(f"node {place}", NODE, column)))
            self.arrows += [Arrow(states[source], states[-1], clean(op)) for op, source in node]
        last = number == len(self._genotype.cells) - 1
        column = 1 + max([base, *(self.boxes[state].column for state in states[len(fan) :])])
        output = self._add(Box("output" if last else f"cell {number}", OUTPUT, column))
        self.arrows += [Arrow(states[state], output) for state in sorted(cell.concat)]
        return output

    def _fan(self, number: int, column: int) -> list[Box]:
        """Return what cell ``number`` may read; of several cells the last is the one before."""
        genotype = self._genotype
        before = [Box(f"cell {cell}", STEM, column) for cell in range(number)]
        if self._joined:
            stems = [Box(f"stem {copy}", STEM, column) for copy in range(genotype.copies)]
            return [*stems, *before][-genotype.copies :]
        levels = [Box(str(level), INPUT, column, level.modality) for level in genotype.inputs]
        return [*levels, *before[-1:]]

    def _join(self, stems: list[int]) -> None:
        stem = self._add(Box("join", STEM, 1))
        for level in self._genotype.inputs:
            self.arrows.append(Arrow(self._add(Box(str(level), INPUT, 0, level.modality)), stem))
        self.arrows += [Arrow(stem, copy) for copy in stems]

    def _add(self, box: Box) -> int:
        self.boxes.append(box._replace(label=clean(box.label)))
        return len(self.boxes) - 1


def in_words(diagram: Diagram) -> list[str]:
    """Return a line for each tensor: what it is made of."""
    parts: dict[int, list[str]] = defaultdict(list)
    signs: dict[int, str] = {}
    for source, target, op in diagram.arrows:
        label = diagram.boxes[source].label
        parts[target].append(f"{op}({label})" if op else label)
        signs[target] = " + " if op else ", "
    return [
        f"{diagram.boxes[target].label} = {signs[target].join(terms)}"
        for target, terms in parts.items()
    ]


def clean(text: str) -> str:
    """Replace what no XML file may hold, and some no file: control characters, half pairs."""
    return _UNWRITABLE.sub("\ufffd", text)
