"""What the baselines' networks begin with: the mean of each level over all places."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from adf.search.genotypes.genotype import Input
from adf.search.nets.stem import Features


class Vectors(nn.Module):
    """Each level as a vector whose entries have mean 0 and variance 1, as ``B C``."""

    def __init__(self, levels: Sequence[Input], channels: Sequence[int]) -> None:
        super().__init__()
        self.levels = levels
        self.norms = nn.ModuleList(nn.BatchNorm1d(width, affine=False) for width in channels)

    def forward(self, features: Features) -> list[Tensor]:
        """Return one ``B C`` for each level."""
        means = [features[level].mean(dim=(2, 3, 4)) for level in self.levels]
        return [norm(mean) for norm, mean in zip(self.norms, means, strict=True)]


class Joined(nn.Module):
    """All vectors one behind the other, then what makes logits of them."""

    def __init__(self, levels: Sequence[Input], channels: Sequence[int], top: nn.Module) -> None:
        super().__init__()
        self.vectors = Vectors(levels, channels)
        self.top = top

    def forward(self, features: Features) -> Tensor:
        """Return logits ``B K``."""
        logits: Tensor = self.top(torch.cat(self.vectors(features), dim=1))
        return logits
