"""The whole way of a batch through a network: decoded pixels in, pooled levels out."""

from typing import Literal, get_args

import torch
from torch import Tensor, nn

from adf.errors import ConfigError
from adf.extract.backbones import Backbone, Normalisation, folded
from adf.extract.engine.pooling import Pooling

Precision = Literal["float32", "float16"]


class Network(nn.Module):
    """Normalises, applies the backbone, and pools; frozen, and made for inference.

    ``compute`` is the type the backbone calculates in, ``result`` that of the levels.
    """

    scale: Tensor
    shift: Tensor

    def __init__(
        self,
        backbone: Backbone,
        normalisation: Normalisation,
        pooling: Pooling,
        compute: torch.dtype = torch.float32,
        result: torch.dtype = torch.float32,
    ) -> None:
        super().__init__()
        std = torch.tensor(normalisation.std, dtype=torch.float64)
        mean = torch.tensor(normalisation.mean, dtype=torch.float64)
        self.register_buffer("scale", (normalisation.top / 255 / std).float())
        self.register_buffer("shift", (-mean / std).float())
        self.normalisation, self.pooling = normalisation, pooling
        self.compute, self.result = compute, result
        self.backbone = backbone
        self.eval()

    def forward(self, clips: Tensor) -> tuple[Tensor, ...]:
        """Return the levels ``B C T h w`` of bytes ``B T H W C``."""
        levels = self.backbone(self.normalised(clips).to(self.compute))
        return tuple(
            self.pooling(level).to(self.result, memory_format=torch.contiguous_format)
            for level in levels.values()
        )

    def normalised(self, clips: Tensor) -> Tensor:
        """Return bytes ``B T H W C`` as floats ``B C T H W``; their layout is channels last."""
        width = clips.shape[3]
        # Whole rows at a time: a loop over 3 channels would be five times as slow.
        rows = clips.flatten(3) * self.scale.repeat(width) + self.shift.repeat(width)
        return rows.view_as(clips).permute(0, 4, 1, 2, 3)

    def folded(self) -> "Network":
        """Return a copy without norms whose kernels have the layout of the clips."""
        backbone = folded(self.backbone).to(self.compute)
        return Network(
            backbone.to(memory_format=torch.channels_last_3d),  # type: ignore[call-overload]
            self.normalisation,
            self.pooling,
            self.compute,
            self.result,
        )


def chosen_precision(amp: str, device: torch.device) -> Precision:
    """Return what ``amp`` means on this device; ``auto`` is float16 where hardware is made for it.

    float16 keeps three more bits than bfloat16, and the cache stores float16 in any case.
    """
    if amp == "auto":
        return "float16" if device.type == "cuda" else "float32"
    if amp not in get_args(Precision):
        raise ConfigError(
            f"precision '{amp}' is not known: choose auto, {', '.join(get_args(Precision))}"
        )
    if amp == "float16" and device.type != "cuda":
        raise ConfigError("precision 'float16' needs a GPU: choose auto or float32")
    return "float16" if amp == "float16" else "float32"
