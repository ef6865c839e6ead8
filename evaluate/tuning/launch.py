"""A tuning from its settings to its result: a run folder, workers, and what they found."""

import logging
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from adf.config import Config, differences, load
from adf.deal import deal
from adf.errors import ConfigError
from adf.evaluate.tuning.result import describe, write_findings
from adf.evaluate.tuning.settings import TuneSettings
from adf.evaluate.tuning.trials import FOLDER, JOURNAL, records
from adf.evaluate.tuning.work import Job, make_one, make_rest, opened
from adf.progress import Mode, Progress, progress
from adf.runs import RunFolder, resumable, run_folder
from adf.search.study import Memory
from adf.search.trial import require_same

LOG = logging.getLogger("adf.tune")


def tune(
    config: Config[TuneSettings],
    workers: int,
    mode: Mode = "auto",
    out: Path | None = None,
    force: bool = False,
) -> dict[str, Any]:
    """Tune, and return what was found: the content of ``result.json``."""
    settings, began = config.value, time.perf_counter()
    with tune_run(config, out, force) as run:
        job = Job(run.path, config.digest(), workers)
        # What another call left in this process may be of a folder that is no more.
        opened.cache_clear()
        retraining, trials = opened(job).retraining, opened(job).trials
        require_same(retraining.cache, retraining.modalities, Memory(run))
        with progress("tune", settings.trials, mode) as bar:
            watch = Watch(run, bar)
            watch.look()
            for _ in deal(make_one, [job] * trials.lacking(), workers):
                watch.look()
            make_rest(job)
            watch.look()
        result = describe(run.path, settings, retraining, time.perf_counter() - began)
        write_findings(run.path, result, retraining)
        run.result(result)
    return result


@contextmanager
def tune_run(config: Config[TuneSettings], out: Path | None, force: bool) -> Iterator[RunFolder]:
    """Open the run folder; where the tuning is stopped in it, say how it goes on."""
    if force and out:
        forget_others(out, config)
    with (
        run_folder("tune", config, slug=config.value.sampler, out=out, force=force) as run,
        resumable(run),
    ):
        yield run


def forget_others(out: Path, config: Config[TuneSettings]) -> None:
    """Drop the trials that were made with other settings; more trials of the same kind may come."""
    before = out / "config.yaml"
    if not before.is_file():
        return
    try:
        changed = set(differences(load(TuneSettings, files=[str(before)]), config))
    except ConfigError:
        # Another version knew other settings.
        changed = {"all"}
    if changed - {"trials"}:
        LOG.warning("%s starts anew: it was made with other settings", out)
        shutil.rmtree(out / FOLDER, ignore_errors=True)
        for name in (JOURNAL, "metrics.jsonl", "result.json"):
            (out / name).unlink(missing_ok=True)


class Watch:
    """Shows each trial that has ended, once, whichever worker made it."""

    def __init__(self, run: RunFolder, bar: Progress) -> None:
        self._run, self._bar = run, bar
        self._memory = Memory(run)
        self._seen: set[int] = set()
        self._best = 0.0

    def look(self) -> None:
        """Tell of the trials that have ended since the last look."""
        for record in records(self._run.path):
            if record.number in self._seen:
                continue
            self._seen.add(record.number)
            told = {"accuracy": record.accuracy, "epochs": record.epochs}
            self._memory.tell("trial", record.number, state=record.state, **told)
            if record.state == "failed":
                LOG.warning("trial %s failed: %s", record.number, record.reason)
            if record.state == "complete":
                self._best = max(self._best, record.accuracy or 0.0)
            self._bar.advance(note=f"best so far {self._best:.1%}")
