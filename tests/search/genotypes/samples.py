"""Genotypes for the tests: small random ones, and the same ones in other words."""

import random

from adf.search.genotypes.genotype import Cell, Edge, Genotype, Input, fan_in

OPS = ("conv_3x3x3", "conv_1x1x1", "sep_conv_3x3x3", "conv_2plus1d", "dil_conv_3x3x3", "skip")
LEVELS = (Input("rgb", "layer2"), Input("flow", "layer3"), Input("pose", "layer3"))


def drawn(
    chance: random.Random,
    stem: str = "adapters",
    *,
    cells: int = 1,
    nodes: int = 4,
    inputs: int = 3,
    ops: tuple[str, ...] = OPS,
) -> Genotype:
    """Return any genotype of these sizes: with dead nodes, twins and inputs nobody reads."""
    built = []
    for number in range(cells):
        fan = fan_in(stem, inputs, 3, number)
        rows = [
            tuple(
                Edge(chance.choice(ops), chance.randrange(fan + node))
                for _ in range(chance.randint(1, 3))
            )
            for node in range(nodes)
        ]
        concat = chance.sample(range(fan + nodes), chance.randint(1, nodes))
        built.append(Cell(tuple(rows), tuple(concat)))
    return Genotype(LEVELS[:inputs], tuple(built), 16, (2, 7, 7), stem)


def renamed(genotype: Genotype, chance: random.Random) -> Genotype:
    """Return the same network with all orders shuffled, and one more dead node a cell."""
    order = chance.sample(range(len(genotype.inputs)), len(genotype.inputs))
    cells = []
    for number, cell in enumerate(genotype.cells):
        fan = genotype.fan_in(number)
        moved = {state: state for state in range(fan)}
        if genotype.stem == "adapters":
            moved |= {old: new for new, old in enumerate(order)}
        else:
            copies = range(max(genotype.copies - number, 0))
            moved |= dict(zip(copies, chance.sample(copies, len(copies)), strict=True))
        nodes: list[tuple[Edge, ...]] = []
        waiting = dict(enumerate(cell.nodes, fan))
        while waiting:
            ready = [s for s, node in waiting.items() if all(e.source in moved for e in node)]
            state = chance.choice(ready)
            edges = [Edge(op, moved[source]) for op, source in waiting.pop(state)]
            moved[state] = fan + len(nodes)
            nodes.append(tuple(chance.sample(edges, len(edges))))
        nodes.append((Edge("skip", chance.randrange(fan + len(nodes))),))
        concat = [moved[state] for state in cell.concat]
        cells.append(Cell(tuple(nodes), tuple(chance.sample(concat, len(concat)))))
    inputs = tuple(genotype.inputs[place] for place in order)
    return Genotype(inputs, tuple(cells), genotype.channels, genotype.grid, genotype.stem)


def full(stem: str = "adapters", nodes: int = 4) -> Genotype:
    """Return one cell in which each node reads all that comes before it."""
    fan = fan_in(stem, 3, 3, 0)
    rows = [tuple(Edge(OPS[(s + n) % 6], s) for s in range(fan + n)) for n in range(nodes)]
    cell = Cell(tuple(rows), tuple(range(fan, fan + nodes)))
    return Genotype(LEVELS, (cell,), 16, (2, 7, 7), stem)
