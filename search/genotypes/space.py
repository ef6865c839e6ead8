"""What can be found: every genotype of a space can be drawn, changed and counted."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import comb

import numpy as np

from adf.search.genotypes.genotype import ZERO, Cell, Edge, Genotype, Input, fan_in

Draw = np.random.Generator


@dataclass(frozen=True)
class FusionSpace:
    """The fusion networks to choose from.

    ``choices``: one input for each entry, which is one of its levels. Each of ``nodes`` nodes of
    each of ``cells`` cells keeps ``edges`` edges (0: all) to states before it, each with one of
    ``ops``; the last ``outputs`` nodes are the output of the cell (0: all). ``widths`` are the
    channels of the levels in the cache.
    """

    choices: tuple[tuple[Input, ...], ...]
    widths: Mapping[Input, int]
    ops: tuple[str, ...]
    grid: tuple[int, int, int]
    channels: int = 16
    nodes: int = 2
    edges: int = 2
    cells: int = 1
    outputs: int = 0
    stem: str = "adapters"
    copies: int = 3

    @property
    def real_ops(self) -> tuple[str, ...]:
        """The operations that an edge of a genotype may have."""
        return tuple(op for op in self.ops if op != ZERO)

    def fan_in(self, number: int) -> int:
        """Return how many inputs cell ``number`` has."""
        return fan_in(self.stem, len(self.choices), self.copies, number)

    def sources(self, number: int) -> list[int]:
        """Return from how many states each node of cell ``number`` can choose."""
        return [self.fan_in(number) + node for node in range(self.nodes)]

    def kept(self, sources: int) -> int:
        """Return how many edges a node keeps of so many."""
        return min(self.edges or sources, sources)

    def concat(self, number: int) -> tuple[int, ...]:
        """Return the states that are the output of cell ``number``."""
        end = self.fan_in(number) + self.nodes
        return tuple(range(end - (self.outputs or self.nodes), end))

    def size(self) -> int:
        """Return how many genotypes there are, before those that mean the same are counted once."""
        total = 1
        for levels in self.choices:
            total *= len(levels)
        for number in range(self.cells):
            for sources in self.sources(number):
                kept = self.kept(sources)
                total *= comb(sources, kept) * len(self.real_ops) ** kept
        return total

    def build(self, inputs: tuple[Input, ...], nodes: list[list[tuple[Edge, ...]]]) -> Genotype:
        """Return the genotype with these levels, and these nodes of each cell."""
        cells = tuple(Cell(tuple(each), self.concat(number)) for number, each in enumerate(nodes))
        return Genotype(inputs, cells, self.channels, self.grid, self.stem, self.copies)

    def draw(self, random: Draw) -> Genotype:
        """Return a genotype; each is as likely as any."""
        inputs = tuple(levels[random.integers(len(levels))] for levels in self.choices)
        return self.build(
            inputs,
            [
                [self._draw_node(sources, random) for sources in self.sources(number)]
                for number in range(self.cells)
            ],
        )

    def _draw_node(self, sources: int, random: Draw) -> tuple[Edge, ...]:
        chosen = random.choice(sources, self.kept(sources), replace=False)
        return tuple(Edge(self._draw_op(random), int(source)) for source in sorted(chosen))

    def _draw_op(self, random: Draw) -> str:
        return self.real_ops[random.integers(len(self.real_ops))]

    def mutant(self, genotype: Genotype, random: Draw) -> Genotype:
        """Return a genotype that differs in one choice: a level, an operation or a source."""
        options = self.mutants(genotype)
        return options[random.integers(len(options))] if options else genotype

    def mutants(self, genotype: Genotype) -> list[Genotype]:
        """Return all genotypes that differ in one choice."""
        return [*self._other_levels(genotype), *self._other_edges(genotype)]

    def _other_levels(self, genotype: Genotype) -> list[Genotype]:
        inputs = genotype.inputs
        return [
            replace(genotype, inputs=(*inputs[:slot], level, *inputs[slot + 1 :]))
            for slot, levels in enumerate(self.choices)
            for level in levels
            if level != inputs[slot]
        ]

    def _other_edges(self, genotype: Genotype) -> list[Genotype]:
        return [
            replace(genotype, cells=_changed(genotype.cells, number, node, nodes))
            for number, cell in enumerate(genotype.cells)
            for node, edges in enumerate(cell.nodes)
            for nodes in self._other_nodes(edges, self.fan_in(number) + node)
        ]

    def _other_nodes(self, edges: tuple[Edge, ...], sources: int) -> list[tuple[Edge, ...]]:
        taken = {edge.source for edge in edges}
        return [
            tuple(sorted((*edges[:at], other, *edges[at + 1 :]), key=lambda edge: edge.source))
            for at, edge in enumerate(edges)
            for other in (
                *(Edge(op, edge.source) for op in self.real_ops if op != edge.op),
                *(Edge(edge.op, source) for source in range(sources) if source not in taken),
            )
        ]


def _changed(
    cells: tuple[Cell, ...], number: int, node: int, edges: tuple[Edge, ...]
) -> tuple[Cell, ...]:
    cell = cells[number]
    nodes = (*cell.nodes[:node], edges, *cell.nodes[node + 1 :])
    return (*cells[:number], cell._replace(nodes=nodes), *cells[number + 1 :])
