"""Searches killed with SIGKILL at any moment, and started again: the very result of quiet work."""

import random
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cache.nursery import Nursery
from tests.search.run.samples import learned

KILLS = 4
METHODS = {
    "darts": ["method=darts", "relax.epochs=8", "relax.guards.perturb=0.5"],
    "random": ["method=random", "budget=24"],
    "propose-and-judge": ["budget=40", "train.epochs=3"],
    "mfas": ["method=mfas", "mfas.mode=improved", "mfas.samples=3", "mfas.fusions=3", "budget=40"],
    "bm-nas": ["method=bm-nas", "relax.epochs=8"],
}


@pytest.fixture(scope="module")
def processes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nursery]:
    """Processes that have torch loaded when they start."""
    folder = tmp_path_factory.mktemp("processes")
    with Nursery(folder, "tests.search.run.jobs") as nursery:
        assert nursery.run("rest").code == 0
        yield nursery


@pytest.mark.slow
@pytest.mark.parametrize("method", METHODS)
def test_kills_leave_no_trace(processes: Nursery, cache: Path, tmp_path: Path, method: str) -> None:
    sets = METHODS[method]
    began = time.monotonic()
    whole = processes.run("search", cache=str(cache), out=str(tmp_path / "whole"), sets=sets)
    assert whole.code == 0, whole.text
    took = time.monotonic() - began
    wanted = learned(tmp_path / "whole")

    chance, killed, out = random.Random(3), 0, tmp_path / "run0"
    while killed < KILLS:
        process = processes.start("search", cache=str(cache), out=str(out), sets=sets)
        time.sleep(chance.uniform(0.1, 0.5) * took)
        if processes.kill(process).code == -signal.SIGKILL:
            killed += 1
        else:
            # It was quicker: begin another one.
            assert learned(out) == wanted
            out = out.with_name(f"run{killed}-{out.name}")
    ended = processes.run("search", cache=str(cache), out=str(out), sets=sets)
    assert ended.code == 0, ended.text
    assert learned(out) == wanted
