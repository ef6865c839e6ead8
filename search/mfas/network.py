"""The network that rows describe: each fuses one level of every modality and the row before."""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn

from adf.search.genotypes.genotype import Input
from adf.search.mfas.rows import FusionRows
from adf.search.nets.network import require_levels
from adf.search.nets.stem import Features

MAKERS: Mapping[str, type[nn.Module]] = {
    "relu": nn.ReLU,
    "sigmoid": nn.Sigmoid,
    "leaky_relu": nn.LeakyReLU,
}
# How far from each other the weights of modalities start.
SPREAD = 0.1


class RowsNetwork(nn.Module):
    """Fusions one after another and a linear head: features of a batch to logits ``B K``."""

    def __init__(
        self, found: FusionRows, widths: Mapping[Input, int], classes: int, dropout: float = 0.0
    ) -> None:
        super().__init__()
        require_levels(found.inputs, widths)
        self.rows = found.rows
        self.fusions = nn.ModuleList(
            Fusion(
                [widths[level] for level in row.levels],
                found.width if number else 0,
                found.width,
                (row.activation, dropout, found.batch_norm, found.alphas),
            )
            for number, row in enumerate(found.rows)
        )
        self.head = nn.Linear(found.width, classes)

    def forward(self, features: Features) -> Tensor:
        """Return logits ``B K`` of features that hold at least the levels of the rows."""
        fused: Tensor | None = None
        for fusion, row in zip(self.fusions, self.rows, strict=True):
            fused = fusion([features[level].mean(dim=(2, 3, 4)) for level in row.levels], fused)
        logits: Tensor = self.head(fused)
        return logits


class Fusion(nn.Module):
    """A linear layer over all modalities and the fusion before, an activation, a dropout.

    With ``alphas`` every modality has a weight, and these sum up to 1: the softmax of a parameter
    for each, of which the last is 0. For two that is a sigmoid and what it leaves.
    """

    def __init__(
        self,
        widths: Sequence[int],
        before: int,
        width: int,
        how: tuple[str, float, bool, bool],
    ) -> None:
        super().__init__()
        activation, dropout, batch_norm, alphas = how
        self.linear = nn.Linear(sum(widths) + before, width)
        self.after = nn.Sequential(
            MAKERS[activation](),
            nn.BatchNorm1d(width) if batch_norm else nn.Identity(),
            nn.Dropout(dropout),
        )
        self.alphas = nn.Parameter(SPREAD * torch.randn(len(widths) - 1)) if alphas else None

    def forward(self, levels: Sequence[Tensor], before: Tensor | None) -> Tensor:
        """Return ``B C`` of one ``B C`` for each modality and that of the fusion before."""
        if self.alphas is not None:
            weights = torch.cat([self.alphas, self.alphas.new_zeros(1)]).softmax(0)
            levels = [x * weights[number] for number, x in enumerate(levels)]
        joined = torch.cat([*levels, *([] if before is None else [before])], dim=1)
        fused: Tensor = self.after(self.linear(joined))
        return fused
