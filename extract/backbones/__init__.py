"""Frozen networks that turn a clip into named levels, by name.

from adf.extract.backbones import BACKBONES
backbone = BACKBONES["r3d50"](levels=("layer2", "layer3"))
levels = backbone(clip)
"""

from collections.abc import Callable

from adf.extract.backbones import resnet3d, torchvision_video
from adf.extract.backbones.base import Backbone as Backbone
from adf.extract.backbones.base import Level as Level
from adf.extract.backbones.fold import folded as folded
from adf.extract.backbones.formats import NORMALISATIONS as NORMALISATIONS
from adf.extract.backbones.formats import ClipFormat as ClipFormat
from adf.extract.backbones.formats import Normalisation as Normalisation
from adf.registry import Registry

BACKBONES: Registry[Callable[..., Backbone]] = Registry(
    "backbone",
    resnet3d.r3d10_tiny,
    resnet3d.r3d18,
    resnet3d.r3d34,
    resnet3d.r3d50,
    resnet3d.r3d101,
    resnet3d.r3d152,
    resnet3d.r3d200,
    resnet3d.r2p1d18,
    resnet3d.r2p1d34,
    resnet3d.r2p1d50,
    resnet3d.resnext101,
    torchvision_video.r3d_18,
    torchvision_video.mc3_18,
    torchvision_video.r2plus1d_18,
    torchvision_video.s3d,
)
