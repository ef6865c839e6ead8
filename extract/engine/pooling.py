"""How much of a level's height and width the cache keeps."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from adf.errors import ConfigError

if TYPE_CHECKING:
    from torch import Tensor

PRESETS: Mapping[str, tuple[int | None, int | None]] = MappingProxyType(
    {"compact": (7, 7), "standard": (14, 14), "full": (None, None)}
)


@dataclass(frozen=True)
class Pooling:
    """The largest map that is kept; None is as large as the network gives it."""

    height: int | None
    width: int | None
    name: str

    @classmethod
    def parse(cls, text: str) -> "Pooling":
        """Return the preset of this name, or the size written as ``HxW``."""
        if text in PRESETS:
            return cls(*PRESETS[text], text)
        sides = re.fullmatch(r"([1-9][0-9]{0,4})x([1-9][0-9]{0,4})", text)
        if not sides:
            raise ConfigError(
                f"--pool {text!r} is not known: choose compact (7x7), standard (14x14), full, "
                "or a size HxW such as 10x12"
            )
        return cls(int(sides[1]), int(sides[2]), text)

    def size(self, height: int, width: int) -> tuple[int, int]:
        """Return what a map of ``height x width`` becomes; it never grows."""
        return min(self.height or height, height), min(self.width or width, width)

    def recorded(self, height: int, width: int) -> str:
        """Return how the cache names what was done to a map of ``height x width``."""
        smaller = self.size(height, width)
        return "none" if smaller == (height, width) else "mean-{}x{}".format(*smaller)

    def __call__(self, level: "Tensor") -> "Tensor":
        """Return the means over height and width: ``B C T H W`` to ``B C T h w``."""
        import torch
        from torch.nn import functional as F

        batch, _, frames, height, width = (int(length) for length in level.shape)
        smaller = self.size(height, width)
        if smaller == (height, width):
            return level
        if not level.is_contiguous(memory_format=torch.channels_last_3d):
            return F.adaptive_avg_pool3d(level, (frames, *smaller))
        # In this layout frames are pictures already, and pooling those is several times as fast.
        pictures = F.adaptive_avg_pool2d(level.transpose(1, 2).flatten(0, 1), smaller)
        return pictures.view(batch, frames, *pictures.shape[1:]).transpose(1, 2)
