"""Tunings killed with SIGKILL at any moment, and started again: the trials of quiet work."""

import random
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cache.nursery import Nursery
from tests.evaluate.tuning.samples import learned

KILLS = 4
SETS = ["trials=14"]


@pytest.fixture(scope="module")
def processes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nursery]:
    """Processes that have torch loaded when they start."""
    folder = tmp_path_factory.mktemp("processes")
    with Nursery(folder, "tests.evaluate.tuning.jobs") as nursery:
        assert nursery.run("rest").code == 0
        yield nursery


@pytest.mark.slow
def test_no_trial_is_lost_or_made_twice(
    processes: Nursery, cache: Path, genotype: Path, tmp_path: Path
) -> None:
    words: dict[str, Any] = {"cache": str(cache), "genotype": str(genotype), "sets": SETS}
    began = time.monotonic()
    whole = processes.run("tune", **words, out=str(tmp_path / "whole"))
    assert whole.code == 0, whole.text
    took = time.monotonic() - began
    wanted = learned(tmp_path / "whole")
    assert len(wanted) == 14

    chance, killed, out = random.Random(1), 0, tmp_path / "run0"
    while killed < KILLS:
        process = processes.start("tune", **words, out=str(out))
        time.sleep(chance.uniform(0.1, 0.5) * took)
        if processes.kill(process).code == -signal.SIGKILL:
            killed += 1
        else:
            # It was quicker: begin another one.
            assert learned(out) == wanted
            out = out.with_name(f"run{killed}-{out.name}")
    ended = processes.run("tune", **words, out=str(out))
    assert ended.code == 0, ended.text
    assert learned(out) == wanted
