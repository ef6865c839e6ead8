"""The search: an epoch of weights on one half of the clips, then one of architecture on the other.

Which network is found is decided by the epoch in which the supernet does best on the clips of the
architecture: no row of the test split is read, and those clips never teach weights.

In ``repaired`` mode the supernet is judged, and its architecture learns, as a network is used:
norms take the statistics that they learned, nothing is dropped out. In ``faithful`` mode it is
judged while it learns, batch by batch, and the reshaping of levels stays as it was drawn.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from adf.errors import ConfigError
from adf.search.bm_nas.derive import derive, require_enough
from adf.search.bm_nas.genotype import BilevelGenotype
from adf.search.bm_nas.pooling import pooled_source
from adf.search.bm_nas.reading import read
from adf.search.bm_nas.supernet import Architecture, Supernet, Weights, inherited
from adf.search.nets.cost import flops, in_steps
from adf.search.optim import Updates
from adf.search.relaxing.relaxed import Batch, frozen, random_state, set_random_state
from adf.search.relaxing.watch import SCORING, entropy
from adf.search.rows import Part
from adf.search.settings import Guards, RelaxSettings, Schedule
from adf.search.study import Stopwatch, Study
from adf.search.train import finite_mean, in_batches, score

CHECKPOINT = "bilevel"
WEIGHTS, ARCHITECTURE = 1, 2

Rank = tuple[float, float]


class Bilevel:
    """A supernet, its architecture parameters, and what trains them."""

    def __init__(self, study: Study) -> None:
        self.settings, self.relax = study.settings.bm_nas, study.settings.relax
        self.levels = tuple(level for slot in study.space.choices for level in slot)
        require_enough(len(self.levels), self.settings)
        require_plain(self.relax)
        source = pooled_source(study, self.levels, self.settings.length)
        self.study = replace(study, source=source)
        torch.manual_seed(study.settings.seed)
        widths, dropout = study.space.widths, study.settings.train.dropout
        made = Supernet(self.levels, widths, study.classes, self.settings, dropout)
        self.net = made.to(study.device)
        self.architecture = Architecture(len(self.levels), self.settings).to(study.device)
        self.learning: nn.Module = self.net
        if self.faithful:
            self.net.levels.requires_grad_(False)
            self.learning = nn.ModuleList([self.net.cells, self.net.classifier])
        self.best: tuple[Rank, BilevelGenotype] | None = None
        self.epoch = 0
        weights = list(self.learning.parameters())
        steps = len(self._epoch_of(study.halves.weights, WEIGHTS))
        schedule: Schedule = "restarts" if self.faithful else "cosine"
        self.updates = Updates(self.relax, weights, steps, study.team, schedule)
        self.optimizer = torch.optim.Adam(
            self.architecture.parameters(),
            self.settings.alpha_rate,
            betas=(0.5, 0.999),
            weight_decay=self.settings.alpha_decay,
        )

    @property
    def faithful(self) -> bool:
        """Whether the faults of the released search are kept."""
        return self.settings.mode == "faithful"

    def run(self) -> BilevelGenotype:
        """Train until the last epoch, from where an earlier run was stopped if there was one."""
        self._restore()
        while self.epoch < self.relax.epochs:
            watch, searching = Stopwatch(), self.epoch >= self.relax.warm_up
            loss = self._weight_epoch()
            judged = self._architecture_epoch() if searching else {}
            self.epoch += 1
            self._report({"loss": loss, **judged}, watch)
            self._keep()
            self.study.progress.advance(1, note=f"loss {loss:.3f}")
        assert self.best
        return self.best[1]

    def weights(self) -> Weights:
        """Return what the architecture parameters stand for now."""
        with torch.no_grad():
            return self.architecture.weights()

    def genotype(self) -> BilevelGenotype:
        """Return what is read off the architecture parameters now."""
        cells, steps, ops = self.weights()
        return derive(
            self.levels,
            self.study.space.grid,
            self.settings,
            [each.tolist() for each in cells],
            [[each.tolist() for each in cell] for cell in steps],
            [each.tolist() for each in ops],
        )

    def _weight_epoch(self) -> float:
        """Let the weights learn from all of their clips, and return the mean loss."""
        bench = self.study.bench(self.study.halves.weights)
        positions, weights = self._epoch_of(bench.part, WEIGHTS), self.weights()
        self.net.train()
        losses = []
        for step, batch in enumerate(bench.shares(positions), start=1):
            loss = self._loss(batch, weights)
            self.updates.learn(loss, step)
            losses.append(loss.detach())
        self.study.team.average_statistics(self.net)
        return finite_mean(losses, bench, positions)

    def _architecture_epoch(self) -> dict[str, float]:
        """Let the architecture learn from all of its clips, and return how the supernet does."""
        bench = self.study.bench(self.study.halves.judging)
        positions = self._epoch_of(bench.part, ARCHITECTURE)
        self.net.train(self.faithful)
        losses, seen = [], []
        for batch in bench.shares(positions):
            losses.append(self._architecture_step(batch))
            if self.faithful:
                seen.append(self._seen(batch))
        finite_mean(losses, bench, positions)
        if self.faithful:
            # Every rank has to come to the same decision.
            mean = torch.stack(seen).mean(dim=0)
            self.study.team.average([mean])
            self.study.team.average_statistics(self.net)
            return {"accuracy": float(mean[0]), "judging_loss": float(mean[1])}
        found = score(partial(self.net, weights=self.weights()), bench, SCORING)
        return {"accuracy": found.accuracy, "judging_loss": found.loss}

    def _architecture_step(self, batch: Batch) -> Tensor:
        parameters = list(self.architecture.parameters())
        with frozen(self.learning):
            loss = self._loss(batch, self.architecture.weights())
            gradients = torch.autograd.grad(loss, parameters, allow_unused=True)
        for each, gradient in zip(parameters, gradients, strict=True):
            each.grad = gradient
        self.study.team.average_gradients(parameters)
        self.optimizer.step()
        return loss.detach()

    @torch.no_grad()
    def _seen(self, batch: Batch) -> Tensor:
        """Return accuracy and loss on a batch, in training as published."""
        logits = self._logits(batch, self.weights())
        right = (logits.argmax(dim=1) == batch[1]).float().mean()
        return torch.stack([right, F.cross_entropy(logits, batch[1])])

    def _loss(self, batch: Batch, weights: Weights) -> Tensor:
        return F.cross_entropy(self._logits(batch, weights), batch[1])

    def _logits(self, batch: Batch, weights: Weights) -> Tensor:
        with self.study.bench(self.study.halves.weights).autocast():
            logits: Tensor = self.net(batch[0], weights)
        return logits.float()

    def _epoch_of(self, part: Part, purpose: int) -> Sequence[NDArray[np.intp]]:
        order = part.epoch([self.study.settings.seed, purpose, self.epoch])
        return in_batches(order, self.relax.batch)

    def _report(self, found: dict[str, float], watch: Stopwatch) -> None:
        """Write down what the epoch came to, and the genotype as it is now."""
        genotype, (cells, steps, ops) = self.genotype(), self.weights()
        line = self.study.memory.tell(
            "epoch",
            self.epoch,
            **found,
            **self._kept(genotype, found),
            entropy=entropy(ops),
            cell_edges=[each.tolist() for each in cells],
            step_edges=[[each.tolist() for each in cell] for cell in steps],
            step_ops=[each.tolist() for each in ops],
            genotype=genotype.as_dict(),
            **self._spent(),
            seconds=watch.seconds(),
        )
        self._take(line)
        self.study.propose(self.best[1] if self.best else genotype)

    def _kept(self, genotype: BilevelGenotype, found: dict[str, float]) -> dict[str, float]:
        """Return how the genotype does with the weights of the supernet, and what that loses."""
        made = inherited(self.net, genotype, self.study.space.widths).eval()
        kept = score(made, self.study.bench(self.study.halves.judging), SCORING).accuracy
        lost = {"drop": found["accuracy"] - kept} if "accuracy" in found else {}
        return {"kept_accuracy": kept, **lost}

    def _take(self, line: dict[str, Any]) -> None:
        """Pay for an epoch, and prefer its genotype if the supernet never did better."""
        self.study.budget.add(line["samples"], line["cell_steps"], line["seconds"])
        if "accuracy" not in line:
            return
        rank = (line["accuracy"], -line["judging_loss"])
        if self.best is None or rank > self.best[0]:
            self.best = rank, read(line["genotype"])

    def _spent(self) -> dict[str, float]:
        """Return what an epoch costs: a step of the architecture counts as one of the weights."""
        halves, searching = self.study.halves, self.epoch > self.relax.warm_up
        samples = len(halves.weights) + searching * len(halves.judging)
        work = flops(self.net, self.study.clip, self.weights())
        return {"samples": samples, "cell_steps": in_steps(self.study, work, samples)}

    def _parts(self) -> dict[str, Any]:
        return {
            "net": self.net,
            "architecture": self.architecture,
            "weight_optimizer": self.updates.optimizer,
            "schedule": self.updates.schedule,
            "optimizer": self.optimizer,
        }

    def _keep(self) -> None:
        state: dict[str, Any] = {k: part.state_dict() for k, part in self._parts().items()}
        state |= {"epoch": self.epoch, **random_state(self.study.device)}
        self.study.save(CHECKPOINT, state)

    def _restore(self) -> None:
        state = self.study.saved(CHECKPOINT)
        if state is None:
            return
        for name, part in self._parts().items():
            part.load_state_dict(state[name])
        self.epoch = state["epoch"]
        for number in range(1, self.epoch + 1):
            if line := self.study.memory.known("epoch", number):
                self._take(line)
        set_random_state(state, self.study.device)
        self.study.progress.advance(self.epoch)


def require_plain(relax: RelaxSettings) -> None:
    """Refuse settings that this search would not heed."""
    told = {"order": relax.order > 1, "curvature_every": relax.curvature_every > 0}
    told["guards"] = relax.guards != Guards()
    for name in (name for name, given in told.items() if given):
        raise ConfigError(f"relax.{name}: bm-nas is of first order and has no guards: leave it out")
