"""What every operation of a cell must do; one that is registered is tested."""

import pytest
import torch
from torch import nn

from adf.search.genotypes.genotype import ZERO
from adf.search.nets.ops import OPS
from adf.search.nets.supernet import MixedEdge

SHAPES = [(2, 8, 1, 1, 1), (2, 8, 1, 5, 4), (3, 8, 4, 3, 7), (2, 4, 2, 1, 1)]
NAMES = [op.__name__ for op in OPS.values()]


@pytest.fixture(params=NAMES)
def name(request: pytest.FixtureRequest) -> str:
    """Return one operation after the other."""
    return str(request.param)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("affine", [True, False])
def test_keeps_the_shape_and_lets_gradients_through(
    name: str, shape: tuple[int, ...], affine: bool
) -> None:
    torch.manual_seed(0)
    op = OPS[name](shape[1], affine)
    for last in (False, True):
        x = torch.randn(shape)
        if last:
            x = x.contiguous(memory_format=torch.channels_last_3d)
        x.requires_grad_()
        y = op(x)
        assert y.shape == shape
        assert y.isfinite().all()
        (y * torch.randn(shape)).sum().backward()
        assert x.grad is not None
        assert x.grad.isfinite().all()
        assert x.grad.any()
    for weight in op.parameters():
        assert weight.grad is not None
        assert weight.grad.isfinite().all()


def test_memory_format_changes_no_value(name: str) -> None:
    op = OPS[name](8, True).double().eval()
    x = torch.randn(2, 8, 3, 5, 4, dtype=torch.float64)
    torch.testing.assert_close(op(x), op(x.contiguous(memory_format=torch.channels_last_3d)))


def test_starts_with_a_rectifier_and_ends_with_a_norm(name: str) -> None:
    parts = [part for part in OPS[name](8, False).modules() if not list(part.children())]
    if any(isinstance(part, nn.Conv3d) for part in parts):
        assert isinstance(parts[0], nn.ReLU)
        assert isinstance(parts[-1], nn.BatchNorm3d)
    for part in parts:
        if isinstance(part, nn.Conv3d):
            # A norm follows.
            assert part.bias is None
        if isinstance(part, nn.BatchNorm3d):
            assert not part.affine
            assert part.track_running_stats


def test_one_clip_depends_on_no_other_once_it_is_trained(name: str) -> None:
    op = OPS[name](8, True).double()
    x = torch.randn(4, 8, 2, 4, 4, dtype=torch.float64)
    op(x)
    op.eval()
    torch.testing.assert_close(op(x)[2:3], op(x[2:3]))


def test_can_be_mixed_with_all_others_on_part_of_the_channels(name: str) -> None:
    edge = MixedEdge((ZERO, name), 8, 4)
    x, weights = torch.randn(2, 8, 2, 4, 4), torch.tensor([0.5, 0.5], requires_grad=True)
    edge(x, weights).square().sum().backward()
    assert weights.grad is not None
    # Zero gives nothing and so learns nothing from what it gave.
    assert weights.grad[0] == 0 != weights.grad[1]


def test_zero_is_no_operation_that_could_be_built() -> None:
    assert ZERO not in OPS
