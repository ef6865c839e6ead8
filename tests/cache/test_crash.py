"""Killed before any one of its changes to the file system, a worker's work is taken up again.

A worker kills itself with SIGKILL before its first, second, ... rename, link, fsync, unlink or
mkdir, until it finishes; each time the same program run again must leave the very bytes of an
uninterrupted run. Exhaustive if marked slow; the quick test takes every third step of less work.
"""

from itertools import count
from pathlib import Path
from shutil import rmtree
from signal import SIGKILL
from typing import Any

import pytest

from adf.cache import FeatureCache
from adf.errors import AdfError
from tests.cache.nursery import Nursery, until
from tests.cache.samples import read_all, tree

KINDS = [("zarr", "none"), ("zarr", "zstd"), ("hdf5", "none")]


@pytest.mark.parametrize("store", ["zarr", "hdf5"])
@pytest.mark.parametrize("size", [1, pytest.param(3, marks=pytest.mark.slow)])
def test_a_kill_at_any_step_is_made_good_by_the_same_command(
    nursery: Nursery, tmp_path: Path, store: str, size: int
) -> None:
    work: dict[str, Any] = {"store": store, "clips": size, "levels": size, "shard_rows": 2}
    assert nursery.run("fill", place=str(tmp_path / "wanted"), **work).code == 0
    wanted = tree(tmp_path / "wanted")
    whole = FeatureCache.open(tmp_path / "wanted")
    place = tmp_path / "cache"
    left: dict[int, list[str]] = {}
    for step in count(1, step=1 if size > 1 else 3):
        ended = nursery.run("fill", place=str(place), die_at=step, **work)
        if ended.code == 0:
            break
        assert ended.code == -SIGKILL
        nothing_wrong_is_believed(place, wanted, whole)
        again = nursery.run("fill", place=str(place), **work)
        assert (again.code, again.text) == (0, "")
        if different := sorted(dict(tree(place).items() ^ wanted.items())):
            left[step] = different
        rmtree(place)
    assert left == {}
    assert step > 40


def nothing_wrong_is_believed(place: Path, wanted: dict[str, bytes], whole: FeatureCache) -> None:
    """Check that what lies at its place is whole, and that it reads right or not at all."""
    for name, data in tree(place).items():
        if "staging" not in name and "leases" not in name:
            assert data == wanted[name]
    try:
        cache = FeatureCache.open(place, partial=True)
    except AdfError:
        return
    rows = cache.ok()[whole.ok()]
    for key, array in read_all(whole).items():
        assert read_all(cache)[key].tobytes() == array[rows].tobytes()


@pytest.mark.parametrize(("store", "codec"), KINDS)
def test_a_worker_killed_at_work_loses_one_shard_at_most(
    nursery: Nursery, tmp_path: Path, store: str, codec: str
) -> None:
    work: dict[str, Any] = {"store": store, "codec": codec, "clips": 30, "seconds": 0.002}
    assert nursery.run("fill", place=str(tmp_path / "wanted"), **work).code == 0
    log = tmp_path / "log"
    work |= {"place": str(tmp_path / "cache"), "log": str(log)}
    sealed = tmp_path / "cache" / "rgb" / "sealed.json"
    kills = 0
    while True:
        begun = len(read_log(log))
        process = nursery.start("fill", **work)
        # Two shards begun: one of them is done, so that this ends.
        until(lambda: sealed.exists() or len(read_log(log)) > begun + 1)  # noqa: B023
        if sealed.exists():
            assert nursery.wait(process).code == 0
            break
        kills += nursery.kill(process).code == -SIGKILL
    assert kills >= 4
    assert len(read_log(log)) <= 8 + kills
    assert tree(tmp_path / "cache") == tree(tmp_path / "wanted")


def read_log(log: Path) -> list[int]:
    """Return the shards that were begun, in order."""
    return [int(line) for line in log.read_text().split()] if log.exists() else []
