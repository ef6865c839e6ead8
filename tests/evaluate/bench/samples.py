"""A small bench: sixteen networks on a cache in which one level of four tells classes."""

from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from adf.config import Config, load
from adf.evaluate.bench.build import build
from adf.evaluate.bench.cli import bench
from adf.evaluate.bench.settings import BenchSettings
from adf.evaluate.bench.table import Table
from tests.threads import one_thread

SMALL = (
    "device=cpu",
    "trainings=2",
    "rungs=[1]",
    "budget=12",
    "space={channels: 4, nodes: 1, ops: [zero, skip, conv_1x1x1]}",
    "train={epochs: 3, batch: 8, rate: 0.03}",
    "relax={epochs: 3, warm_up: 1, batch: 8}",
    "propose={epochs: 2, warm_up: 1}",
)


def call(*words: object) -> Result:
    """Run ``adf-eval bench`` in this process."""
    return CliRunner().invoke(bench, list(map(str, words)), prog_name="adf-eval bench")


def small(cache: Path, *sets: str) -> Config[BenchSettings]:
    """Return the settings of a small bench."""
    return load(BenchSettings, sets=[f"cache={cache}", *SMALL, *sets], environ={})


def built(cache: Path, out: Path, *sets: str, workers: int = 1) -> Table:
    """Build a table."""
    with one_thread():
        build(small(cache, *sets), workers, "off", out)
    return Table.read(out)


def scored(table: Table) -> dict[Any, tuple[float, ...]]:
    """Return what a table says without clocks."""
    kept = ("accuracy", "loss", "samples", "cell_steps")
    return {key: tuple(line[name] for name in kept) for key, line in table.lines.items()}
