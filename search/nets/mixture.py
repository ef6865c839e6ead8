"""The architecture parameters of a supernet, and the weights that a method makes of them."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from adf.search.genotypes.space import FusionSpace

# Nearly equal at the start, and yet no ties.
SPREAD = 1e-3


class Alphas(nn.Module):
    """The logits of a supernet: of levels, of operations, and of a node's edges where wanted.

    ``levels``: one vector for each input. ``ops``: one matrix ``E O`` for each cell; ``edges``: one
    vector ``E``. Edges are in the order of nodes and, for each node, of sources.
    """

    def __init__(self, space: FusionSpace, *, with_edges: bool, spread: float = SPREAD) -> None:
        super().__init__()
        counts = [sum(space.sources(number)) for number in range(space.cells)]
        self.levels = _logits([(len(slot),) for slot in space.choices], spread)
        self.ops = _logits([(count, len(space.ops)) for count in counts], spread)
        self.edges = _logits([(count,) for count in counts if with_edges], spread)


def _logits(shapes: Sequence[tuple[int, ...]], spread: float) -> nn.ParameterList:
    return nn.ParameterList(nn.Parameter(spread * torch.randn(shape)) for shape in shapes)


@dataclass(frozen=True)
class Mixture:
    """What each candidate of a supernet counts in one step.

    ``levels``, ``ops`` and ``edges`` are as in :class:`Alphas`; no ``edges``: all count one.
    ``chosen`` names the operations of each edge of each cell that are worth computing; without
    it, all are. ``auxiliary`` is the weight of one more skip on every edge.
    """

    levels: Sequence[Tensor]
    ops: Sequence[Tensor]
    edges: Sequence[Tensor] | None = None
    chosen: Sequence[Sequence[Sequence[int]]] | None = None
    auxiliary: float = 0.0


def softmax_mixture(alphas: Alphas, space: FusionSpace) -> Mixture:
    """Return the softmax over levels, over the operations of an edge and the edges of a node."""
    return Mixture(
        [logits.softmax(-1) for logits in alphas.levels],
        [logits.softmax(-1) for logits in alphas.ops],
        edge_weights(alphas, space),
    )


def edge_weights(alphas: Alphas, space: FusionSpace) -> list[Tensor] | None:
    """Return the softmax over the edges of each node, where the edges have logits."""
    if not len(alphas.edges):
        return None
    return [
        torch.cat([part.softmax(-1) for part in logits.split(space.sources(number))])
        for number, logits in enumerate(alphas.edges)
    ]
