"""The network of rows, against the same sums by hand."""

from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor

from adf.errors import InvalidInput
from adf.search.mfas.family import network
from adf.search.mfas.network import Fusion, RowsNetwork
from adf.search.mfas.rows import FusionRows
from adf.search.nets.cost import flops
from adf.search.nets.stem import Features
from tests.search.mfas.samples import choices, space, widths

TWO, THREE = choices(skeleton=4, rgb=4), choices(rgb=2, flow=2, pose=2)
PUBLISHED = "[[3,0,0],[1,3,2],[1,1,1]]"


def features_of(levels: Any, clips: int = 5, size: tuple[int, ...] = (2, 3, 3)) -> Features:
    random = torch.Generator().manual_seed(0)
    return {
        level: torch.randn(clips, width, *size, generator=random)
        for level, width in widths(levels).items()
    }


def made(levels: Any, text: str, dropout: float = 0.0, **settings: Any) -> RowsNetwork:
    torch.manual_seed(0)
    found = space(levels, width=6, **settings).read(text)
    net = network(found, widths(levels), 3, dropout)
    assert isinstance(net, RowsNetwork)
    return net


def plain(tensor: Tensor) -> NDArray[np.float64]:
    return np.asarray(tensor.detach().numpy(), np.float64)


ACTIVATIONS = {
    "relu": lambda x: np.maximum(x, 0),
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "leaky_relu": lambda x: np.where(x > 0, x, 0.01 * x),
}


def by_hand(net: RowsNetwork, features: Features) -> NDArray[np.float64]:
    """Return logits by the formula: W [x; y; h] + c, an activation, and so on."""
    fused: list[NDArray[np.float64]] = []
    for row, fusion in zip(net.rows, net.fusions, strict=True):
        assert isinstance(fusion, Fusion)
        parts = [plain(features[level]).mean(axis=(2, 3, 4)) for level in row.levels]
        if fusion.alphas is not None:
            exponents = np.exp([*plain(fusion.alphas), 0.0])
            parts = [x * e / exponents.sum() for x, e in zip(parts, exponents, strict=True)]
        joined = np.concatenate([*parts, *fused], axis=1)
        sums = joined @ plain(fusion.linear.weight).T + plain(fusion.linear.bias)
        after = ACTIVATIONS[row.activation](sums)
        norm = fusion.after[1]
        if isinstance(norm, torch.nn.BatchNorm1d):
            mean, var = after.mean(axis=0), after.var(axis=0)
            after = (after - mean) / np.sqrt(var + norm.eps) * plain(norm.weight) + plain(norm.bias)
        fused = [after]
    return np.asarray(fused[0] @ plain(net.head.weight).T + plain(net.head.bias))


@pytest.mark.parametrize("alphas", [False, True])
@pytest.mark.parametrize("batch_norm", [False, True])
@pytest.mark.parametrize(
    ("levels", "text"),
    [(TWO, PUBLISHED), (THREE, "[[0,1,1,0],[1,0,0,1]]"), (choices(rgb=2), "[[1,0],[0,1]]")],
)
def test_rows_compute_what_is_published(
    levels: Any, text: str, batch_norm: bool, alphas: bool
) -> None:
    net = made(levels, text, batch_norm=batch_norm, alphas=alphas)
    features = features_of(levels)
    # In training, the norms take the statistics of the batch; there is no dropout.
    found = plain(net.train()(features))
    assert found.shape == (5, 3)
    np.testing.assert_allclose(found, by_hand(net, features), rtol=1e-4, atol=1e-5)


def test_for_two_modalities_alphas_are_a_sigmoid_and_its_rest() -> None:
    net = made(TWO, PUBLISHED, alphas=True)
    fusion = net.fusions[0]
    assert isinstance(fusion, Fusion)
    assert fusion.alphas is not None
    assert fusion.alphas.shape == (1,)
    torch.nn.init.constant_(fusion.alphas, 0.7)
    levels = [torch.randn(4, fusion.linear.in_features - 2), torch.randn(4, 2)]
    share = 1 / (1 + np.exp(-0.7))
    scaled = torch.cat([levels[0] * share, levels[1] * (1 - share)], dim=1)
    wanted = fusion.linear(scaled).relu()
    torch.testing.assert_close(fusion(levels, None), wanted, rtol=1e-5, atol=1e-6)


def test_alphas_start_near_equal_weights() -> None:
    torch.manual_seed(0)
    drawn = torch.cat(
        [
            fusion.alphas
            for _ in range(300)
            if (fusion := Fusion([2, 2], 0, 2, HOW)).alphas is not None
        ]
    )
    assert drawn.std().item() == pytest.approx(0.1, rel=0.15)
    assert abs(drawn.mean().item()) < 0.03


HOW = ("relu", 0.0, False, True)


def test_sizes_are_those_of_the_levels_and_the_row_before() -> None:
    net, sizes = made(TWO, PUBLISHED), widths(TWO)
    found = [fusion.linear.in_features for fusion in net.fusions if isinstance(fusion, Fusion)]
    skeleton, rgb = ([sizes[level] for level in slot] for slot in TWO)
    assert found == [skeleton[3] + rgb[0], skeleton[1] + rgb[3] + 6, skeleton[1] + rgb[1] + 6]
    wanted = sum((each + 1) * 6 for each in found) + 7 * 3
    assert sum(weight.numel() for weight in net.parameters()) == wanted


def test_dropout_comes_after_the_activation_and_none_is_well_defined() -> None:
    features = features_of(TWO)
    net = made(TWO, PUBLISHED)
    assert torch.equal(net.train()(features), net.eval()(features))
    net = made(TWO, "[[3,0,1]]", dropout=0.5)
    with torch.no_grad():
        # Only if nothing is dropped are all outputs a sigmoid; what is kept is twice as large.
        net.head.weight.copy_(torch.eye(6)[:3])
        net.head.bias.zero_()
        kept = net.train()(features)
        whole = net.eval()(features)
    zero = kept == 0
    assert 0 < int(zero.sum()) < kept.numel()
    torch.testing.assert_close(kept[~zero], 2 * whole[~zero])


def test_places_do_not_matter_only_their_mean() -> None:
    net, features = made(TWO, PUBLISHED).eval(), features_of(TWO)
    pooled = {level: x.mean(dim=(2, 3, 4), keepdim=True) for level, x in features.items()}
    torch.testing.assert_close(net(features), net(pooled), rtol=1e-5, atol=1e-5)


def test_it_is_counted_and_exported() -> None:
    net, features = made(TWO, PUBLISHED, batch_norm=True, alphas=True).eval(), features_of(TWO, 2)
    one = {level: x[:1] for level, x in features.items()}
    linear = [fusion.linear.weight for fusion in net.fusions if isinstance(fusion, Fusion)]
    assert flops(net, one) == 2 * sum(each.numel() for each in (*linear, net.head.weight))

    class Listed(torch.nn.Module):
        def forward(self, values: list[Tensor]) -> Tensor:
            logits: Tensor = net(dict(zip(features, values, strict=True)))
            return logits

        def __init__(self) -> None:
            super().__init__()
            self.net = net

    program = torch.export.export(Listed(), (list(features.values()),))
    torch.testing.assert_close(program.module()(list(features.values())), net(features))


def test_levels_that_are_not_there_are_named() -> None:
    found: FusionRows = space().read("[[3,0,0]]")
    with pytest.raises(InvalidInput, match="the cache has no rgb/layer1, skeleton/layer4; it has"):
        network(found, widths(choices(skeleton=2)), 3, 0.0)
