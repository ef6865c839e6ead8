"""The building blocks of 3D-ResNets, under the names their checkpoints use.

A *unit* is a convolution without bias and its norm, ``convX`` and ``bnX``. A factored unit is two
of them, space ``convX_s`` and time ``convX_t``. Blocks and stems are chains of units with a ReLU
between one and the next.
"""

from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor, nn
from torch.nn import functional as F

Triple = tuple[int, int, int]
Units = dict[str, tuple[nn.Conv3d, nn.BatchNorm3d]]


def unit(
    name: str, inputs: int, outputs: int, kernel: Triple, stride: Triple, groups: int = 1
) -> Units:
    """Return one convolution that keeps the size (but for its stride), with its norm."""
    padding = (kernel[0] // 2, kernel[1] // 2, kernel[2] // 2)
    conv = nn.Conv3d(inputs, outputs, kernel, stride, padding, groups=groups, bias=False)
    return {name: (conv, nn.BatchNorm3d(outputs))}


def whole(
    name: str, inputs: int, outputs: int, side: int, stride: Triple, groups: int = 1
) -> Units:
    """Return a cubic convolution."""
    return unit(name, inputs, outputs, (side, side, side), stride, groups)


def factored(
    name: str, inputs: int, outputs: int, side: int, stride: Triple, groups: int = 1
) -> Units:
    """Return space, then time, as many weights together as the cubic convolution has."""
    time, height, width = stride
    between = side**3 * inputs * outputs // (side**2 * inputs + side * outputs)
    return unit(f"{name}_s", inputs, between, (1, side, side), (1, height, width), groups) | unit(
        f"{name}_t", between, outputs, (side, 1, 1), (time, 1, 1), groups
    )


@dataclass(frozen=True)
class Plan:
    """The numbers that make a member of the family; ``expansion`` above 1 means bottlenecks."""

    depths: tuple[int, ...]
    bottleneck: bool
    convolution: Callable[[str, int, int, int, Triple, int], Units] = whole
    width: int = 64
    expansion: int = 1
    groups: int = 1
    stem_width: int = 64
    stem: Triple = (7, 7, 7)

    def stem_units(self, inputs: int, stride: Triple) -> Units:
        """Return the units before the first block."""
        time, height, width = self.stem
        if time == height == width:
            return self.convolution("1", inputs, self.stem_width, time, stride, 1)
        return unit("1", inputs, self.stem_width, self.stem, stride)

    def units(self, inputs: int, width: int, stride: Triple) -> Units:
        """Return the units of one block; the stride is in its first convolution with space."""
        still = (1, 1, 1)
        if not self.bottleneck:
            return self.convolution("1", inputs, width, 3, stride, 1) | self.convolution(
                "2", width, width, 3, still, 1
            )
        return (
            whole("1", inputs, width, 1, still)
            | self.convolution("2", width, width, 3, stride, self.groups)
            | whole("3", width, width * self.expansion, 1, still)
        )


class Chain(nn.Module):
    """Units one after the other, as sub-modules ``convX`` and ``bnX``."""

    units: tuple[str, ...]

    def attach(self, units: Units) -> None:
        """Take the units over."""
        self.units = tuple(units)
        for name, (conv, norm) in units.items():
            self.add_module(f"conv{name}", conv)
            self.add_module(f"bn{name}", norm)

    def chain(self, value: Tensor) -> Tensor:
        """Apply the units, with a ReLU before each but the first."""
        for name in self.units:
            if name != self.units[0]:
                value = F.relu(value)
            value = getattr(self, f"bn{name}")(getattr(self, f"conv{name}")(value))
        return value


class Block(Chain):
    """A residual block; the shortcut is a strided 1x1x1 convolution where shapes differ."""

    def __init__(self, units: Units, inputs: int, outputs: int, stride: Triple) -> None:
        super().__init__()
        self.attach(units)
        self.downsample: nn.Module = nn.Identity()
        if inputs != outputs or stride != (1, 1, 1):
            conv, norm = whole("", inputs, outputs, 1, stride)[""]
            self.downsample = nn.Sequential(conv, norm)

    @property
    def last_norm(self) -> nn.BatchNorm3d:
        """The norm whose weight says how much the block adds to its shortcut."""
        norm = self.get_submodule(f"bn{self.units[-1]}")
        assert isinstance(norm, nn.BatchNorm3d)
        return norm

    def forward(self, value: Tensor) -> Tensor:
        """Return the rectified sum of both ways: ``B C T H W`` to ``B C T H W``."""
        return F.relu(self.chain(value) + self.downsample(value))
