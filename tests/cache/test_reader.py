"""Reading rows: which may be asked for, and the same answer in every process and thread."""

import pickle
import resource
import threading
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from adf.cache import FeatureCache, Root, gather
from adf.cache.store import Codec
from adf.errors import InputNotFound, InvalidInput
from tests.cache.nursery import Nursery, python
from tests.cache.samples import (
    BYTES,
    CLIPS,
    FLOATS,
    LEVELS,
    TINY,
    assert_right,
    assert_same,
    build,
    fill,
    make_plan,
    make_provenance,
    read_all,
    values,
)

KINDS = [("zarr", "none"), ("zarr", "zstd"), ("hdf5", "none")]
EVERY_KIND = pytest.mark.parametrize(("store", "codec"), KINDS)


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> FeatureCache:
    """A complete cache without failed rows."""
    root = build(tmp_path_factory.mktemp("reader") / "cache")
    return FeatureCache(root)


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        ([CLIPS], f"row {CLIPS} is not in the cache, which has rows 0 to {CLIPS - 1}"),
        ([0, -1], "row -1 is not in the cache"),
        (np.array([2**63], np.uint64), f"row {2**63} is not in the cache"),
        ([0.0, 1.0], "rows must be a list of row numbers, a mask or a slice, not"),
        (["0"], "rows must be a list of row numbers"),
        ([[0, 1]], "rows must be a list of row numbers"),
        (3, "rows must be a list of row numbers"),
        ([None], "rows must be a list of row numbers"),
        (np.ones(3, bool), r"a mask of \(3,\) for 10 clips"),
        (np.ones((CLIPS, 1), bool), r"a mask of \(10, 1\) for 10 clips"),
    ],
    ids=str,
)
def test_wrong_rows_are_refused(cache: FeatureCache, rows: Any, problem: str) -> None:
    with pytest.raises(InvalidInput, match=problem) as caught:
        cache.read(rows, "rgb", "floats")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("kind", ["int8", "uint8", "int32", "uint64", "int64"])
def test_row_numbers_of_any_integer_type_will_do(cache: FeatureCache, kind: str) -> None:
    read = cache.read(np.array([9, 0, 3], kind), "rgb", "floats")
    assert read.tobytes() == values(FLOATS, [9, 0, 3]).tobytes()


def test_unknown_names_are_answered_with_the_known(cache: FeatureCache) -> None:
    with pytest.raises(InputNotFound, match="has no modality 'flow'; it has: rgb"):
        cache.read([0], "flow", "floats")
    with pytest.raises(InputNotFound, match="rgb has no level 'c5'; it has: floats, bytes, vector"):
        cache.read([0], "rgb", "c5")
    for ask in (cache.levels, cache.provenance, cache.failed, cache.ok, cache.preload):
        with pytest.raises(InputNotFound, match="has no modality 'flow'"):
            ask("flow")


def test_a_cache_says_what_it_holds(cache: FeatureCache) -> None:
    assert len(cache) == CLIPS
    assert cache.modalities == ["rgb"]
    assert cache.levels("rgb") == ["floats", "bytes", "vector"]
    assert cache.spec("rgb", "bytes") == BYTES
    assert cache.classes == ("jump", "run", "walk")
    assert list(cache.clips["id"]) == list(make_plan().frame["id"])
    assert cache.failed("rgb") == {}
    assert f"{CLIPS} clips, ['rgb']" in repr(cache)


@EVERY_KIND
@pytest.mark.parametrize("most", [1, 2, 5])
def test_closing_the_oldest_mapping_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, store: str, codec: Codec, most: int
) -> None:
    monkeypatch.setattr(gather, "_most_open_files", lambda: most)
    root = build(tmp_path / "cache", store=store, codec=codec, clips=12, shard_rows=2)
    cache = FeatureCache(root)
    order = np.random.default_rng(0).permutation(np.repeat(np.arange(12), 3))
    for _ in range(2):
        for level in LEVELS:
            assert_right(cache, level, order)
        for row in order:
            assert_right(cache, FLOATS, [row])


def test_no_more_files_are_mapped_than_may_be_open(monkeypatch: pytest.MonkeyPatch) -> None:
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    asked = []
    monkeypatch.setattr(resource, "setrlimit", lambda _, limit: asked.append(limit))
    for found, most in [
        ((1024, 4096), 4096 - 256),
        ((100, 100), 8),
        ((10**9, 10**9), 48_000),
        ((resource.RLIM_INFINITY, resource.RLIM_INFINITY), 48_000),
    ]:
        monkeypatch.setattr(resource, "getrlimit", lambda _, found=found: found)
        assert gather._most_open_files() == most
    assert asked == [(4096, 4096)]
    monkeypatch.undo()
    assert limits[0] <= resource.getrlimit(resource.RLIMIT_NOFILE)[0]


LIMITED = """
import resource, sys
resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
from adf.cache import FeatureCache
cache = FeatureCache.open(sys.argv[1])
for _ in range(2):
    print(cache.read(slice(None), "rgb", "tiny").tobytes().hex())
"""


@pytest.mark.parametrize("store", ["zarr", "hdf5"])
def test_more_shards_than_a_process_may_open_are_read(tmp_path: Path, store: str) -> None:
    build(tmp_path / "cache", *TINY, store=store, clips=150, shard_rows=1)
    printed = python(LIMITED, str(tmp_path / "cache")).split()
    assert printed == [values(TINY[0], range(150)).tobytes().hex()] * 2


@EVERY_KIND
def test_a_forked_process_reads_what_its_parent_opened(
    tmp_path: Path, store: str, codec: Codec
) -> None:
    """Also what the parent has not touched, at the same time as the parent."""
    build(tmp_path / "cache", store=store, codec=codec, clips=40)
    ours, *theirs = python(FORKED, str(tmp_path / "cache")).split("|")
    assert len(theirs) == 3
    assert set(theirs) == {ours}


FORKED = """
import os, sys
from adf.cache import FeatureCache
from tests.cache.samples import read_all
cache = FeatureCache.open(sys.argv[1])
cache.read([0, 5], "rgb", "floats")
cache.read([0], "rgb", "bytes")
pipes = []
for _ in range(3):
    reader, writer = os.pipe()
    if not os.fork():
        found = b"".join(array.tobytes() for array in read_all(cache).values())
        with os.fdopen(writer, "wb") as file:
            file.write(found)
        os._exit(0)
    os.close(writer)
    pipes.append(reader)
found = [b"".join(array.tobytes() for array in read_all(cache).values())]
found += [os.fdopen(pipe, "rb").read() for pipe in pipes]
print("|".join(data.hex() for data in found), end="")
"""


def test_a_spawned_process_reads_what_its_parent_preloaded(tmp_path: Path) -> None:
    cache = FeatureCache(build(tmp_path / "cache", codec="zstd"))
    cache.preload("rgb", "floats")
    with get_context("spawn").Pool(1) as pool:
        theirs = pool.apply(read_all, (cache,))
    for key, array in read_all(cache).items():
        assert theirs[key].tobytes() == array.tobytes()


def test_a_pickled_partial_cache_stays_partial(tmp_path: Path) -> None:
    root = Root.create(tmp_path / "cache", make_plan(), shard_rows=4)
    fill(root, make_provenance(root.plan), shards=[0])
    cache = FeatureCache.open(tmp_path / "cache", partial=True)
    again = pickle.loads(pickle.dumps(cache))
    assert list(again.ok()) == [True] * 4 + [False] * 6
    assert_same(again, cache)


@EVERY_KIND
def test_threads_read_right_at_the_same_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, store: str, codec: Codec
) -> None:
    monkeypatch.setattr(gather, "_most_open_files", lambda: 3)
    root = build(tmp_path / "cache", store=store, codec=codec, clips=30, shard_rows=2)
    cache = FeatureCache(root)
    problems: list[BaseException] = []

    def read(seed: int) -> None:
        chance = np.random.default_rng(seed)
        try:
            for _ in range(60):
                assert_right(cache, LEVELS[chance.integers(3)], chance.integers(0, 30, 7))
        except BaseException as error:
            problems.append(error)

    threads = [threading.Thread(target=read, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []


def test_an_incomplete_cache_is_only_opened_on_demand(tmp_path: Path) -> None:
    root = Root.create(tmp_path / "cache", make_plan(), shard_rows=4)
    fill(root, make_provenance(root.plan), shards=[0, 2])
    with pytest.raises(InvalidInput) as caught:
        FeatureCache.open(tmp_path / "cache")
    assert str(caught.value) == (
        f"rgb in {tmp_path}/cache is not complete (2 of 3 shards): run the command that fills it "
        "again, or open with partial=True"
    )
    cache = FeatureCache.open(tmp_path / "cache", partial=True)
    assert cache.failed("rgb") == dict.fromkeys(range(4, 8), "not extracted yet")
    for level in LEVELS:
        assert_right(cache, level, [9, 0, 3, 8])
    cache.preload("rgb")
    assert_right(cache, FLOATS, [9, 0, 3, 8])


def test_processes_read_while_others_fill(nursery: Nursery, tmp_path: Path) -> None:
    place = str(tmp_path / "cache")
    build(tmp_path / "wanted", failed={1: "x", 9: "x"}, clips=200)
    wanted = FeatureCache.open(tmp_path / "wanted")
    worker = nursery.start("fill", place=place, clips=200, seconds=0.002)
    seen = 0
    while seen < 198:
        try:
            cache = FeatureCache.open(place, partial=True)
        except InputNotFound:
            continue
        rows = np.flatnonzero(cache.ok())
        seen = len(rows)
        for level in LEVELS:
            ours, theirs = (c.read(rows, "rgb", level.name) for c in (cache, wanted))
            assert ours.tobytes() == theirs.tobytes()
    assert nursery.wait(worker).code == 0
