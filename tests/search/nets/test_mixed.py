"""Mixed edges against plain loops, and what a supernet refuses."""

from itertools import pairwise

import pytest
import torch
from torch import Tensor

from adf.errors import ConfigError
from adf.search.nets.mixture import Alphas, Mixture, softmax_mixture
from adf.search.nets.supernet import MixedEdge, Supernet
from tests.search.nets.samples import ALL_OPS, concat_space, make_features, make_space


def in_loops(edge: MixedEdge, x: Tensor, weights: Tensor, parts: int) -> Tensor:
    """Return what PC-DARTS says: mix the first channels, let the rest pass, deal like cards."""
    channels = x.shape[1]
    own = channels // parts
    mixed = torch.zeros_like(x[:, :own])
    for name, weight in zip(edge.names, weights, strict=True):
        if name != "zero":
            mixed = mixed + weight * edge.ops[name](x[:, :own])
    joined = [*mixed.unbind(1), *x[:, own:].unbind(1)]
    dealt = [joined[part * own + place] for place in range(own) for part in range(parts)]
    return torch.stack(dealt, dim=1)


@pytest.mark.parametrize("parts", [1, 2, 4])
def test_partial_channels_are_those_of_a_plain_loop(parts: int) -> None:
    torch.manual_seed(0)
    edge = MixedEdge(ALL_OPS, 8, parts).double().eval()
    x = torch.randn(2, 8, 2, 4, 4, dtype=torch.float64)
    weights = torch.rand(len(ALL_OPS), dtype=torch.float64)
    with torch.no_grad():
        found, wanted = edge(x, weights), in_loops(edge, x, weights, parts)
    torch.testing.assert_close(found, wanted, rtol=1e-12, atol=1e-12)
    if parts > 1:
        # Every channel that passes is still there, and the order is another one.
        passed = {float(each.max()) for each in x[:, 8 // parts :].unbind(1)}
        assert passed <= {float(each.max()) for each in found.unbind(1)}
        assert not torch.equal(found[:, 8 // parts :], x[:, 8 // parts :])


def test_only_what_is_chosen_is_computed() -> None:
    edge = MixedEdge(ALL_OPS, 4, 1).eval()
    x, weights = torch.randn(1, 4, 2, 4, 4), torch.rand(len(ALL_OPS))
    called: list[str] = []
    for name, op in edge.ops.items():
        op.register_forward_hook(lambda *_, name=name: called.append(name))
    at = ALL_OPS.index("conv_3x3x3")
    torch.testing.assert_close(edge(x, weights, [at]), weights[at] * edge.ops["conv_3x3x3"](x))
    assert set(called) == {"conv_3x3x3"}
    assert not edge(x, weights, []).any()
    assert not edge(x, weights, [ALL_OPS.index("zero")]).any()


def test_weights_of_edges_and_the_auxiliary_skip_are_applied() -> None:
    space = make_space(ops=("zero", "skip"), nodes=1)
    net = Supernet(space, 3).eval()
    features = make_features()
    levels = [torch.tensor([1.0, 0.0])] * 2
    skips = [torch.tensor([[0.0, 1.0]] * 2)]
    seen: list[Tensor] = []
    net.head.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0]))
    plain = net.stem(features, levels)
    for edges, auxiliary in (((1.0, 1.0), 0.0), ((0.25, 3.0), 0.0), ((0.25, 3.0), 0.5)):
        net(features, Mixture(levels, skips, [torch.tensor(edges)], None, auxiliary))
        wanted = sum((edge + auxiliary) * x for edge, x in zip(edges, plain, strict=True))
        torch.testing.assert_close(seen[-1], wanted)
    assert not any(torch.equal(one, other) for one, other in pairwise(seen))


@pytest.mark.parametrize("space", [make_space(cells=2), concat_space(cells=2)], ids=["own", "all"])
@pytest.mark.parametrize("partial", [1, 4])
def test_gradients_reach_all_weights_and_logits(space: object, partial: int) -> None:
    torch.manual_seed(0)
    assert isinstance(space, type(make_space()))
    net, alphas = Supernet(space, 3, partial), Alphas(space, with_edges=True)
    net(make_features(), softmax_mixture(alphas, space)).square().sum().backward()
    for weight in (*net.parameters(), *alphas.ops, *alphas.edges):
        assert weight.grad is not None
        assert weight.grad.any()
    # A joint stem has one level each, so there is nothing to weigh.
    weighed = [logits.grad is not None for logits in alphas.levels]
    assert weighed == [space.stem == "adapters"] * 2
    shares = softmax_mixture(alphas, space).edges
    assert shares is not None
    for number, each in enumerate(share.detach() for share in shares):
        sums = [float(part.sum()) for part in torch.split(each, space.sources(number))]
        assert sums == pytest.approx([1.0] * space.nodes)


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"^space.channels is 6: give a multiple of .*partial, 4"):
        Supernet(make_space(channels=6), 3, 4)
    with pytest.raises(ConfigError, match=r"^space.stem is concat: give adapters, or one level"):
        Supernet(make_space(stem="concat"), 3)
