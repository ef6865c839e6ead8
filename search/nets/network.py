"""The network that a genotype describes."""

from collections.abc import Iterable, Mapping, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from adf.errors import InvalidInput
from adf.search.genotypes.genotype import Cell, Genotype, Input
from adf.search.nets.ops import NONE, OPS, conv, norm
from adf.search.nets.stem import Adapters, ConcatStem, Features
from adf.search.nets.wiring import Wiring


class Network(nn.Module):
    """Stem, cells and a linear head: features of a batch to logits ``B K``."""

    def __init__(
        self,
        genotype: Genotype,
        widths: Mapping[Input, int],
        classes: int,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        require_levels(genotype.inputs, widths)
        kind, channels = genotype.stem, genotype.channels
        choices = [(level,) for level in genotype.inputs]
        self.stem = make_stem(kind, choices, widths, channels, genotype.grid)
        self.wiring = Wiring(kind, genotype.copies)
        outputs = [len(cell.concat) * channels for cell in genotype.cells]
        fan_ins = self.wiring.all_inputs([channels] * genotype.fan_in(0), outputs)
        self.cells = nn.ModuleList(
            FoundCell(cell, make_entries(kind, fan_in, channels, True), channels)
            for cell, fan_in in zip(genotype.cells, fan_ins, strict=True)
        )
        self.head = Head(outputs[-1], classes, dropout)

    def forward(self, features: Features) -> Tensor:
        """Return logits ``B K`` of features that hold at least the levels of the genotype."""
        first = self.wiring.first(self.stem(features))
        outputs: list[Tensor] = []
        for cell in self.cells:
            outputs.append(cell(self.wiring.inputs(first, outputs)))
        logits: Tensor = self.head(outputs[-1])
        return logits


class FoundCell(nn.Module):
    """Nodes that sum up their edges; some states, joined on channels, are the output."""

    def __init__(self, cell: Cell, entries: nn.ModuleList, channels: int) -> None:
        super().__init__()
        self.cell, self.entries = cell, entries
        self.edges = nn.ModuleList(
            nn.ModuleList(OPS[op](channels, True) for op, _ in node) for node in cell.nodes
        )

    def forward(self, inputs: Sequence[Tensor]) -> Tensor:
        """Return ``B C T H W`` with ``C`` for each state of the concat."""
        states = [entry(x) for entry, x in zip(self.entries, inputs, strict=True)]
        for node, ops in zip(self.cell.nodes, self.edges, strict=True):
            assert isinstance(ops, nn.ModuleList)
            terms = [op(states[edge.source]) for op, edge in zip(ops, node, strict=True)]
            states.append(sum(terms[1:], terms[0]))
        return torch.cat([states[state] for state in self.cell.concat], dim=1)


class Head(nn.Module):
    """The mean over all places of what is above zero, then a linear layer.

    Without the rectifier, a mean over places would leave of the last sum only a linear map of
    the means: nothing that says which cues were found at the same place.
    """

    def __init__(self, channels: int, classes: int, dropout: float = 0.0) -> None:
        super().__init__()
        self.dropout = nn.Dropout(dropout)
        self.linear = nn.Linear(channels, classes)

    def forward(self, x: Tensor) -> Tensor:
        """Return ``B K`` of ``B C T H W``."""
        logits: Tensor = self.linear(self.dropout(F.relu(x).mean(dim=(2, 3, 4))))
        return logits


def make_stem(
    kind: str,
    choices: Sequence[Sequence[Input]],
    widths: Mapping[Input, int],
    channels: int,
    grid: tuple[int, int, int],
    affine: bool = True,
) -> nn.Module:
    """Return the stem of that kind."""
    if kind == "concat":
        return ConcatStem([slot[0] for slot in choices], widths, channels, grid, affine)
    return Adapters(choices, widths, channels, grid, affine)


def make_entries(kind: str, widths: Sequence[int], channels: int, affine: bool) -> nn.ModuleList:
    """Return what brings each input of a cell to its width.

    An adapter did that for a level already; behind a joint stem each input gets its own view.
    """
    return nn.ModuleList(
        nn.Sequential(nn.ReLU(), conv(width, channels, NONE), norm(channels, affine))
        if width != channels or kind == "concat"
        else nn.Identity()
        for width in widths
    )


def require_levels(levels: Iterable[Input], widths: Mapping[Input, int]) -> None:
    """Refuse levels that the cache does not have."""
    lacking = [str(level) for level in levels if level not in widths]
    if lacking:
        raise InvalidInput(
            f"genotype: inputs: the cache has no {', '.join(lacking)}; it has "
            + ", ".join(map(str, widths))
        )
