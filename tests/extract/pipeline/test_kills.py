"""Workers killed with SIGKILL at any moment, and started again: the very bytes of quiet work."""

import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from adf.cache import FeatureCache, Root
from tests.cache.nursery import Nursery
from tests.cache.samples import tree
from tests.extract.pipeline.samples import make_videos

KILLS, WORKERS = 50, 2
# Two modalities of one decoding, by a process of its own; small shards, so that there are many.
WORK: dict[str, Any] = {
    "modality": "rgb,flow",
    "flow__method": "farneback",
    "decoders": 1,
    "shard_rows": 2,
    "clip__views": 4,
}


@pytest.fixture(scope="module")
def workers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nursery]:
    """Processes that have torch loaded when they start."""
    folder = tmp_path_factory.mktemp("workers")
    with Nursery(folder, "tests.extract.pipeline.jobs") as nursery:
        yield nursery


@pytest.mark.slow
def test_fifty_kills_leave_no_trace(workers: Nursery, tmp_path: Path) -> None:
    videos = make_videos(tmp_path / "films", 12)
    (videos / "run" / "broken.avi").write_bytes(b"no video")
    whole: dict[str, Any] = {
        "videos": str(videos),
        "cache": str(tmp_path / "whole"),
        "run": str(tmp_path / "0"),
    }
    assert workers.run("fill", shard="0/1", changes=WORK, **whole).text == ""
    wanted = tree(tmp_path / "whole")

    chance, killed, round_ = random.Random(5), 0, 0
    while killed < KILLS:
        cache = tmp_path / f"cache{round_}"
        work: dict[str, Any] = {"videos": str(videos), "cache": str(cache), "changes": WORK}
        alive: dict[int, int] = {}
        while killed < KILLS and not _complete(cache):
            for place in range(WORKERS):
                if place not in alive:
                    run = str(tmp_path / f"run-{round_}-{killed}-{place}")
                    shard = f"{place}/{WORKERS}"
                    alive[place] = workers.start("fill", shard=shard, run=run, **work)
            time.sleep(chance.uniform(0.05, 2.0))
            workers.kill(alive.pop(chance.randrange(WORKERS)))
            killed += 1
        for process in alive.values():
            workers.kill(process)
        ended = workers.run("fill", shard="0/1", run=str(tmp_path / f"last{round_}"), **work)
        assert ended.code == 0, ended.text
        assert tree(cache) == wanted
        round_ += 1
    assert set(FeatureCache.open(cache).failed("flow").values()) == set(
        FeatureCache.open(cache).failed("rgb").values()
    )


def _complete(cache: Path) -> bool:
    """Say whether there is nothing left to be killed at."""
    if not (cache / "clips.csv").exists():
        return False
    root = Root.open(cache)
    names = root.modalities()
    return len(names) == 2 and all(root.commits(name).read_seal() for name in names)
