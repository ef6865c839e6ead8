"""How weights move: optimisers and schedules of torch, by the names that settings give them."""

import math
from collections.abc import Iterable, Sequence

import torch
from torch import Tensor, nn
from torch.optim.lr_scheduler import LambdaLR

from adf.search.settings import RelaxSettings, Schedule, TrainSettings
from adf.search.team import Team


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


class Updates:
    """From losses of batches to steps of the weights; an epoch has ``steps`` batches.

    Several batches may make one update, and so do the ranks of a team: the mean of their gradients
    counts.
    """

    def __init__(
        self,
        settings: TrainSettings | RelaxSettings,
        weights: Sequence[Tensor],
        steps: int,
        team: Team,
        schedule: Schedule = "cosine",
        warm_up: float = 0.0,
    ) -> None:
        self._settings, self._weights, self._steps, self._team = settings, weights, steps, team
        self.optimizer = make_optimizer(settings, weights)
        updates = settings.epochs * -(-steps // settings.accumulate)
        self.schedule = make_schedule(schedule, self.optimizer, updates, warm_up)

    def learn(self, loss: Tensor, step: int) -> bool:
        """Take in the loss of batch ``step``, from 1, of an epoch; say whether weights moved."""
        accumulate, clip = self._settings.accumulate, self._settings.clip
        last = self._steps % accumulate
        sharing = last if step > self._steps - last else accumulate
        (loss / sharing).backward()  # type: ignore[no-untyped-call]
        if step % accumulate and step < self._steps:
            return False
        self._team.average_gradients(self._weights)
        if clip:
            nn.utils.clip_grad_norm_(self._weights, clip)
        self.optimizer.step()
        self.schedule.step()
        self.optimizer.zero_grad(set_to_none=True)
        return True


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
