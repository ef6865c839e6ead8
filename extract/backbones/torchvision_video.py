"""The video networks of torchvision, built by its own builders, with levels."""

from collections.abc import Callable, Mapping
from typing import ClassVar, Unpack

from torch import Tensor, nn
from torchvision.models import video

from adf.extract.backbones.base import STAGES, Backbone, Options
from adf.extract.backbones.formats import TORCHVISION_112, TORCHVISION_224, Family


class Borrowed(Backbone):
    """Takes over the sub-modules of a network of torchvision, so that keys stay as published."""

    def __init__(self, name: str, family: Family, build: Callable[[], nn.Module]) -> None:
        super().__init__(name, family)
        for child_name, child in build().named_children():
            self.add_module(child_name, child)


class VideoResNet(Borrowed):
    """``stem`` and four layers, each level after the last ReLU; only space shrinks in the stem."""

    def set_classes(self, count: int) -> None:
        """Give ``fc`` this many outputs."""
        old = self.get_submodule("fc")
        if isinstance(old, nn.Linear):
            new = nn.Linear(old.in_features, count) if count else nn.Identity()
            self.register_module("fc", new)

    def advance(self, stage: str, value: Tensor) -> Tensor:
        """Apply one stage: ``B C T H W`` to ``B C T H W``."""
        found: Tensor = self.get_submodule(stage)(value)
        return found


class SeparableInception(Borrowed):
    """S3D cut where its resolution changes, as the layers of a ResNet are.

    ``stem`` is the first convolution, ``layer1`` the convolutions up to 2c, ``layer2`` up to mixed
    3c, ``layer3`` up to mixed 4f, ``layer4`` up to mixed 5c.
    """

    head: ClassVar[tuple[str, ...]] = ("classifier",)
    parts: ClassVar[Mapping[str, range]] = dict(
        zip(STAGES, map(range, (0, 1, 4, 7, 13), (1, 4, 7, 13, 16)), strict=True)
    )

    def set_classes(self, count: int) -> None:
        """Give the convolution of the classifier this many outputs."""
        old = self.get_submodule("classifier.1")
        if isinstance(old, nn.Conv3d):
            new = nn.Conv3d(old.in_channels, count, 1) if count else nn.Identity()
            self.get_submodule("classifier").register_module("1", new)

    def advance(self, stage: str, value: Tensor) -> Tensor:
        """Apply one stage: ``B C T H W`` to ``B C T H W``."""
        for index in self.parts[stage]:
            value = self.get_submodule(f"features.{index}")(value)
        return value


def r3d_18(**options: Unpack[Options]) -> Backbone:
    """Build torchvision's 3D-ResNet of 18 layers."""
    return VideoResNet("r3d-18", TORCHVISION_112, video.r3d_18).configured(**options)


def mc3_18(**options: Unpack[Options]) -> Backbone:
    """Build torchvision's mixed 3D and 2D ResNet of 18 layers."""
    return VideoResNet("mc3-18", TORCHVISION_112, video.mc3_18).configured(**options)


def r2plus1d_18(**options: Unpack[Options]) -> Backbone:
    """Build torchvision's (2+1)D-ResNet of 18 layers."""
    return VideoResNet("r2plus1d-18", TORCHVISION_112, video.r2plus1d_18).configured(**options)


def s3d(**options: Unpack[Options]) -> Backbone:
    """Build torchvision's separable inception network."""
    return SeparableInception("s3d", TORCHVISION_224, video.s3d).configured(**options)
