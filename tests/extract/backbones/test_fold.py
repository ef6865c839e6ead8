"""Folding reads the data flow: what must not be folded is left alone."""

import pytest
import torch
from torch import Tensor, nn

from adf.extract.backbones.fold import folded, pairs


class Shared(nn.Module):
    """The output of ``first`` has two users, ``second`` is used twice, ``third`` can be folded."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = nn.Conv3d(2, 2, 1), nn.Conv3d(2, 2, 1)
        self.third = nn.Conv3d(2, 4, 3, groups=2)
        self.norm1, self.norm2, self.norm3 = (nn.BatchNorm3d(n) for n in (2, 2, 4))

    def forward(self, x: Tensor) -> Tensor:
        y = self.first(x)
        z = self.norm1(y) + y
        result: Tensor = self.norm3(self.third(self.norm2(self.second(self.second(z)))))
        return result


def shaken(network: nn.Module) -> nn.Module:
    torch.manual_seed(0)
    for value in network.state_dict().values():
        if value.is_floating_point():
            value.uniform_(0.5, 1.5)
    return network.eval()


def test_only_pairs_without_other_users_are_folded() -> None:
    network = shaken(Shared())
    assert list(pairs(network)) == [("third", "norm3")]
    given = torch.randn(2, 2, 4, 4, 4)
    torch.testing.assert_close(folded(network)(given), network(given), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("affine", [True, False])
@pytest.mark.parametrize("bias", [True, False])
def test_bias_and_affine_norms_are_optional(bias: bool, affine: bool) -> None:
    network = nn.Sequential(nn.Conv3d(2, 3, 3, bias=bias), nn.BatchNorm3d(3, affine=affine))
    shaken(network)
    shorter = folded(network)
    assert isinstance(shorter[1], nn.Identity)
    assert isinstance(network[1], nn.BatchNorm3d)
    given = torch.randn(2, 2, 4, 4, 4)
    torch.testing.assert_close(shorter(given), network(given), rtol=1e-5, atol=1e-5)


def test_a_norm_without_statistics_stays() -> None:
    network = nn.Sequential(nn.Conv3d(2, 3, 3), nn.BatchNorm3d(3, track_running_stats=False))
    assert list(pairs(network)) == []
