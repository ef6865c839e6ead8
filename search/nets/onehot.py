"""A genotype as a mixture: what a supernet's weights are worth without the other candidates."""

import torch

from adf.search.genotypes.genotype import Cell, Genotype
from adf.search.genotypes.space import FusionSpace
from adf.search.nets.mixture import Mixture


def one_hot(space: FusionSpace, genotype: Genotype) -> Mixture:
    """Return the mixture in which only the choices of ``genotype`` count, each with weight 1."""
    levels = []
    for slot, level in zip(space.choices, genotype.inputs, strict=True):
        weights = torch.zeros(len(slot))
        weights[slot.index(level)] = 1
        levels.append(weights)
    chosen = [chosen_ops(space, number, cell) for number, cell in enumerate(genotype.cells)]
    ops = []
    for number, edges in enumerate(chosen):
        weights = torch.zeros(sum(space.sources(number)), len(space.ops))
        for edge, columns in enumerate(edges):
            weights[edge, columns] = 1
        ops.append(weights)
    return Mixture(levels, ops, None, chosen)


def chosen_ops(space: FusionSpace, number: int, cell: Cell) -> list[list[int]]:
    """Return for each edge of a mixed cell the operations that the found one has there."""
    chosen: list[list[int]] = [[] for _ in range(sum(space.sources(number)))]
    start = 0
    for sources, node in zip(space.sources(number), cell.nodes, strict=True):
        for op, source in node:
            chosen[start + source].append(space.ops.index(op))
        start += sources
    return chosen
