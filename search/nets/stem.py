"""From the levels of the cache to the inputs of the first cell: width ``C`` and one grid."""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from adf.search.genotypes.genotype import Input
from adf.search.nets.ops import NONE, conv, norm

Grid = tuple[int, int, int]
# A level is ``B C T H W`` with sizes of the grid or below: reading pools what is larger.
Features = Mapping[Input, Tensor]


def on_grid(x: Tensor, grid: Grid) -> Tensor:
    """Bring ``B C T H W`` to the grid; what is smaller is interpolated."""
    if x.shape[2:] != grid:
        x = F.interpolate(x, size=grid, mode="trilinear", align_corners=False)
    # All that follows is faster so: benchmarks/search_step.py.
    return x.contiguous(memory_format=torch.channels_last_3d)


class Adapter(nn.Sequential):
    """A level at width ``C`` and of unit variance, at the size it has."""

    def __init__(self, width: int, channels: int, affine: bool) -> None:
        super().__init__(conv(width, channels, NONE), norm(channels, affine))


class Adapters(nn.Module):
    """One input for each list of candidate levels: their weighted sum, on the grid."""

    def __init__(
        self,
        choices: Sequence[Sequence[Input]],
        widths: Mapping[Input, int],
        channels: int,
        grid: Grid,
        affine: bool,
    ) -> None:
        super().__init__()
        self.choices, self.grid = choices, grid
        self.adapters = nn.ModuleList(
            nn.ModuleList(Adapter(widths[level], channels, affine) for level in levels)
            for levels in choices
        )

    def forward(self, features: Features, weights: Sequence[Tensor] | None = None) -> list[Tensor]:
        """Return one ``B C T H W`` a list; without ``weights`` each list is one level."""
        return [
            self._input(features, slot, weights[slot] if weights else None)
            for slot in range(len(self.choices))
        ]

    def _input(self, features: Features, slot: int, weights: Tensor | None) -> Tensor:
        adapters = self.adapters[slot]
        assert isinstance(adapters, nn.ModuleList)
        parts = [
            on_grid(adapter(features[level]), self.grid)
            for adapter, level in zip(adapters, self.choices[slot], strict=True)
        ]
        if weights is None:
            return parts[0]
        return weighted(parts, weights)


class ConcatStem(nn.Module):
    """All levels on the grid, joined on channels and mixed by one convolution: early fusion."""

    def __init__(
        self,
        inputs: Sequence[Input],
        widths: Mapping[Input, int],
        channels: int,
        grid: Grid,
        affine: bool,
    ) -> None:
        super().__init__()
        self.inputs, self.grid = inputs, grid
        self.mix = nn.Conv3d(sum(widths[level] for level in inputs), channels, 1)
        self.norm = norm(channels, affine)

    def forward(self, features: Features) -> Tensor:
        """Return ``B C T H W``."""
        parts = [on_grid(features[level], self.grid) for level in self.inputs]
        joined: Tensor = self.norm(self.mix(torch.cat(parts, dim=1)))
        return joined


def weighted(parts: Sequence[Tensor], weights: Tensor) -> Tensor:
    """Return the sum of ``parts``, each times its entry of ``weights``."""
    total = parts[0] * weights[0]
    for part, weight in zip(parts[1:], weights[1:], strict=True):
        total = torch.addcmul(total, part, weight)
    return total
