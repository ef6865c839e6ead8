"""One trial after the other, in any process: trained, pruned where it looks bad, written down."""

import logging
import time
from functools import lru_cache
from pathlib import Path
from statistics import fmean
from typing import NamedTuple

import optuna
import torch

from adf import metrics
from adf.config import load
from adf.errors import InvalidInput
from adf.evaluate.tuning.retraining import Retraining
from adf.evaluate.tuning.settings import TuneSettings
from adf.evaluate.tuning.trials import Claim, Record, State, Trials
from adf.search.team import share_processor
from adf.search.train import Score

LOG = logging.getLogger("adf.tune")
POLL = 0.2


class Job(NamedTuple):
    """What a worker is told: the folder of the run, and what stands for the settings in it."""

    folder: Path
    digest: str
    workers: int


def make_one(job: Job) -> None:
    """Make a trial, unless there are enough."""
    bench = opened(job)
    with bench.trials.claim() as claim:
        if claim:
            LOG.info("trial %s: %s", claim.trial.number, claim.params)
            bench.trials.end(claim, Attempt(claim, bench.settings, bench.retraining).made())


def make_rest(job: Job) -> None:
    """Make what others have begun and left, and wait for those who are still at work."""
    while opened(job).trials.lacking() > 0:
        make_one(job)
        time.sleep(POLL)


class Workbench(NamedTuple):
    """What a worker keeps between trials."""

    settings: TuneSettings
    retraining: Retraining
    trials: Trials


@lru_cache(maxsize=1)
def opened(job: Job) -> Workbench:
    """Open what the trials of a run need, once in a process."""
    share_processor(job.workers)
    settings = load(TuneSettings, files=[str(job.folder / "config.yaml")]).value
    retraining = Retraining(settings)
    return Workbench(settings, retraining, Trials(job.folder, settings, retraining.channels))


class Attempt:
    """A trial on its way; the first of its trainings tells the pruner how it goes."""

    def __init__(self, claim: Claim, settings: TuneSettings, retraining: Retraining) -> None:
        self._claim, self._settings, self._retraining = claim, settings, retraining
        # A worker that was killed may have told of some epochs.
        known = claim.trial.study.get_trials(deepcopy=False)[claim.trial.number]
        self._told = max(known.intermediate_values, default=0)
        self._best: Score | None = None
        self._epochs = 0

    def made(self) -> Record:
        """Train, and return how it ended."""
        began = time.perf_counter()
        try:
            scores = [self._trained(repeat) for repeat in range(self._settings.repeats)]
        except optuna.TrialPruned:
            return self._record("pruned", began, self._best)
        except (InvalidInput, torch.OutOfMemoryError) as error:
            return self._record("failed", began, None, str(error))
        accuracy, loss = (fmean(score[at] for score in scores) for at in (0, 1))
        return self._record("complete", began, Score(accuracy, loss, self._retraining.videos))

    def _trained(self, repeat: int) -> Score:
        name = f"metrics-{repeat}.jsonl" if repeat else "metrics.jsonl"
        path = self._claim.folder / name
        path.unlink(missing_ok=True)
        best: list[Score] = []
        with metrics.open_for_append(path) as file:

            def after_epoch(epoch: int, loss: float, judged: Score) -> None:
                found = {"judged": judged.accuracy, "judged_loss": judged.loss}
                metrics.append(file, {"event": "epoch", "epoch": epoch, "loss": loss, **found})
                best[:] = [max([*best, judged], key=lambda each: (each.accuracy, -each.loss))]
                if not repeat:
                    self._best, self._epochs = best[0], epoch
                    self._tell(epoch, judged.accuracy)

            self._retraining.run(self._claim.params, repeat, after_epoch)
        return best[0]

    def _tell(self, epoch: int, accuracy: float) -> None:
        trial = self._claim.trial
        if epoch < self._told:
            return
        if epoch > self._told:
            trial.report(accuracy, epoch)
        if epoch < self._epochs_in_all() and trial.should_prune():
            raise optuna.TrialPruned

    def _epochs_in_all(self) -> int:
        return int(self._claim.params.get("epochs", self._settings.train.epochs))

    def _record(self, state: State, began: float, found: Score | None, reason: str = "") -> Record:
        return Record(
            number=self._claim.trial.number,
            state=state,
            params=self._claim.params,
            accuracy=found.accuracy if found else None,
            loss=found.loss if found else None,
            epochs=self._epochs,
            seconds=time.perf_counter() - began,
            reason=reason,
        )
