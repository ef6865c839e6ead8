"""All networks of a space in one, each candidate counted by its weight in a mixture."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from adf.search.genotypes.genotype import ZERO
from adf.search.genotypes.space import FusionSpace
from adf.search.nets.mixture import Mixture
from adf.search.nets.network import Head, make_entries, make_stem, require_levels
from adf.search.nets.ops import OPS
from adf.search.nets.stem import Adapters, Features
from adf.search.nets.wiring import Wiring
from adf.search.require import require


class Supernet(nn.Module):
    """Stem, mixed cells and a linear head.

    With ``partial`` of 4, only the first quarter of the channels goes through the operations of an
    edge; the rest passes, and the channels are shuffled (PC-DARTS).
    """

    def __init__(self, space: FusionSpace, classes: int, partial: int = 1) -> None:
        super().__init__()
        levels = [level for slot in space.choices for level in slot]
        require_levels(levels, space.widths)
        kind, channels = space.stem, space.channels
        fixed = len(levels) == len(space.choices)
        advice = "adapters, or one level of each modality (space.levels): it weighs none"
        require(kind != "concat" or fixed, "space.stem", kind, advice)
        advice = f"a multiple of guards.partial, {partial}"
        require(channels % partial == 0, "space.channels", channels, advice)
        self.stem = make_stem(kind, space.choices, space.widths, channels, space.grid, affine=False)
        self.wiring = Wiring(kind, space.copies)
        outputs = [len(space.concat(number)) * channels for number in range(space.cells)]
        fan_ins = self.wiring.all_inputs([channels] * space.fan_in(0), outputs)
        self.cells = nn.ModuleList(
            MixedCell(space, number, make_entries(kind, fan_in, channels, affine=False), partial)
            for number, fan_in in enumerate(fan_ins)
        )
        self.head = Head(outputs[-1], classes)

    def forward(self, features: Features, mixture: Mixture) -> Tensor:
        """Return logits ``B K``."""
        if isinstance(self.stem, Adapters):
            first = self.wiring.first(self.stem(features, mixture.levels))
        else:
            first = self.wiring.first(self.stem(features))
        outputs: list[Tensor] = []
        for number, cell in enumerate(self.cells):
            outputs.append(cell(self.wiring.inputs(first, outputs), mixture, number))
        logits: Tensor = self.head(outputs[-1])
        return logits


class MixedCell(nn.Module):
    """A cell whose nodes are the sum of mixed edges from every state before them."""

    def __init__(
        self, space: FusionSpace, number: int, entries: nn.ModuleList, partial: int
    ) -> None:
        super().__init__()
        self.entries, self.sources = entries, space.sources(number)
        self.concat = space.concat(number)
        self.edges = nn.ModuleList(
            MixedEdge(space.ops, space.channels, partial) for _ in range(sum(self.sources))
        )

    def forward(self, inputs: Sequence[Tensor], mixture: Mixture, number: int) -> Tensor:
        """Return ``B C T H W`` with ``C`` for each state of the concat."""
        states = [entry(x) for entry, x in zip(self.entries, inputs, strict=True)]
        edge = 0
        for sources in self.sources:
            terms = [self._edge(edge + at, states[at], mixture, number) for at in range(sources)]
            states.append(sum(terms[1:], terms[0]))
            edge += sources
        return torch.cat([states[state] for state in self.concat], dim=1)

    def _edge(self, edge: int, x: Tensor, mixture: Mixture, number: int) -> Tensor:
        chosen = mixture.chosen[number][edge] if mixture.chosen is not None else None
        y: Tensor = self.edges[edge](x, mixture.ops[number][edge], chosen)
        if mixture.edges is not None:
            y = y * mixture.edges[number][edge]
        return y + mixture.auxiliary * x if mixture.auxiliary else y


class MixedEdge(nn.Module):
    """The weighted sum of all operations on one state."""

    def __init__(self, names: Sequence[str], channels: int, partial: int) -> None:
        super().__init__()
        self.names, self.partial, self.active = names, partial, max(channels // partial, 1)
        self.ops = nn.ModuleDict(
            {name: mixed_op(name, self.active) for name in names if name != ZERO}
        )

    def forward(self, x: Tensor, weights: Tensor, chosen: Sequence[int] | None = None) -> Tensor:
        """Return ``B C T H W``; operations that are not ``chosen`` are not computed."""
        if self.partial == 1:
            return self._mixed(x, weights, chosen)
        y = torch.cat([self._mixed(x[:, : self.active], weights, chosen), x[:, self.active :]], 1)
        # A channel that passed now goes through the operations of another edge.
        batch, channels, *places = y.shape
        split = y.reshape(batch, self.partial, channels // self.partial, *places)
        return split.transpose(1, 2).reshape(y.shape)

    def _mixed(self, x: Tensor, weights: Tensor, chosen: Sequence[int] | None) -> Tensor:
        total: Tensor | None = None
        for at in range(len(self.names)) if chosen is None else chosen:
            if self.names[at] != ZERO:
                term = self.ops[self.names[at]](x) * weights[at]
                total = term if total is None else total + term
        return torch.zeros_like(x) if total is None else total


def mixed_op(name: str, channels: int) -> nn.Module:
    """Return an operation for a mixture: its norms have no scale, or the weights would say less."""
    return OPS[name](channels, False)
