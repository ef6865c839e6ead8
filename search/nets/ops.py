"""The operations of a fusion cell; each keeps the shape ``B C T H W``.

All are ReLU, convolution and batch normalisation in this order, so that they compete on equal
terms. An operation is a function of the number of channels and of whether norms have a scale of
their own; adding one takes its function and its name in ``OPS``.
"""

from torch import nn

from adf.registry import Registry
from adf.search.nets.conv import Conv

Size = tuple[int, int, int]
NONE: Size = (1, 1, 1)
FULL: Size = (3, 3, 3)


def conv_1x1x1(channels: int, affine: bool) -> nn.Module:
    """Mix the channels of each place."""
    return nn.Sequential(nn.ReLU(), conv(channels, channels, NONE), norm(channels, affine))


def conv_3x3x3(channels: int, affine: bool) -> nn.Module:
    """Mix the channels of each place and its neighbours in space and time."""
    return nn.Sequential(nn.ReLU(), conv(channels, channels, FULL), norm(channels, affine))


def dil_conv_3x3x3(channels: int, affine: bool) -> nn.Module:
    """Mix the channels of places two steps apart."""
    wide = conv(channels, channels, FULL, dilation=2)
    return nn.Sequential(nn.ReLU(), wide, norm(channels, affine))


def conv_2plus1d(channels: int, affine: bool) -> nn.Module:
    """Mix in space, then in time, with as many weights as ``conv_3x3x3`` has."""
    between = 27 * channels // 12
    return nn.Sequential(
        nn.ReLU(),
        conv(channels, between, (1, 3, 3)),
        norm(between, affine),
        nn.ReLU(),
        conv(between, channels, (3, 1, 1)),
        norm(channels, affine),
    )


def sep_conv_3x3x3(channels: int, affine: bool) -> nn.Module:
    """Mix each channel on its own, then the channels of each place; twice, as DARTS does."""
    layers: list[nn.Module] = []
    for _ in range(2):
        layers += [
            nn.ReLU(),
            conv(channels, channels, FULL, groups=channels),
            conv(channels, channels, NONE),
            norm(channels, affine),
        ]
    return nn.Sequential(*layers)


def skip(channels: int, affine: bool) -> nn.Module:
    """Let everything pass as it is."""
    return nn.Identity()


def conv(channels: int, out: int, kernel: Size, *, groups: int = 1, dilation: int = 1) -> nn.Module:
    """Return a convolution that keeps ``T H W``, without bias: a norm follows."""
    frames, height, width = (dilation * (size - 1) // 2 for size in kernel)
    return Conv(
        channels,
        out,
        kernel,
        padding=(frames, height, width),
        groups=groups,
        dilation=dilation,
        bias=False,
    )


def norm(channels: int, affine: bool = True) -> nn.Module:
    """Return batch normalisation; without a scale where candidates are weighed by their size."""
    return nn.BatchNorm3d(channels, affine=affine)


OPS = Registry(
    "operation",
    skip,
    conv_1x1x1,
    conv_2plus1d,
    conv_3x3x3,
    dil_conv_3x3x3,
    sep_conv_3x3x3,
)
