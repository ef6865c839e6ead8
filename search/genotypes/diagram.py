"""What a picture of cells shows."""

from adf.search.genotypes.drawing_graph import INPUT, NODE, OUTPUT, STEM, Arrow, Box, Diagram, clean
from adf.search.genotypes.genotype import Genotype


def diagram(genotype: Genotype) -> Diagram:
    """Return boxes and arrows of all cells, one after another."""
    drawing = _Drawing(genotype)
    return Diagram(drawing.boxes, drawing.arrows)


class _Drawing:
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
