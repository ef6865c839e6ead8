"""The search by a supernet: weights learn from one half of the clips, logits from the other."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import cycle, islice, repeat
from typing import Any
from zipfile import is_zipfile

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from adf.errors import InvalidInput
from adf.search.genotypes.derive import derive
from adf.search.genotypes.genotype import Genotype
from adf.search.nets.cost import in_steps, mean_flops
from adf.search.nets.mixture import Alphas, Mixture
from adf.search.nets.stem import Features
from adf.search.nets.supernet import Supernet
from adf.search.optim import Updates
from adf.search.relaxing.curvature import CLIPS, PASSES, curvature
from adf.search.relaxing.guards import Guarded
from adf.search.relaxing.relaxation import Relaxation
from adf.search.relaxing.stopping import calm_epoch
from adf.search.relaxing.unrolled import look_ahead
from adf.search.relaxing.watch import observe
from adf.search.settings import RelaxSettings
from adf.search.study import Stopwatch, Study
from adf.search.train import finite_mean, in_batches

Batch = tuple[Features, Tensor]
CHECKPOINT = "relaxation"
WEIGHTS, ALPHAS = 1, 2
# The GPU that torch computes on where none is named.
CURRENT = torch.device("cuda")


class Relaxed:
    """A supernet, its logits, and what trains them."""

    def __init__(self, study: Study, method: Relaxation, settings: RelaxSettings) -> None:
        self.study, self.settings = study, settings
        self.method = Guarded(method, settings.guards)
        torch.manual_seed(study.settings.seed)
        partial = settings.guards.partial
        self.net = Supernet(study.space, study.classes, partial).to(study.device)
        self.alphas = Alphas(study.space, with_edges=self.method.with_edges).to(study.device)
        steps = len(self._epoch_of(WEIGHTS, 0))
        self.updates = Updates(settings, list(self.net.parameters()), steps, study.team)
        self.alpha_optimizer = torch.optim.Adam(
            self.alphas.parameters(),
            settings.alpha_rate,
            betas=(0.5, 0.999),
            weight_decay=settings.alpha_decay,
        )
        self.epoch = 0

    def run(self) -> None:
        """Train until the last epoch, from where an earlier run was stopped if there was one."""
        self._restore()
        while self.epoch < self.settings.epochs and not self._stopped():
            watch = Stopwatch()
            loss = self._train_epoch()
            self.epoch += 1
            self._report(loss, watch)
            self._keep()
            self.study.progress.advance(1, note=f"loss {loss:.3f}")

    def expected(self) -> Mixture:
        """Return the mixture that the logits stand for now."""
        with torch.no_grad():
            return self.method.expected(self.alphas, self.study.space)

    def genotype(self) -> Genotype:
        """Return what is read off the logits now."""
        return derive(self.study.space, self.expected())

    def found(self) -> Genotype:
        """Return what the search came to: the genotype now, or that of before the curvature jumped.

        The logits and the weights stay those of the last epoch.
        """
        epoch = calm_epoch(self)
        line = self.study.memory.known("epoch", epoch) if epoch else None
        return Genotype.from_dict(line["genotype"]) if line else self.genotype()

    def _train_epoch(self) -> float:
        study, settings = self.study, self.settings
        self.net.train()
        positions = self._epoch_of(WEIGHTS, self.epoch)
        searching = self.epoch >= settings.warm_up
        bench = study.bench(study.halves.weights)
        judging = self._judging(len(positions)) if searching else repeat(None)
        pairs = zip(bench.shares(positions), judging, strict=False)
        losses: list[Tensor] = []
        for step, (batch, other) in enumerate(pairs, start=1):
            if other is not None:
                self._alpha_step(batch, other)
            losses.append(self._weight_step(batch, step))
        study.team.average_statistics(self.net)
        return finite_mean(losses, bench, positions)

    def _judging(self, count: int) -> Iterator[Batch]:
        """Return ``count`` batches of the clips for the logits."""
        bench = self.study.bench(self.study.halves.judging)
        positions = list(islice(cycle(self._epoch_of(ALPHAS, self.epoch)), count))
        return bench.shares(positions)

    def _epoch_of(self, purpose: int, epoch: int) -> Sequence[NDArray[np.intp]]:
        halves = self.study.halves
        part = halves.weights if purpose == WEIGHTS else halves.judging
        order = part.epoch([self.study.settings.seed, purpose, epoch])
        return in_batches(order, self.settings.batch)

    def _loss(self, batch: Batch, mixture: Mixture) -> Tensor:
        features, targets = batch
        with self.study.bench(self.study.halves.weights).autocast():
            logits = self.net(features, mixture)
        return F.cross_entropy(logits.float(), targets)

    def _alpha_loss(self, batch: Batch) -> Tensor:
        mixture = self.method.mixture(self.alphas, self.study.space, self.progress)
        loss = self._loss(batch, mixture)
        penalty = self.method.penalty(self.alphas, self.progress)
        return loss if penalty is None else loss + penalty

    @property
    def progress(self) -> float:
        """How much of the search is behind, from 0 to 1."""
        return min(self.epoch / max(self.settings.epochs - 1, 1), 1.0)

    def _alpha_step(self, batch: Batch, other: Batch) -> None:
        """Move the logits by a batch of their own; ``batch`` is what weights learn from next."""
        logits = list(self.alphas.parameters())
        if self.settings.order == 2:
            gradients: Sequence[Tensor | None] = look_ahead(
                self.net,
                logits,
                self.updates.optimizer,
                lambda: self._alpha_loss(batch),
                lambda: self._alpha_loss(other),
            )
        else:
            with frozen(self.net):
                loss = self._alpha_loss(other)
                # Where a zero was drawn for every edge, no logit has any influence.
                gradients = (
                    torch.autograd.grad(loss, logits, allow_unused=True)
                    if loss.requires_grad
                    else [None] * len(logits)
                )
        for each, gradient in zip(logits, gradients, strict=True):
            each.grad = gradient
        self.study.team.average_gradients(logits)
        self.alpha_optimizer.step()

    def _weight_step(self, batch: Batch, step: int) -> Tensor:
        with torch.no_grad():
            mixture = self.method.weight_mixture(self.alphas, self.study.space, self.progress)
        loss = self._loss(batch, mixture)
        self.updates.learn(loss, step)
        return loss.detach()

    def _report(self, loss: float, watch: Stopwatch) -> None:
        """Write down what the epoch came to, and the genotype as it is now."""
        study, genotype = self.study, self.genotype()
        seen = observe(self, genotype)
        if self._measures():
            seen["curvature"] = curvature(self)
        line = study.memory.tell(
            "epoch",
            self.epoch,
            loss=loss,
            **seen,
            genotype=genotype.as_dict(),
            **self._spent(),
            seconds=watch.seconds(),
        )
        study.budget.add(line["samples"], line["cell_steps"], line["seconds"])
        study.propose(genotype)

    def _spent(self) -> dict[str, float]:
        """Return what an epoch costs: a step of the logits counts as one of the weights."""
        study, settings = self.study, self.settings
        clips = len(study.halves.weights)
        searching = self.epoch > settings.warm_up
        passes = 1 + (1 if settings.order == 1 else 3) * searching
        with torch.no_grad():
            mixture = self.method.mixture(self.alphas, study.space, self.progress)
        work = mean_flops(self.net, study.clip, mixture, self.expected())
        samples = passes * clips
        if self._measures():
            samples += PASSES * min(len(study.halves.judging), CLIPS)
        return {"samples": samples, "cell_steps": in_steps(study, work, samples)}

    def _measures(self) -> bool:
        """Return whether the curvature is measured after this epoch."""
        every = self.settings.curvature_every
        return bool(every) and self.epoch % every == 0

    def _keep(self) -> None:
        state = {**self._parts_state(), "epoch": self.epoch}
        self.study.save(CHECKPOINT, {**state, **random_state(self.study.device)})

    def _parts_state(self) -> dict[str, Any]:
        return {name: part.state_dict() for name, part in self._parts().items()}

    def _parts(self) -> dict[str, Any]:
        return {
            "net": self.net,
            "alphas": self.alphas,
            "optimizer": self.updates.optimizer,
            "schedule": self.updates.schedule,
            "alpha_optimizer": self.alpha_optimizer,
        }

    def _restore(self) -> None:
        path = self.study.run.checkpoints / f"{CHECKPOINT}.pt"
        if path.is_file() and not is_zipfile(path):
            raise InvalidInput(
                f"{path} is damaged: remove it and give the same command again, which trains its"
                " epochs anew"
            )
        state = self.study.saved(CHECKPOINT)
        if state is None:
            return
        for name, part in self._parts().items():
            part.load_state_dict(state[name])
        self.epoch = state["epoch"]
        for number in range(1, self.epoch + 1):
            if line := self.study.memory.known("epoch", number):
                self.study.budget.add(line["samples"], line["cell_steps"], line["seconds"])
        set_random_state(state, self.study.device)
        self.study.progress.advance(self.epoch)

    def _stopped(self) -> bool:
        """Return whether the curvature has grown so much that the logits went too far."""
        return calm_epoch(self) is not None


def random_state(device: torch.device = CURRENT) -> dict[str, Any]:
    """Return where the random numbers of torch are, on the processor and on the device."""
    state: dict[str, Any] = {"random": torch.get_rng_state()}
    if device.type == "cuda" and torch.cuda.is_available():
        state["random_cuda"] = torch.cuda.get_rng_state(device)
    return state


def set_random_state(state: dict[str, Any], device: torch.device = CURRENT) -> None:
    """Go on with the random numbers from there."""
    torch.set_rng_state(state["random"].cpu())
    if "random_cuda" in state and device.type == "cuda" and torch.cuda.is_available():
        torch.cuda.set_rng_state(state["random_cuda"].cpu(), device)


@contextmanager
def frozen(net: nn.Module) -> Iterator[None]:
    """Within it, no gradients of the weights are computed; those of the logits stay the same."""
    net.requires_grad_(False)
    try:
        yield
    finally:
        net.requires_grad_(True)
