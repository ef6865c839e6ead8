"""The run folders of a bench, and how they are taken up again."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from adf.config import Config
from adf.evaluate.bench.settings import BenchSettings
from adf.runs import RunFolder, resumable, run_folder


@contextmanager
def bench_run(name: str, config: Config[BenchSettings], out: Path | None) -> Iterator[RunFolder]:
    """Open a run folder; where the work in it is stopped, say how it goes on."""
    with (
        run_folder(name, config, slug=f"split{config.value.split}", out=out) as run,
        resumable(run),
    ):
        yield run
