"""From the weights of a mixture to a genotype: the rules of the published methods.

Weights of one cell are ``E O`` in the order of nodes and sources. A rule returns the edges of each
node as the method lists them, the strongest first.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from adf.search.genotypes.genotype import ZERO, Edge, Genotype
from adf.search.genotypes.space import FusionSpace
from adf.search.nets.mixture import Mixture

Weights = NDArray[np.floating]
Nodes = list[tuple[Edge, ...]]


def strongest_edges(
    weights: Weights, sources: Sequence[int], ops: Sequence[str], keep: int
) -> Nodes:
    """DARTS: the edges whose best operation other than zero is strongest, each with that one.

    With weights that were multiplied by those of the edges this is the rule of PC-DARTS. ``keep``
    of 0 keeps all. Of equals, the first counts.
    """
    real = [at for at, op in enumerate(ops) if op != ZERO]
    return _ranked(weights, weights[:, real], sources, ops, keep, real)


def strongest_with_zero(
    weights: Weights, sources: Sequence[int], ops: Sequence[str], keep: int
) -> Nodes:
    """AutoDeepFuse ``topk``: the same rule, but zero competes; it may be what an edge becomes."""
    return _ranked(weights, weights, sources, ops, keep, range(len(ops)))


def every_edge(weights: Weights, sources: Sequence[int], ops: Sequence[str]) -> Nodes:
    """AutoDeepFuse ``all``: each edge, with its strongest operation, which may be zero."""
    real = [at for at, op in enumerate(ops) if op != ZERO]
    return _ranked(weights, weights[:, real], sources, ops, 0, range(len(ops)))


def derive(space: FusionSpace, mixture: Mixture) -> Genotype:
    """Return the genotype that DARTS and PC-DARTS read off: one level an input, the best edges."""
    inputs = tuple(
        slot[int(weights.argmax())]
        for slot, weights in zip(space.choices, mixture.levels, strict=True)
    )
    nodes = [
        strongest_edges(weights, space.sources(number), space.ops, space.edges)
        for number, weights in enumerate(edge_strengths(mixture))
    ]
    return space.build(inputs, nodes)


def edge_strengths(mixture: Mixture) -> list[Weights]:
    """Return the weights ``E O`` of each cell, times those of the edges if there are any."""
    ops = [weights.detach().cpu().double().numpy() for weights in mixture.ops]
    if mixture.edges is None:
        return ops
    edges = [weights.detach().cpu().double().numpy() for weights in mixture.edges]
    return [each * edge[:, None] for each, edge in zip(ops, edges, strict=True)]


def _ranked(
    weights: Weights,
    ranking: Weights,
    sources: Sequence[int],
    ops: Sequence[str],
    keep: int,
    allowed: Sequence[int],
) -> Nodes:
    strength, columns = ranking.max(axis=1), list(allowed)
    best = weights[:, columns].argmax(axis=1)
    nodes, start = [], 0
    for count in sources:
        order = np.argsort(-strength[start : start + count], kind="stable")[: keep or count]
        nodes.append(tuple(Edge(ops[columns[best[start + at]]], int(at)) for at in order))
        start += count
    return nodes
