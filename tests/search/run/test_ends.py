"""However the command that started children ends, they end too, and it says how to go on."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cache.nursery import environment, until
from tests.search.run.samples import words_for

COMMAND = """
import signal
# Shells start what runs in the background without it.
signal.signal(signal.SIGINT, signal.default_int_handler)
from adf.search.cli import search
search()
"""


def start(*words: object) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", COMMAND, *map(str, words)],
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("number", "code", "seeds"),
    [(signal.SIGINT, 130, (0,)), (signal.SIGTERM, 75, (0, 1)), (signal.SIGKILL, -9, (0,))],
)
def test_children_end_with_the_command(
    cache: Path, tmp_path: Path, number: int, code: int, seeds: tuple[int, ...]
) -> None:
    sets = ("method=random", "budget=100000")
    words = [*words_for(cache, *sets), "--workers", "2", "--out", "run"]
    process = start(*words, "--seeds", ",".join(map(str, seeds)))
    runs = [tmp_path / "run" / f"seed-{seed}" for seed in seeds]
    until(lambda: all(judged(run) > 2 for run in runs), 120)
    os.kill(process.pid, number)
    _, err = process.communicate(timeout=60)
    assert process.returncode == code
    assert ("to go on, give the same command with --out run" in err) == (code > 0)
    until(lambda: not any(is_at_work(run) for run in runs), 60)
    assert not list(tmp_path.glob("run/**/result.json"))


def judged(run: Path) -> int:
    lines = run / "metrics.jsonl"
    return lines.read_bytes().count(b'"judged"') if lines.exists() else 0


def is_at_work(run: Path) -> bool:
    """Say whether some process has the log of a run open."""
    for link in Path("/proc").glob("[0-9]*/fd/*"):
        try:
            if link.readlink() == run / "log.txt":
                return True
        except OSError:
            continue
    return False
