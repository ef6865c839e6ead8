"""Several workers for one cache: started here, or by hand with their number."""

import re
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from time import perf_counter
from typing import Any

from adf.cache import Root
from adf.children import Child, end_children, start_child
from adf.config import Config
from adf.errors import AdfError, ConfigError, Exit, InputNotFound, Interrupted
from adf.extract.settings import ExtractSettings
from adf.progress import Mode, progress

POLL = 0.5
# How schedulers number the copies of a command: counted from the first name, of the second.
ARRAYS = (
    ("SLURM_ARRAY_TASK_ID", "SLURM_ARRAY_TASK_COUNT"),
    ("JOB_COMPLETION_INDEX", "JOB_COMPLETIONS"),
    ("RANK", "WORLD_SIZE"),
)


def first_shard(share: str | None, environ: Mapping[str, str]) -> float:
    """Return with which part of the shards to begin, from 0 to 1.

    Only a hint that keeps workers out of each other's way: each goes on until all is done.
    """
    if share is None:
        pairs = (f"{environ[i]}/{environ[n]}" for i, n in ARRAYS if i in environ and n in environ)
        share = next(pairs, "0/1")
    numbers = re.fullmatch(r"(\d{1,9})/(\d{1,9})", share, re.ASCII)
    if not numbers or not int(numbers[2]):
        raise ConfigError(f"--shard {share}: give I/N, such as 0/4 for the first of four workers")
    # Schedulers may count from 1.
    return int(numbers[1]) % int(numbers[2]) / int(numbers[2])


def fill_by_workers(
    root: Root, config: Config[ExtractSettings], workers: int, folder: Path, mode: Mode
) -> dict[str, Any]:
    """Run ``workers`` processes, each as if started by hand, and show how far they are together.

    One that dies is not missed: the others take over what it had.
    """
    settings = folder / "config.yaml"
    started = [_start(settings, number, workers, folder) for number in range(workers)]
    rows = len(root.plan) * len(config.value.modality)
    began, before = perf_counter(), _rows_done(root, config.value.modality)
    try:
        with progress(f"extract by {workers} workers", rows - before, mode) as bar:
            shown = before
            while any(worker.poll() is None for worker in started):
                time.sleep(POLL)
                done = _rows_done(root, config.value.modality)
                bar.advance(done - shown)
                shown = done
    finally:
        end_children(started)
    _judge(root, config.value, started, folder)
    return {"workers": workers, "clips": rows - before, "seconds": perf_counter() - began}


def _start(settings: Path, number: int, workers: int, folder: Path) -> Child:
    words = ["extract", "-c", str(settings), "--shard", f"{number}/{workers}", "--progress", "log"]
    words += ["--out", str(folder / f"worker-{number}")]
    return start_child(words, folder / f"worker-{number}.txt", workers)


def _rows_done(root: Root, modalities: tuple[str, ...]) -> int:
    """Return how many rows of all modalities are committed."""
    done = 0
    for name in modalities:
        # Not begun yet.
        with suppress(InputNotFound):
            layout = root.layout(name)
            done += sum(len(layout.rows_of(shard)) for shard in root.commits(name).done())
    return done


def _judge(
    root: Root,
    settings: ExtractSettings,
    workers: list[Child],
    folder: Path,
) -> None:
    """Raise if there is still something to do, with what the workers said of it."""
    complete = all(
        name in root.modalities() and root.commits(name).read_seal() for name in settings.modality
    )
    if complete:
        return
    for number, worker in enumerate(workers):
        log = folder / f"worker-{number}.txt"
        said = log.read_text(errors="replace").strip().splitlines()[-1:] or ["nothing"]
        code = worker.returncode
        if code in (Exit.USAGE, Exit.MISSING, Exit.INPUT, Exit.BUG):
            error = AdfError(f"worker {number} stopped: {said[0]} (all it said is in {log})")
            error.exit_code = Exit(code)
            raise error
    raise Interrupted(f"all workers ended before the work was done; see {folder}: run it again")
