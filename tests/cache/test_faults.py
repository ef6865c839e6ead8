"""What a cluster does to a cache: kills, full disks, and files that are not what they were."""

import os
import random
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from adf.cache import FeatureCache
from adf.errors import AdfError, CorruptCache, Exit, InputNotFound
from tests.cache.nursery import Nursery
from tests.cache.samples import FAILED, TINY, build, read_all, tree

KILLS = 200
WORKERS = 3
pytestmark = pytest.mark.slow
STORES = pytest.mark.parametrize("store", ["zarr", "hdf5"])


@STORES
def test_two_hundred_kills_leave_no_trace_and_cost_a_shard_each(
    nursery: Nursery, tmp_path: Path, store: str
) -> None:
    work: dict[str, Any] = {"store": store, "clips": 1500, "shard_rows": 4, "seconds": 0.002}
    assert nursery.run("fill", place=str(tmp_path / "wanted"), **work).code == 0
    log, place = tmp_path / "log", tmp_path / "cache"
    work |= {"place": str(place), "log": str(log)}
    sealed, chance = place / "rgb" / "sealed.json", random.Random(0)
    workers = [nursery.start("fill", **work) for _ in range(WORKERS)]
    kills = 0
    while kills < KILLS:
        time.sleep(chance.uniform(0, 0.05))
        assert not sealed.exists(), f"all was done after {kills} kills"
        kills += nursery.kill(workers.pop(chance.randrange(WORKERS))).code < 0
        workers.append(nursery.start("fill", **work))
    ended = [nursery.wait(process) for process in workers]
    assert [(end.code, end.text) for end in ended] == [(0, "")] * WORKERS
    shards = -(-work["clips"] // work["shard_rows"])
    begun = [int(line) for line in log.read_text().split()]
    assert set(begun) == set(range(shards))
    assert len(begun) - shards <= kills
    assert tree(place) == tree(tmp_path / "wanted")
    assert not [path for path in place.rglob("*") if path.name in ("staging", "leases")]
    read_all(FeatureCache.open(place))


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system with room for a part of the cache."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=96k", "none", str(disk)]
    if os.getuid() or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("only root can mount a small file system, where mounting is allowed at all")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


@STORES
def test_a_full_disk_is_one_line_and_more_room_makes_it_good(
    nursery: Nursery, tmp_path: Path, small_disk: Path, store: str
) -> None:
    work: dict[str, Any] = {"store": store, "clips": 60, "shard_rows": 4}
    assert nursery.run("fill", place=str(tmp_path / "wanted"), **work).code == 0
    wanted = tree(tmp_path / "wanted")
    place = small_disk / "cache"
    full = 0
    for room in range(96, 2000, 24):
        size = f"remount,size={room}k"
        subprocess.run(["mount", "-o", size, "none", str(small_disk)], check=True)
        ended = nursery.run("fill", place=str(place), **work)
        if ended.code == 0:
            break
        assert ended.code == Exit.INTERRUPTED
        assert ended.text.startswith("DiskFull: cannot write ")
        assert "free some space, then run the same command again" in ended.text
        assert ended.text.count("\n") == 1
        full += 1
        for name, data in tree(place).items():
            assert "staging" in name or "leases" in name or wanted[name] == data
        assert not list(place.rglob("*.tmp"))
    assert full > 2
    assert tree(place) == wanted


@STORES
@pytest.mark.parametrize("make", ["truncated", "missing", "empty", "foreign"])
def test_a_file_that_is_not_what_it_was_is_one_line(tmp_path: Path, store: str, make: str) -> None:
    build(tmp_path / "cache", *TINY, store=store, failed=FAILED)
    build(tmp_path / "other", *TINY, store=store, clips=14, seed=1)
    for path in sorted((tmp_path / "cache").rglob("*")):
        name = path.relative_to(tmp_path / "cache")
        metadata = path.name == "zarr.json" and len(name.parts) == 3
        if path.is_dir() or metadata or path.suffix == ".jsonl" or path.name == "features.h5":
            continue
        data = path.read_bytes()
        if make == "missing":
            path.unlink()
        else:
            other = (tmp_path / "other" / name).read_bytes() + b"."
            path.write_bytes({"truncated": data[:-1], "empty": b"", "foreign": other}[make])
        with pytest.raises(AdfError) as caught:
            read_all(FeatureCache.open(tmp_path / "cache"))
        one_helpful_line(caught.value, path, make)
        path.write_bytes(data)
    read_all(FeatureCache.open(tmp_path / "cache"))


def one_helpful_line(error: AdfError, path: Path, make: str) -> None:
    """Check what a user is told: which file, and what to do about it."""
    text = str(error)
    assert "\n" not in text
    assert error.exit_code == Exit.INPUT
    if make == "missing" and path.name == "sealed.json":
        assert "run the command that fills it again" in text
    elif make == "missing" and path.name in ("zarr.json", "cache.json", "modality.json"):
        assert isinstance(error, InputNotFound | CorruptCache)
    else:
        assert isinstance(error, CorruptCache | InputNotFound)
        assert str(path) in text
        remedies = ("restore it from a copy", "fill the cache again", "seal it anew")
        assert any(remedy in text for remedy in remedies)
