"""What a picture of a network of BM-NAS shows."""

from adf.search.bm_nas.genotype import BilevelGenotype
from adf.search.genotypes.drawing_graph import (
    INPUT,
    NODE,
    OUTPUT,
    SKIP,
    STEM,
    Arrow,
    Box,
    Diagram,
    clean,
)


def diagram(found: BilevelGenotype) -> Diagram:
    """Return boxes and arrows of all cells; a box names the operation that its arrows lead to."""
    boxes = [Box(clean(str(level)), INPUT, 0, clean(level.modality)) for level in found.inputs]
    arrows: list[Arrow] = []
    # The boxes of the states of the network.
    outer = list(range(len(boxes)))

    def add(label: str, kind: str, sources: list[int]) -> int:
        column = 1 + max(boxes[source].column for source in sources)
        boxes.append(Box(clean(label), kind, column))
        return len(boxes) - 1

    for number, cell in enumerate(found.cells):
        inner = [outer[source] for source in cell.sources]
        for place, step in enumerate(cell.steps):
            sources = [inner[source] for source in step.sources]
            inner.append(add(f"{number}.{place} {step.op}", NODE, sources))
            arrows += [Arrow(source, inner[-1]) for source in sources]
        joined = [inner[state] for state in cell.concat]
        outer.append(add(f"cell {number}", STEM, [inner[0], *joined]))
        # What comes in first is added; the drawing shows that as a skip.
        arrows.append(Arrow(inner[0], outer[-1], SKIP))
        arrows += [Arrow(state, outer[-1]) for state in joined]
    ends = [outer[state] for state in found.concat]
    output = add("output", OUTPUT, ends)
    arrows += [Arrow(end, output) for end in ends]
    return Diagram(boxes, arrows)
