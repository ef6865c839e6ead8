"""The network that a genotype of BM-NAS describes."""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from adf.search.bm_nas.genotype import BilevelGenotype, Cell
from adf.search.bm_nas.ops import OPS
from adf.search.bm_nas.reshape import Reshape
from adf.search.genotypes.genotype import Input
from adf.search.nets.network import require_levels
from adf.search.nets.stem import Features


class BilevelNetwork(nn.Module):
    """Levels as states, cells on pairs of them, and a classifier: features to logits ``B K``."""

    def __init__(
        self,
        genotype: BilevelGenotype,
        widths: Mapping[Input, int],
        classes: int,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        self.genotype = genotype
        channels, length = genotype.channels, genotype.length
        self.levels = Levels(genotype.inputs, widths, channels, length, dropout)
        self.cells = nn.ModuleList(
            FoundCell(cell, channels, length, dropout) for cell in genotype.cells
        )
        self.classifier = Classifier(len(genotype.concat), channels, length, classes)

    def forward(self, features: Features) -> Tensor:
        """Return logits ``B K`` of features that hold at least the levels of the genotype."""
        states = self.levels(features)
        for cell, module in zip(self.genotype.cells, self.cells, strict=True):
            first, second = cell.sources
            states.append(module(states[first], states[second]))
        logits: Tensor = self.classifier([states[state] for state in self.genotype.concat])
        return logits


class Levels(nn.Module):
    """Every level as a state."""

    def __init__(
        self,
        levels: Sequence[Input],
        widths: Mapping[Input, int],
        channels: int,
        length: int,
        dropout: float,
    ) -> None:
        super().__init__()
        require_levels(levels, widths)
        self.levels = levels
        self.reshapes = nn.ModuleList(
            Reshape(widths[level], channels, length, dropout) for level in levels
        )

    def forward(self, features: Features) -> list[Tensor]:
        """Return one ``B C L`` a level."""
        pairs = zip(self.levels, self.reshapes, strict=True)
        return [reshape(features[level]) for level, reshape in pairs]


class FoundCell(nn.Module):
    """Steps on two states; some of them, joined, and the first of the two are the output."""

    def __init__(self, cell: Cell, channels: int, length: int, dropout: float) -> None:
        super().__init__()
        self.cell = cell
        self.steps = nn.ModuleList(OPS[op](channels, length, dropout) for op, _ in cell.steps)
        self.join = Join(len(cell.concat), channels, length, dropout)

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        """Return ``B C L`` of two of them."""
        states = [x, y]
        for step, op in zip(self.cell.steps, self.steps, strict=True):
            first, second = step.sources
            states.append(op(states[first], states[second]))
        joined: Tensor = self.join(x, [states[state] for state in self.cell.concat])
        return joined


class Join(nn.Module):
    """The end of a cell: its last steps at the width of one, added to what came in first."""

    def __init__(self, count: int, channels: int, length: int, dropout: float) -> None:
        super().__init__()
        self.mix = (
            nn.Sequential(
                nn.Conv1d(count * channels, channels, 1),
                nn.BatchNorm1d(channels),
                nn.ReLU(),
                nn.Dropout(dropout),
            )
            if count > 1
            else nn.Identity()
        )
        self.norm = nn.LayerNorm([channels, length])

    def forward(self, x: Tensor, steps: Sequence[Tensor]) -> Tensor:
        """Return ``B C L``."""
        joined: Tensor = self.norm(x + self.mix(torch.cat(list(steps), dim=1)))
        return joined


class Classifier(nn.Module):
    """The cells that count, joined on channels, and one linear layer over all their places."""

    def __init__(self, count: int, channels: int, length: int, classes: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm([count * channels, length])
        self.linear = nn.Linear(count * channels * length, classes)

    def forward(self, cells: Sequence[Tensor]) -> Tensor:
        """Return logits ``B K``."""
        joined = F.relu(self.norm(torch.cat(list(cells), dim=1)))
        logits: Tensor = self.linear(joined.flatten(1))
        return logits
