"""Backbones whose every number matters, and what it means that tensors are equal."""

from collections.abc import Mapping
from functools import lru_cache

import pytest
import torch
from torch import Tensor, nn

from adf.extract.backbones import BACKBONES, Backbone
from adf.extract.weights import draw_weights

LARGE = {"r3d101", "r3d152", "r3d200", "resnext101"}
NAMES = [pytest.param(name, marks=pytest.mark.slow if name in LARGE else ()) for name in BACKBONES]
CLIP = (1, 3, 8, 32, 32)
TOLERANCE = 1e-5


def clip(shape: tuple[int, ...] = CLIP, seed: int = 0) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


@lru_cache(maxsize=3)
def lively(name: str) -> Backbone:
    """Return a backbone whose norms are no identities; do not change it."""
    return enlivened(BACKBONES[name]())


def enlivened(backbone: Backbone) -> Backbone:
    draw_weights(backbone, 1)
    generator = torch.Generator().manual_seed(2)

    def spread(like: Tensor, low: float, high: float) -> Tensor:
        return torch.rand(like.shape, generator=generator) * (high - low) + low

    for module in backbone.modules():
        if isinstance(module, nn.BatchNorm3d):
            assert module.running_mean is not None
            assert module.running_var is not None
            module.running_mean.copy_(spread(module.running_mean, -0.2, 0.2))
            module.running_var.copy_(spread(module.running_var, 0.5, 1.5))
            module.weight.data.mul_(spread(module.weight, 0.5, 1.5))
            module.bias.data.copy_(spread(module.bias, -0.2, 0.2))
    return backbone


def assert_near(found: Mapping[str, Tensor], wanted: Mapping[str, Tensor]) -> None:
    """Compare all levels; the tolerance is relative to the largest value of a level above 1."""
    assert list(found) == list(wanted)
    for name, level in found.items():
        assert level.shape == wanted[name].shape
        scale = max(1.0, float(wanted[name].abs().max()))
        worst = float((level.double() - wanted[name].double()).abs().max())
        assert worst <= TOLERANCE * scale, f"{name} is off by {worst} at a scale of {scale}"
