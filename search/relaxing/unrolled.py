"""The gradient of the logits with one step of the weights looked ahead (second-order DARTS)."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import torch
from torch import Tensor, nn

Loss = Callable[[], Tensor]
# The norm of the step by which the mixed second derivative is probed.
PROBE = 0.01


def look_ahead(
    net: nn.Module,
    logits: Sequence[Tensor],
    optimizer: torch.optim.Optimizer,
    train_loss: Loss,
    judging_loss: Loss,
) -> list[Tensor]:
    """Return d/d logits of the judging loss at the weights of the next step.

    The step is that of SGD with the rate, momentum and weight decay of ``optimizer``. Weights and
    statistics of norms are afterwards as they were before.
    """
    weights = list(net.parameters())
    with statistics_kept(net), weights_kept(weights):
        rate = _step(weights, optimizer, train_loss)
        found = torch.autograd.grad(judging_loss(), [*logits, *weights], allow_unused=True)
        direct = [_or_zero(g, x) for g, x in zip(found, logits, strict=False)]
        ahead = [_or_zero(g, x) for g, x in zip(found[len(logits) :], weights, strict=True)]
    with statistics_kept(net), weights_kept(weights):
        implicit = _mixed(weights, ahead, logits, train_loss)
    return [first - rate * second for first, second in zip(direct, implicit, strict=True)]


@torch.no_grad()
def _step(weights: Sequence[Tensor], optimizer: torch.optim.Optimizer, loss: Loss) -> float:
    """Move the weights as SGD would, and return the rate."""
    group = optimizer.param_groups[0]
    rate, momentum = float(group["lr"]), float(group.get("momentum", 0.0))
    with torch.enable_grad():
        gradients = torch.autograd.grad(loss(), weights, allow_unused=True)
    for weight, gradient in zip(weights, gradients, strict=True):
        kept = optimizer.state[weight].get("momentum_buffer")
        step = _or_zero(gradient, weight) + float(group["weight_decay"]) * weight
        weight.sub_(rate * (step if kept is None else step + momentum * kept))
    return rate


def _mixed(
    weights: Sequence[Tensor], direction: Sequence[Tensor], logits: Sequence[Tensor], loss: Loss
) -> list[Tensor]:
    """Return d2 loss / d logits d weights times ``direction``, by central differences."""
    gpus = {weight.device for weight in weights if weight.is_cuda}
    size = PROBE / torch.cat([each.flatten() for each in direction]).norm().clamp_min(1e-12)
    sides = []
    for step in (size, -2 * size):
        with torch.no_grad():
            for weight, each in zip(weights, direction, strict=True):
                weight.add_(each * step)
        # A mixture that is drawn has to be the same on both sides, or its noise is all one sees.
        with torch.random.fork_rng(list(gpus)):
            found = torch.autograd.grad(loss(), list(logits), allow_unused=True)
        sides.append([_or_zero(g, x) for g, x in zip(found, logits, strict=True)])
    return [(plus - minus) / (2 * size) for plus, minus in zip(*sides, strict=True)]


def _or_zero(gradient: Tensor | None, of: Tensor) -> Tensor:
    return torch.zeros_like(of) if gradient is None else gradient


@contextmanager
def weights_kept(weights: Sequence[Tensor]) -> Iterator[None]:
    """Put the weights back afterwards."""
    before = [weight.detach().clone() for weight in weights]
    try:
        yield
    finally:
        with torch.no_grad():
            for weight, kept in zip(weights, before, strict=True):
                weight.copy_(kept)


@contextmanager
def statistics_kept(net: nn.Module) -> Iterator[None]:
    """Put the running statistics of norms back afterwards: probes are no training."""
    before = [buffer.clone() for buffer in net.buffers()]
    try:
        yield
    finally:
        for buffer, kept in zip(net.buffers(), before, strict=True):
            buffer.copy_(kept)
