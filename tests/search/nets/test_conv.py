"""Whatever road a convolution takes, it is that of torch; pooling may come before or after."""

from itertools import product

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from adf.search.data import down_to, five_axes
from adf.search.nets.conv import Conv
from adf.search.nets.stem import on_grid
from tests.search.nets.samples import make_features

KERNELS = list(product((1, 3), (1, 3), (1, 3)))
SIZES = [(1, 5, 4), (2, 5, 4), (3, 3, 4), (5, 2, 2), (3, 1, 4), (2, 3, 1), (4, 1, 1), (1, 1, 1)]


@pytest.mark.parametrize("kernel", KERNELS, ids=str)
@pytest.mark.parametrize("groups", [1, 2, 4])
@pytest.mark.parametrize("dilation", [1, 2])
def test_equals_the_convolution_of_torch(
    kernel: tuple[int, int, int], groups: int, dilation: int
) -> None:
    torch.manual_seed(0)
    frames, height, width = (dilation * (size // 2) for size in kernel)
    padding = frames, height, width
    ours = Conv(4, 8, kernel, padding=padding, dilation=dilation, groups=groups).double()
    for size, last in product(SIZES, (False, True)):
        x = torch.randn(2, 4, *size, dtype=torch.float64)
        if last:
            x = x.contiguous(memory_format=torch.channels_last_3d)
        x.requires_grad_()
        wanted = nn.Conv3d.forward(ours, x)
        found = ours(x)
        assert found.shape == wanted.shape == (2, 8, *size)
        torch.testing.assert_close(found, wanted, rtol=1e-12, atol=1e-12)
        ways = [*ours.parameters(), x]
        grown = torch.autograd.grad(found.square().sum(), ways)
        for one, other in zip(grown, torch.autograd.grad(wanted.square().sum(), ways), strict=True):
            torch.testing.assert_close(one, other, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("grid", [(1, 1, 1), (2, 4, 4), (1, 7, 3), (4, 14, 14)], ids=str)
def test_pooling_and_a_convolution_of_places_may_change_places(
    grid: tuple[int, int, int],
) -> None:
    torch.manual_seed(0)
    mix = nn.Conv3d(5, 3, 1)
    x = torch.randn(2, 5, 4, 14, 9)
    size = min(4, grid[0]), min(14, grid[1]), min(9, grid[2])
    with torch.no_grad():
        before = mix.double()(F.adaptive_avg_pool3d(x.double(), size))
        after = F.adaptive_avg_pool3d(mix(x.double()), size)
        ours = mix.float()(down_to(x, grid))
    torch.testing.assert_close(before, after, rtol=1e-10, atol=1e-10)
    torch.testing.assert_close(ours.double(), after, rtol=1e-5, atol=1e-5)


def test_down_to_never_makes_anything_larger() -> None:
    x = torch.randn(1, 2, 1, 3, 9)
    assert down_to(x, (4, 7, 7)).shape == (1, 2, 1, 3, 7)
    assert on_grid(down_to(x, (4, 7, 7)), (4, 7, 7)).shape == (1, 2, 4, 7, 7)
    assert torch.equal(down_to(x, (1, 3, 9)), x)


def test_all_kinds_of_levels_get_five_axes() -> None:
    x = next(iter(make_features(2).values())).numpy()
    assert five_axes(x).shape == x.shape
    assert five_axes(x[:, :, 0]).shape == (2, 3, 1, 4, 4)
    assert five_axes(x[:, :, :, 0, 0]).shape == (2, 3, 2, 1, 1)
    assert five_axes(x[:, :, 0, 0, 0]).shape == (2, 3, 1, 1, 1)
