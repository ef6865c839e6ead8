"""All networks of BM-NAS at once: every choice is a mixture, weighed by architecture parameters.

An edge is there or not; its weight is that of being there. An operation takes two states. In the
network that is found these are two different ones, so here they are two different mixtures: an
edge has one weight for coming first and another for coming second, a pair of states has the product
of these, and the one mixture is made of the first members of all pairs and the other of the second
ones. Where one pair alone has any weight, the mixtures are that pair, and the supernet is the
network that is found.

As published (``faithful``), an edge has one weight and both are the same sum of all states: no
operation ever meets two different ones before the search is over.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, cast

import torch
from torch import Tensor, nn

from adf.search.bm_nas.genotype import TAKEN, BilevelGenotype
from adf.search.bm_nas.network import BilevelNetwork, Classifier, FoundCell, Join, Levels
from adf.search.bm_nas.ops import OPS
from adf.search.bm_nas.settings import BmNasSettings
from adf.search.genotypes.genotype import Input
from adf.search.nets.stem import Features

# What an edge can be, in this order; and how far from even the parameters begin.
EDGES = ("none", "skip")
BEGIN = 1e-3


class Weights(NamedTuple):
    """The weights of the edges of each cell and of its steps, ``P E``, and of operations, ``S O``.

    ``P`` is for the places that an edge can lead to: first and second, or no matter which.
    """

    cells: Sequence[Tensor]
    steps: Sequence[Sequence[Tensor]]
    ops: Sequence[Tensor]


class Architecture(nn.Module):
    """The parameters behind the weights; those of one edge or operation compete."""

    def __init__(self, levels: int, settings: BmNasSettings) -> None:
        super().__init__()
        cells, steps = range(settings.cells), range(settings.steps)
        places = 1 if settings.mode == "faithful" else TAKEN
        self.alpha = nn.ParameterList(_even(places, levels + cell, len(EDGES)) for cell in cells)
        self.beta = nn.ModuleList(
            nn.ParameterList(_even(places, TAKEN + step, len(EDGES)) for step in steps)
            for _ in cells
        )
        self.gamma = nn.ParameterList(_even(settings.steps, len(settings.ops)) for _ in cells)

    def weights(self) -> Weights:
        """Return what the parameters stand for."""
        return Weights(
            [_there(each) for each in self.alpha],
            [[_there(each) for each in cast(nn.ParameterList, cell)] for cell in self.beta],
            [each.softmax(dim=-1) for each in self.gamma],
        )


def _even(*shape: int) -> nn.Parameter:
    return nn.Parameter(BEGIN * torch.randn(*shape))


def _there(edges: Tensor) -> Tensor:
    return edges.softmax(dim=-1)[..., EDGES.index("skip")]


class Supernet(nn.Module):
    """Levels as states, cells of mixtures, and a classifier: features to logits ``B K``."""

    def __init__(
        self,
        levels: Sequence[Input],
        widths: Mapping[Input, int],
        classes: int,
        settings: BmNasSettings,
        dropout: float,
    ) -> None:
        super().__init__()
        self.settings = settings
        channels, length = settings.channels, settings.length
        self.levels = Levels(levels, widths, channels, length, dropout)
        self.cells = nn.ModuleList(MixedCell(settings, dropout) for _ in range(settings.cells))
        self.classifier = Classifier(settings.outputs, channels, length, classes)

    def forward(self, features: Features, weights: Weights) -> Tensor:
        """Return logits ``B K``."""
        states = self.levels(features)
        for number, cell in enumerate(self.cells):
            x, y = operands(states, weights.cells[number], self.settings)
            states.append(cell(x, y, weights.steps[number], weights.ops[number]))
        logits: Tensor = self.classifier(states[-self.settings.outputs :])
        return logits


class MixedCell(nn.Module):
    """Steps that are all operations at once."""

    def __init__(self, settings: BmNasSettings, dropout: float) -> None:
        super().__init__()
        self.settings = settings
        channels, length = settings.channels, settings.length
        self.steps = nn.ModuleList(
            nn.ModuleDict({op: OPS[op](channels, length, dropout) for op in settings.ops})
            for _ in range(settings.steps)
        )
        self.join = Join(settings.step_outputs, channels, length, dropout)

    def forward(self, x: Tensor, y: Tensor, edges: Sequence[Tensor], ops: Tensor) -> Tensor:
        """Return ``B C L`` of two of them."""
        states = [x, y]
        for number, step in enumerate(self.steps):
            taken = operands(states, edges[number], self.settings)
            each = [op(*taken) for op in cast(nn.ModuleDict, step).values()]
            states.append(weighted(each, ops[number]))
        joined: Tensor = self.join(x, states[-self.settings.step_outputs :])
        return joined


def operands(
    states: Sequence[Tensor], edges: Tensor, settings: BmNasSettings
) -> tuple[Tensor, Tensor]:
    """Return the two that an operation takes, of states ``B C L`` with edges ``P E``."""
    if settings.mode == "faithful":
        same = weighted(states, edges[0])
        return same, same
    if len(states) == TAKEN:
        return states[0], states[1]
    pairs = torch.outer(edges[0], edges[1]).triu(1)
    members = torch.stack([pairs.sum(dim=1), pairs.sum(dim=0)]) / pairs.sum()
    first, second = weighted(states, members)
    return first, second


def weighted(parts: Sequence[Tensor], weights: Tensor) -> Tensor:
    """Return the sum of ``parts``, each times its entry of ``weights``; of rows, one sum each."""
    total: Tensor = torch.tensordot(weights, torch.stack(list(parts)), dims=1)
    return total


def inherited(
    supernet: Supernet, genotype: BilevelGenotype, widths: Mapping[Input, int]
) -> BilevelNetwork:
    """Return the network of a genotype that was read off, with the weights it has here."""
    made = BilevelNetwork(genotype, widths, supernet.classifier.linear.out_features)
    for level, reshape in zip(genotype.inputs, made.levels.reshapes, strict=True):
        place = supernet.levels.levels.index(level)
        reshape.load_state_dict(supernet.levels.reshapes[place].state_dict())
    for cell, mixed in zip(made.cells, supernet.cells, strict=True):
        assert isinstance(cell, FoundCell)
        assert isinstance(mixed, MixedCell)
        for step, op, ops in zip(cell.cell.steps, cell.steps, mixed.steps, strict=True):
            op.load_state_dict(cast(nn.ModuleDict, ops)[step.op].state_dict())
        cell.join.load_state_dict(mixed.join.state_dict())
    made.classifier.load_state_dict(supernet.classifier.state_dict())
    return made.to(supernet.classifier.linear.weight.device)
