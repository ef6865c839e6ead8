"""However decoding ends, no process, no handle and no memory is left."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from adf.extract.decoders.pool import DecodePool
from adf.extract.decoders.process import Job
from adf.extract.video.recipe import Recipe
from adf.extract.video.sampling import Views, Window
from tests.extract.video.samples import film
from tests.house.checkout import ROOT

PARENT = """
import signal, sys
from pathlib import Path
from adf.extract.decoders.pool import DecodePool, Job
from adf.extract.video.recipe import Recipe
from adf.extract.video.sampling import Views, Window

# Shells start what runs in the background without it.
signal.signal(signal.SIGINT, signal.default_int_handler)

def jobs():
    while True:
        yield Job((0,), Path(sys.argv[1]), (Window(),))

with DecodePool(Recipe(Views()), 2) as pool:
    for number, _ in enumerate(pool.decode(jobs())):
        if number == 5:
            print(*pool.processes, flush=True)
"""


def gone(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rsplit(")")[1].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return True
    return state == "Z"


def until(condition: Callable[[], bool], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_a_loop_left_early_frees_everything(tmp_path: Path) -> None:
    jobs = [Job((0,), film(tmp_path / "film.mp4"), (Window(),))] * 9
    handles = len(os.listdir("/proc/self/fd"))
    with DecodePool(Recipe(Views()), 2) as pool:
        for _ in range(3):
            for _, done in pool.decode(iter(jobs)):
                assert done.outcomes
                # Its arrays keep the memory, and so a handle.
                del done
                break
        processes = pool.processes
    assert all(gone(process) for process in processes)
    assert len(os.listdir("/proc/self/fd")) == handles


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGKILL, -9), (signal.SIGTERM, -15)]
)
def test_no_process_outlives_its_parent(tmp_path: Path, number: int, code: int) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PARENT, str(film(tmp_path / "film.mp4"))],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as parent:
        assert parent.stdout is not None
        assert parent.stderr is not None
        processes = [int(word) for word in parent.stdout.readline().split()]
        assert len(processes) == 2
        parent.send_signal(number)
        said = parent.stderr.read()
        assert parent.wait(30) in (code, -number)
    assert said == "" or (number == signal.SIGINT and said.strip().endswith("KeyboardInterrupt")), (
        said
    )
    until(lambda: all(gone(process) for process in processes))
