"""3D-ResNets, (2+1)D-ResNets and 3D-ResNeXts with the key layout of their K-700 and MARS files."""

from dataclasses import replace
from typing import Unpack

from torch import Tensor, nn
from torch.nn import functional as F

from adf.extract.backbones.base import Backbone, Options
from adf.extract.backbones.blocks3d import Block, Chain, Plan, factored
from adf.extract.backbones.formats import KENSHOHARA, MARS, Family

RGB = 3
STEM_STRIDE = (1, 2, 2)

R18 = Plan((2, 2, 2, 2), bottleneck=False)
R34 = replace(R18, depths=(3, 4, 6, 3))
R50 = Plan((3, 4, 6, 3), bottleneck=True, expansion=4)
R101 = replace(R50, depths=(3, 4, 23, 3))
R152 = replace(R50, depths=(3, 8, 36, 3))
R200 = replace(R50, depths=(3, 24, 36, 3))
# Small enough to be trained in a minute on a CPU, for the embedded data.
R10_TINY = Plan((1, 1, 1, 1), bottleneck=False, width=16, stem_width=16, stem=(3, 5, 5))
X101 = replace(R101, width=128, expansion=2, groups=32)


class ResNet3D(Chain, Backbone):
    """Stem, max pooling and four layers of blocks.

    Each of the four layers but the first halves time, height and width; the level ``stem`` is
    taken before the pooling, ``layer1`` to ``layer4`` after the last ReLU of a layer.
    """

    def __init__(self, name: str, family: Family, plan: Plan) -> None:
        super().__init__(name, family)
        self.attach(plan.stem_units(RGB, STEM_STRIDE))
        inputs = plan.stem_width
        for index, depth in enumerate(plan.depths):
            layer, inputs = self._layer(plan, inputs, index, depth)
            self.add_module(self.stages[index + 1], layer)
        self.features = inputs
        self.fc: nn.Module = nn.Identity()

    def _layer(self, plan: Plan, inputs: int, index: int, depth: int) -> tuple[nn.Module, int]:
        """Return the blocks of one layer and the number of their output channels."""
        width = plan.width * 2**index
        outputs = width * plan.expansion
        blocks = []
        for number in range(depth):
            stride = (2, 2, 2) if index and not number else (1, 1, 1)
            block = Block(plan.units(inputs, width, stride), inputs, outputs, stride)
            # Without this the values of an untrained network grow with every block.
            block.last_norm.weight.data.fill_(sum(plan.depths) ** -0.5)
            blocks.append(block)
            inputs = outputs
        return nn.Sequential(*blocks), outputs

    def set_classes(self, count: int) -> None:
        """Give ``fc`` this many outputs."""
        self.fc = nn.Linear(self.features, count) if count else nn.Identity()

    def advance(self, stage: str, value: Tensor) -> Tensor:
        """Apply one stage: ``B C T H W`` to ``B C T H W``."""
        if stage == "stem":
            return F.relu(self.chain(value))
        if stage == "layer1":
            value = F.max_pool3d(value, kernel_size=3, stride=2, padding=1)
        found: Tensor = getattr(self, stage)(value)
        return found


def r3d10_tiny(**options: Unpack[Options]) -> Backbone:
    """Build a 3D-ResNet of 10 narrow layers."""
    return ResNet3D("r3d10-tiny", KENSHOHARA, R10_TINY).configured(**options)


def r3d18(**options: Unpack[Options]) -> Backbone:
    """Build a 3D-ResNet of 18 layers."""
    return ResNet3D("r3d18", KENSHOHARA, R18).configured(**options)


def r3d34(**options: Unpack[Options]) -> Backbone:
    """Build a 3D-ResNet of 34 layers."""
    return ResNet3D("r3d34", KENSHOHARA, R34).configured(**options)


def r3d50(**options: Unpack[Options]) -> Backbone:
    """Build a 3D-ResNet of 50 layers."""
    return ResNet3D("r3d50", KENSHOHARA, R50).configured(**options)


def r3d101(**options: Unpack[Options]) -> Backbone:
    """Build a 3D-ResNet of 101 layers."""
    return ResNet3D("r3d101", KENSHOHARA, R101).configured(**options)


def r3d152(**options: Unpack[Options]) -> Backbone:
    """Build a 3D-ResNet of 152 layers."""
    return ResNet3D("r3d152", KENSHOHARA, R152).configured(**options)


def r3d200(**options: Unpack[Options]) -> Backbone:
    """Build a 3D-ResNet of 200 layers."""
    return ResNet3D("r3d200", KENSHOHARA, R200).configured(**options)


def r2p1d18(**options: Unpack[Options]) -> Backbone:
    """Build a (2+1)D-ResNet of 18 layers."""
    return ResNet3D("r2p1d18", KENSHOHARA, replace(R18, convolution=factored)).configured(**options)


def r2p1d34(**options: Unpack[Options]) -> Backbone:
    """Build a (2+1)D-ResNet of 34 layers."""
    return ResNet3D("r2p1d34", KENSHOHARA, replace(R34, convolution=factored)).configured(**options)


def r2p1d50(**options: Unpack[Options]) -> Backbone:
    """Build a (2+1)D-ResNet of 50 layers."""
    return ResNet3D("r2p1d50", KENSHOHARA, replace(R50, convolution=factored)).configured(**options)


def resnext101(**options: Unpack[Options]) -> Backbone:
    """Build a 3D-ResNeXt of 101 layers and 32 groups, in the layout of MARS."""
    return ResNet3D("resnext101", MARS, X101).configured(**options)
