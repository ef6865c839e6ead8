"""Tables whose building was killed with SIGKILL at any moment, and started again."""

import random
import signal
import time
from pathlib import Path

import pytest

from adf import metrics
from adf.evaluate.bench.build import LINES
from adf.evaluate.bench.table import Table
from tests.cache.nursery import Nursery
from tests.evaluate.bench.samples import scored

KILLS = 4


@pytest.mark.slow
def test_kills_leave_no_trace(table: Path, judging_cache: Path, tmp_path: Path) -> None:
    cache, out = str(judging_cache), str(tmp_path / "bench")
    chance, lines = random.Random(5), list[object]()
    with Nursery(tmp_path, "tests.evaluate.bench.jobs") as processes:
        for number in range(KILLS):
            process = processes.start("build", cache=cache, out=out)
            wanted = len(lines) + chance.randrange(2, 10)
            while len(written(tmp_path / "bench")) < wanted:
                time.sleep(0.01)
            assert processes.kill(process).code == -signal.SIGKILL, number
            now = written(tmp_path / "bench")
            # What was on the disk stays there as it was.
            assert {str(line) for line in lines} <= {str(line) for line in now}
            lines = now
        ended = processes.run("build", cache=cache, out=out)
        assert ended.code == 0, ended.text
    assert len(written(tmp_path / "bench")) == 64
    assert scored(Table.read(tmp_path / "bench")) == scored(Table.read(table))


def written(folder: Path) -> list[object]:
    """Return every training that is on the disk."""
    files = sorted(folder.glob(f"trainings/*/{LINES}"))
    return [line for file in files for line in metrics.read(file)]
