"""Looking one step ahead against the closed form, and what it leaves behind."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from adf.search.nets.mixture import Alphas, softmax_mixture
from adf.search.nets.supernet import Supernet
from adf.search.relaxing.relaxed import frozen
from adf.search.relaxing.unrolled import look_ahead, statistics_kept
from tests.search.nets.samples import ALL_OPS, make_features, make_space

DOUBLE = torch.float64
RATE, MOMENTUM, DECAY = 0.1, 0.9, 0.01


class Point(nn.Module):
    """Weights of two numbers."""

    def __init__(self) -> None:
        super().__init__()
        self.w = nn.Parameter(torch.tensor([1.0, 2.0], dtype=DOUBLE))


def at_a_point(
    noise: Callable[[], float] = lambda: 1.0, buffer: bool = True
) -> tuple[Point, list[Tensor], Tensor]:
    """Look ahead where both losses are squared distances; return the weights seen ahead."""
    net, logits = Point(), [torch.tensor([0.5, -1.0], dtype=DOUBLE, requires_grad=True)]
    optimizer = torch.optim.SGD(net.parameters(), RATE, momentum=MOMENTUM, weight_decay=DECAY)
    if buffer:
        optimizer.state[net.w]["momentum_buffer"] = torch.tensor([0.2, -0.4], dtype=DOUBLE)
    wanted = torch.tensor([3.0, 0.0], dtype=DOUBLE)
    seen: list[Tensor] = []

    def judging() -> Tensor:
        seen.append(net.w.detach().clone())
        return (net.w - wanted).square().sum() / 2

    def train() -> Tensor:
        return (net.w - noise() * logits[0]).square().sum() / 2

    return net, look_ahead(net, logits, optimizer, train, judging), seen[0]


def test_equals_the_closed_form() -> None:
    net, (gradient,), ahead = at_a_point()
    assert ahead.tolist() == pytest.approx([0.931, 1.734], rel=1e-12)
    assert gradient.tolist() == pytest.approx([-0.2069, 0.1734], rel=1e-9)
    assert net.w.tolist() == [1.0, 2.0]
    assert net.w.grad is None


def test_the_first_step_has_no_momentum_yet() -> None:
    _, (gradient,), ahead = at_a_point(buffer=False)
    wanted = [w - RATE * (w - a + DECAY * w) for w, a in ((1.0, 0.5), (2.0, -1.0))]
    assert ahead.tolist() == pytest.approx(wanted, rel=1e-12)
    assert gradient.tolist() == pytest.approx([RATE * (wanted[0] - 3), RATE * wanted[1]], rel=1e-9)


def test_a_mixture_that_is_drawn_is_the_same_on_both_sides_of_the_probe() -> None:
    torch.manual_seed(3)
    drawn: list[float] = []

    def noise() -> float:
        drawn.append(float(torch.randn(())))
        return drawn[-1]

    _, (gradient,), ahead = at_a_point(noise)
    assert drawn[1] == drawn[2] != drawn[0]
    wanted = RATE * drawn[1] * (ahead - torch.tensor([3.0, 0.0], dtype=DOUBLE))
    torch.testing.assert_close(gradient, wanted, rtol=1e-9, atol=1e-12)


def losses(clips: int = 6) -> tuple[Supernet, list[Tensor], Callable[[], Tensor]]:
    """Return a supernet of all operations, its logits, and a loss."""
    torch.manual_seed(0)
    space = make_space(ALL_OPS, nodes=2, channels=4)
    net, alphas, features = Supernet(space, 3), Alphas(space, with_edges=True), make_features(clips)
    targets = torch.arange(clips) % 3

    def loss() -> Tensor:
        logits = net(features, softmax_mixture(alphas, space))
        return nn.functional.cross_entropy(logits, targets)

    return net, list(alphas.parameters()), loss


def state(net: nn.Module) -> dict[str, Tensor]:
    return {name: tensor.clone() for name, tensor in net.state_dict().items()}


def assert_same(net: nn.Module, before: dict[str, Tensor]) -> None:
    for name, tensor in net.state_dict().items():
        assert torch.equal(tensor, before[name]), name


def test_weights_and_statistics_are_put_back_bit_by_bit() -> None:
    net, logits, loss = losses()
    optimizer = torch.optim.SGD(net.parameters(), 0.1, momentum=0.9)
    loss().backward()  # type: ignore[no-untyped-call]
    optimizer.step()
    before = state(net)
    gradients = look_ahead(net, logits, optimizer, loss, loss)
    assert_same(net, before)
    assert all(gradient.any() for gradient in gradients)
    with pytest.raises(ZeroDivisionError), statistics_kept(net):
        loss()
        raise ZeroDivisionError
    assert_same(net, before)
    loss()
    assert any(not torch.equal(tensor, before[name]) for name, tensor in net.state_dict().items())


def test_frozen_weights_change_no_bit_of_the_gradients_of_logits() -> None:
    net, logits, loss = losses()
    loss().backward()  # type: ignore[no-untyped-call]
    together = [each.grad for each in logits]
    net.zero_grad()
    with frozen(net):
        alone = torch.autograd.grad(loss(), logits)
    for one, other in zip(together, alone, strict=True):
        assert one is not None
        assert one.any()
        assert torch.equal(one, other)
    assert all(weight.grad is None and weight.requires_grad for weight in net.parameters())
