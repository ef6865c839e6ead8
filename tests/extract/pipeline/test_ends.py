"""However the command that started workers ends, they end too, and nothing is lost."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.cache.nursery import environment, until
from tests.cache.samples import tree
from tests.extract.pipeline.samples import QUICK, extract, make_videos

COMMAND = """
import signal
# Shells start what runs in the background without it.
signal.signal(signal.SIGINT, signal.default_int_handler)
from adf.extract.cli import extract
extract()
"""


def workers_of(parent: int) -> list[int]:
    """Return the processes that have this parent, and those that have one of them."""
    found = [
        int(stat.split()[0])
        for stat in (read(path) for path in Path("/proc").glob("[0-9]*/stat"))
        if stat and int(stat.rsplit(")", 1)[1].split()[1]) == parent
    ]
    return found + [grandchild for child in found for grandchild in workers_of(child)]


def read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""


def alive(process: int) -> bool:
    stat = read(Path(f"/proc/{process}/stat"))
    return bool(stat) and stat.rsplit(")", 1)[1].split()[0] != "Z"


# A commit for every clip, so that there is always something under way.
CHANGES = {"shard_rows": 1, "decoders": 1, "clip.views": 8}
AGAIN: dict[str, Any] = {name.replace(".", "__"): value for name, value in CHANGES.items()}


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six films, and beside them the cache of a quiet extraction."""
    folder = tmp_path_factory.mktemp("ends")
    videos = make_videos(folder / "films", 6)
    extract(videos, folder / "whole", **AGAIN)
    return videos


@pytest.mark.slow
@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 75), (signal.SIGKILL, -9)]
)
def test_workers_end_with_the_command(films: Path, tmp_path: Path, number: int, code: int) -> None:
    cache = tmp_path / "cache"
    words = ["--videos", str(films), "--cache", str(cache), "--workers", "2"]
    for name, value in {**QUICK, **CHANGES}.items():
        words += ["--set", f"{name}={value}"]
    process = subprocess.Popen(
        [sys.executable, "-c", COMMAND, *words, "--out", str(tmp_path / "run")],
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    until(lambda: len(list(cache.glob("rgb/commits/*.json"))) > 3, 120)
    workers = workers_of(process.pid)
    assert len(workers) >= 2
    os.kill(process.pid, number)
    assert process.wait(60) == code
    assert process.stderr
    said = process.stderr.read().decode()
    process.stderr.close()
    assert ("Ctrl-C: run the same command again to go on" in said) == (number == signal.SIGINT)
    until(lambda: not any(map(alive, workers)), 60)
    assert not list(tmp_path.glob("run/worker-*/result.json"))
    extract(films, cache, **AGAIN)
    assert tree(cache) == tree(films.with_name("whole"))
