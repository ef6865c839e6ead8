"""What every backbone is: a frozen network that turns a clip into named levels."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Self, TypedDict

import torch
from torch import Tensor, nn
from torch.func import functional_call

from adf.cache import FeatureSpec
from adf.cache.spec import DType
from adf.errors import ConfigError
from adf.extract.backbones.formats import ClipFormat, Family
from adf.extract.backbones.stem import set_channels
from adf.registry import nearest

STAGES = ("stem", "layer1", "layer2", "layer3", "layer4")


class Options(TypedDict, total=False):
    """What a builder takes; ``num_classes`` 0 leaves the classifier out, which no level needs."""

    in_channels: int
    num_classes: int
    levels: Sequence[str] | None


@dataclass(frozen=True)
class Level:
    """One output of a backbone: ``shape`` is ``C T H W`` of one clip, before any pooling."""

    name: str
    shape: tuple[int, int, int, int]

    @property
    def channels(self) -> int:
        """The number of channels."""
        return self.shape[0]

    def spec(self, dtype: DType = "float16", pooling: str = "none") -> FeatureSpec:
        """Return what the cache has to know to keep this level as it is."""
        return FeatureSpec(self.name, self.shape, dtype, pooling)


class Backbone(nn.Module, ABC):
    """A frozen network whose forward pass returns the chosen levels, in the order of the stages.

    Stages after the last chosen one are not computed. Subclasses give :meth:`advance`, and name
    the sub-modules of their classifier in ``head``.
    """

    stages: ClassVar[tuple[str, ...]] = STAGES
    head: ClassVar[tuple[str, ...]] = ("fc",)

    def __init__(self, name: str, family: Family) -> None:
        super().__init__()
        self.name = name
        self.family = family
        self.in_channels = 3
        self.levels = self.stages

    @abstractmethod
    def advance(self, stage: str, value: Tensor) -> Tensor:
        """Apply one stage: ``B C T H W`` to ``B C T H W``."""

    def forward(self, clip: Tensor) -> dict[str, Tensor]:
        """Return the chosen levels of ``clip``; all tensors are ``B C T H W``."""
        found = {}
        value = clip
        for stage in self.stages[: self.stages.index(self.levels[-1]) + 1]:
            value = self.advance(stage, value)
            if stage in self.levels:
                found[stage] = value
        return found

    @property
    def format(self) -> ClipFormat:
        """The clips this network was made for."""
        return self.family.format(self.in_channels)

    def level_shapes(self, frames: int | None = None, size: int | None = None) -> tuple[Level, ...]:
        """Return the chosen levels for clips of ``frames`` frames and ``size x size`` pixels."""
        frames, size = frames or self.format.frames, size or self.format.size
        clip = torch.empty(1, self.in_channels, frames, size, size, device="meta")
        state = {name: value.to("meta") for name, value in self.state_dict().items()}
        try:
            found: dict[str, Tensor] = functional_call(self, state, (clip,))
        except RuntimeError as error:
            raise ConfigError(
                f"clips of {frames} frames and {size}x{size} pixels are too small for "
                f"{self.name}: take {self.format.frames} frames and {self.format.size} pixels"
            ) from error
        return tuple(Level(name, sizes(value)) for name, value in found.items())

    def configured(
        self,
        in_channels: int = 3,
        num_classes: int = 0,
        levels: Sequence[str] | None = None,
    ) -> Self:
        """Apply the options of a builder to a new network, and freeze it."""
        if in_channels != self.in_channels:
            self.family.format(in_channels)
            set_channels(self, in_channels)
            self.in_channels = in_channels
        self.set_classes(num_classes)
        if levels is not None:
            self.levels = self.ordered(levels)
        return self.eval().requires_grad_(False)

    @abstractmethod
    def set_classes(self, count: int) -> None:
        """Give the classifier ``count`` outputs; 0 removes it."""

    def ordered(self, levels: Sequence[str]) -> tuple[str, ...]:
        """Return ``levels`` in the order of the stages, or say which of them does not exist."""
        for level in levels:
            if level not in self.stages:
                raise ConfigError(
                    f"{self.name} has no level '{level}'.{nearest(level, list(self.stages))} "
                    f"Known: {', '.join(self.stages)}"
                )
        if not levels:
            raise ConfigError(f"{self.name}: choose at least one of {', '.join(self.stages)}")
        return tuple(stage for stage in self.stages if stage in levels)


def sizes(value: Tensor) -> tuple[int, int, int, int]:
    """Return ``C T H W`` of a tensor ``B C T H W``."""
    _, channels, frames, height, width = value.shape
    return channels, frames, height, width
