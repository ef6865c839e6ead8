"""How weights move: optimisers and schedules of torch, by the names that settings give them."""

import math
from collections.abc import Callable, Iterable, Sequence

import torch
from torch import Tensor, nn
from torch.optim.lr_scheduler import LambdaLR

from adf.search.settings import RelaxSettings, Schedule, TrainSettings
from adf.search.team import Team

# The share of the rate at which restarts end.
LEAST = 1e-3


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
        epoch = -(-steps // settings.accumulate)
        self.schedule = make_schedule(
            schedule, self.optimizer, settings.epochs * epoch, warm_up, epoch
        )

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
    kind: Schedule,
    optimizer: torch.optim.Optimizer,
    steps: int,
    warm_up: float = 0.0,
    epoch: int = 1,
) -> LambdaLR:
    """Return how the rate goes over ``steps``: up for a share of them, then down to zero.

    With restarts it goes down in the first ``epoch`` of steps, again in the two after it, in the
    four after these, and so on.
    """
    rising = math.ceil(warm_up * steps)
    after = max(steps - rising, 1)
    falls: dict[str, Callable[[int], float]] = {
        "constant": lambda step: 1.0,
        "cosine": lambda step: half_cosine(min(step / after, 1.0)),
        "restarts": lambda step: LEAST + (1 - LEAST) * half_cosine(since_restart(step, epoch)),
    }

    def factor(step: int) -> float:
        return (step + 1) / rising if step < rising else falls[kind](step - rising)

    return LambdaLR(optimizer, factor)


def half_cosine(done: float) -> float:
    """Return what is left of a rate that falls from 1 to 0."""
    return 0.5 * (1 + math.cos(math.pi * done))


def since_restart(step: int, epoch: int) -> float:
    """Return the share of a cycle that is over; each is twice as long as the one before."""
    cycle = (step // epoch + 1).bit_length() - 1
    length = epoch << cycle
    return (step + epoch - length) / length
