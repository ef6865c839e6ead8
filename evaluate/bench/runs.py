"""The run folders of a bench, and how they are taken up again."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from adf.config import Config
from adf.endings import CtrlC
from adf.errors import Interrupted
from adf.evaluate.bench.settings import BenchSettings
from adf.runs import RunFolder, run_folder
from adf.sigterm import Terminated


@contextmanager
def bench_run(name: str, config: Config[BenchSettings], out: Path | None) -> Iterator[RunFolder]:
    """Open a run folder; where the work in it is stopped, say how it goes on."""
    with run_folder(name, config, slug=f"split{config.value.split}", out=out) as run:
        again = f"to go on, give the same command with --out {run.path}"
        try:
            yield run
        except KeyboardInterrupt:
            raise CtrlC(f"stopped by Ctrl-C: {again}") from None
        except Terminated:
            raise Interrupted(f"stopped by SIGTERM: {again}") from None
