"""What the processes do that tests start, kill and compare; no test imports torch this way."""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from adf.cache import Appender, FeatureCache, Root, appender
from adf.cache.leases import FileLeases
from adf.cache.store import Codec
from adf.errors import AdfError
from tests.cache.samples import FAILED, LEVELS, SHARD_ROWS, make_plan, make_provenance, value

STEPS = ("replace", "link", "fsync", "unlink", "rename", "mkdir", "rmdir")


def fill(
    place: str,
    *,
    store: str = "zarr",
    codec: Codec = "none",
    clips: int = 10,
    shard_rows: int = SHARD_ROWS,
    levels: int = len(LEVELS),
    seconds: float = 0.0,
    log: str = "",
    die_at: int = 0,
) -> None:
    """Do all a worker does; ``log`` gets a line for every shard begun, also by those killed."""
    if die_at:
        _die_at_step(die_at)
    appender.POLL = 0.01
    plan, chosen = make_plan(clips), LEVELS[:levels]
    root = Root.create(place, plan, store=store, shard_rows=shard_rows)
    worker = Appender(root, make_provenance(plan, *chosen), codec=codec)
    for draft in worker.drafts():
        if log:
            _append(log, f"{draft.shard}\n")
        with draft:
            for row in draft.rows:
                time.sleep(seconds)
                if row in FAILED:
                    draft.fail(row, FAILED[row])
                else:
                    draft.put(row, {level.name: value(level, row) for level in chosen})
    worker.seal()


def hold(folder: str, shard: int, ready: str, heartbeat: float = 20.0) -> None:
    """Claim a shard, say so, and keep it until killed."""
    lease = FileLeases(Path(folder), heartbeat=heartbeat).claim(shard)
    _append(ready, "yes\n" if lease else "no\n")
    if lease:
        signal.pause()


def claim_each(folder: str, shards: int, start: str, won: str, patience: float = 60.0) -> None:
    """Wait for the start, claim shard after shard, note those got, and keep them until killed."""
    leases = FileLeases(Path(folder), patience=patience)
    while not os.path.exists(start):
        time.sleep(0.001)
    held = [shard for shard in range(shards) if leases.claim(shard)]
    _append(won, "".join(f"{shard}\n" for shard in held) + "end\n")
    signal.pause()


def read(place: str, rows: list[int]) -> None:
    """Read rows of every level and print what they are made of."""
    cache = FeatureCache.open(place)
    print_read(cache, rows)


def print_read(cache: FeatureCache, rows: Iterable[int]) -> None:
    """Print the first bytes of what is read."""
    for modality in cache.modalities:
        for level in cache.levels(modality):
            sys.stdout.write(cache.read(list(rows), modality, level).tobytes().hex() + "\n")


def prepare() -> None:
    """Fill a cache in memory, so that all is imported: another user may not read where we are."""
    assert run(fill, {"place": "", "store": "memory"}) == 0


def run(job: Callable[..., None], arguments: dict[str, Any]) -> int:
    """Run a job as a command does: an expected error is one line and its own exit code."""
    try:
        job(**arguments)
    except AdfError as error:
        sys.stderr.write(f"{type(error).__name__}: {error}\n")
        return int(error.exit_code)
    return 0


JOBS: dict[str, Callable[..., None]] = {job.__name__: job for job in (fill, hold, claim_each, read)}


def _append(path: str, text: str) -> None:
    """Add to a file that several processes write, whole lines at a time."""
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(handle, text.encode())
    os.close(handle)


def _die_at_step(last: int) -> None:
    """Make this process kill itself before its ``last``-th change of the file system."""
    done = 0

    def counted(change: Callable[..., Any]) -> Callable[..., Any]:
        def step(*arguments: Any, **options: Any) -> Any:
            nonlocal done
            done += 1
            if done == last:
                os.kill(os.getpid(), signal.SIGKILL)
            return change(*arguments, **options)

        return step

    for name in STEPS:
        setattr(os, name, counted(getattr(os, name)))
