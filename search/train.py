"""Training and scoring of one network on cached features."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from adf.errors import InvalidInput
from adf.search.data import Source, require_finite
from adf.search.nets.stem import Features
from adf.search.optim import Updates
from adf.search.rows import Part
from adf.search.settings import TrainSettings
from adf.search.team import ALONE, Team

Forward = Callable[[Features], Tensor]
# What a probability of nothing counts as, so that its logarithm is a number.
LEAST = 1e-12


class Score(NamedTuple):
    """How well a network does on some videos."""

    accuracy: float
    loss: float
    videos: int


@dataclass(frozen=True)
class Bench:
    """Where training happens: the features, the clips to learn from, the device, the precision."""

    source: Source
    part: Part
    device: torch.device
    amp: bool = False
    team: Team = ALONE

    def shares(self, positions: Sequence[NDArray[np.intp]]) -> Iterator[tuple[Features, Tensor]]:
        """Return features and targets of what this rank does of each batch."""
        return self.batches([self.team.share(each) for each in positions])

    def batches(self, positions: Sequence[NDArray[np.intp]]) -> Iterator[tuple[Features, Tensor]]:
        """Return features and targets of each batch of positions."""
        rows = [self.part.rows[each] for each in positions]
        for features, each in zip(self.source.batches(rows), positions, strict=True):
            yield features, torch.from_numpy(self.part.targets[each]).to(self.device)

    def autocast(self) -> torch.autocast:
        """Return the context of a forward pass: half precision where asked for."""
        # Not float16: its gradients vanish where they are not scaled up.
        return torch.autocast(self.device.type, dtype=torch.bfloat16, enabled=self.amp)


def in_batches(positions: NDArray[np.intp], batch: int) -> list[NDArray[np.intp]]:
    """Cut an epoch into batches; a last one that is too small for a norm joins the one before."""
    cuts = list(range(batch, len(positions) - 1, batch))
    return np.split(positions, cuts)


def train(
    network: nn.Module,
    bench: Bench,
    settings: TrainSettings,
    seed: Sequence[int],
    after_epoch: Callable[[int, float, nn.Module], None] | None = None,
) -> nn.Module:
    """Train ``network`` in place and return it, or the running mean of its weights if asked for.

    ``after_epoch`` is told the number of each epoch that is over, its mean loss, and the network
    that would be returned now.
    """
    network.to(bench.device).train()
    weights = [weight for weight in network.parameters() if weight.requires_grad]
    steps = len(in_batches(bench.part.epoch([*seed, 0]), settings.batch))
    updates = Updates(settings, weights, steps, bench.team, settings.schedule, settings.warm_up)
    mean = averaged(network, settings.average) if settings.average else None
    for epoch in range(settings.epochs):
        batches = in_batches(bench.part.epoch([*seed, epoch]), settings.batch)
        losses: list[Tensor] = []
        for step, (features, targets) in enumerate(bench.shares(batches), start=1):
            with bench.autocast():
                logits = network(features)
            loss = F.cross_entropy(logits.float(), targets, label_smoothing=settings.smoothing)
            losses.append(loss.detach())
            if updates.learn(loss, step) and mean:
                mean.update_parameters(network)
        for each in (network, mean.module) if mean else (network,):
            bench.team.average_statistics(each)
        found = finite_mean(losses, bench, batches)
        if after_epoch:
            after_epoch(epoch, found, mean.module if mean else network)
    return mean.module if mean else network


def averaged(network: nn.Module, decay: float) -> "torch.optim.swa_utils.AveragedModel":
    """Return the running mean of a network's weights and statistics."""
    from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

    ema = get_ema_multi_avg_fn(decay)  # type: ignore[no-untyped-call]
    return AveragedModel(network, multi_avg_fn=ema, use_buffers=True)


def finite_mean(
    losses: Sequence[Tensor], bench: Bench, batches: Sequence[NDArray[np.intp]]
) -> float:
    """Return the mean loss of an epoch; of one that is not finite, say which rows are to blame."""
    found = torch.stack(list(losses))
    if not bool(found.isfinite().all()):
        explain(bench, batches[int((~found.isfinite()).nonzero()[0])])
    return float(found.mean())


def explain(bench: Bench, positions: NDArray[np.intp]) -> None:
    """Raise an error that names the level and the rows of a batch that spoilt the loss."""
    rows = bench.part.rows[positions]
    for features, _ in bench.batches([positions]):
        for level, values in features.items():
            require_finite(values, rows, level)
    raise InvalidInput(
        f"the loss is not finite, in the batch of rows {', '.join(map(str, rows[:10]))} ...; the"
        " features are: lower the learning rate (rate, and alpha_rate of a relaxation), or clip"
        " gradients (clip)"
    )


def score(forward: Forward, bench: Bench, batch: int) -> Score:
    """Return accuracy and loss over videos; that of a video is the mean of its views.

    A network whose weights are no longer numbers has no score.
    """
    means, part = video_chances(forward, bench, batch), bench.part
    targets = torch.empty(len(part), dtype=torch.int64, device=means.device)
    targets[torch.from_numpy(part.videos).to(means.device)] = torch.from_numpy(part.targets).to(
        means.device
    )
    right = (means.argmax(dim=1) == targets).float().mean()
    loss = F.nll_loss(means.clamp_min(LEAST).log(), targets)
    # Equal weights may score unequally, in the last bits: all ranks go by the first.
    accuracy, mean_loss = bench.team.first(torch.stack([right, loss])).tolist()
    if not isfinite(mean_loss):
        spoilt = ~means.isfinite().all(dim=1).cpu().numpy()
        explain(bench, np.flatnonzero(spoilt[part.videos])[:batch])
    return Score(accuracy, mean_loss, len(part))


@torch.no_grad()
def video_chances(forward: Forward, bench: Bench, batch: int) -> Tensor:
    """Return the probabilities of the classes for each video, the mean over its views: ``V K``."""
    positions = np.arange(len(bench.part.rows))
    outputs = []
    for features, _ in bench.batches(in_batches(positions, batch)):
        with bench.autocast():
            outputs.append(forward(features).float())
    chances = torch.cat(outputs).softmax(dim=1)
    videos = torch.from_numpy(bench.part.videos).to(chances.device)
    count = len(bench.part)
    sums = chances.new_zeros(count, chances.shape[1]).index_add_(0, videos, chances)
    return sums / torch.bincount(videos, minlength=count).unsqueeze(1)
