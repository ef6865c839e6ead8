"""Optimisers and schedules of torch, by the names that settings give them."""

import math
from collections.abc import Iterable

import torch
from torch import Tensor
from torch.optim.lr_scheduler import LambdaLR

from adf.search.settings import RelaxSettings, Schedule, TrainSettings


def make_optimizer(
    settings: TrainSettings | RelaxSettings, weights: Iterable[Tensor]
) -> torch.optim.Optimizer:
    """Return the optimiser of the weights."""
    rate, decay = settings.rate, settings.decay
    if settings.optimizer == "sgd":
        nesterov = settings.momentum > 0
        return torch.optim.SGD(
            weights,
            rate,
            momentum=settings.momentum,
            weight_decay=decay,
            nesterov=nesterov,
            fused=True,
        )
    kind = torch.optim.AdamW if settings.optimizer == "adamw" else torch.optim.Adam
    return kind(weights, rate, weight_decay=decay, fused=True)


def sharing(step: int, steps: int, accumulate: int) -> int:
    """Return how many batches share the update that batch ``step``, from 1, of an epoch is for."""
    last = steps % accumulate
    return last if step > steps - last else accumulate


def make_schedule(
    kind: Schedule, optimizer: torch.optim.Optimizer, steps: int, warm_up: float = 0.0
) -> LambdaLR:
    """Return how the rate goes over ``steps``: up for a share of them, then down to zero."""
    rising = math.ceil(warm_up * steps)

    def factor(step: int) -> float:
        if step < rising:
            return (step + 1) / rising
        if kind == "constant":
            return 1.0
        done = (step - rising) / max(steps - rising, 1)
        return 0.5 * (1 + math.cos(math.pi * min(done, 1.0)))

    return LambdaLR(optimizer, factor)
