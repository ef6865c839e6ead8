"""`gc` beside workers: what is committed, or about to be, is never touched."""

import errno
import os
import threading
import time
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from adf.cache import Appender, FeatureCache, Root
from adf.cache.gather import MAPPINGS
from adf.cache.leases import silence
from adf.cache.mend import collect
from adf.cache.records import Commit
from adf.cache.sweep import Leftover, remove
from adf.cache.verify import verify
from adf.errors import InvalidInput
from tests.cache.samples import (
    FAILED,
    FLOATS,
    VECTOR,
    assert_right,
    build,
    fill,
    make_plan,
    make_provenance,
    tree,
    value,
)


def test_garbage_is_collected_while_a_worker_fills(tmp_path: Path) -> None:
    plan = make_plan(240)
    root = Root.create(tmp_path / "c", plan, shard_rows=2)
    worker = threading.Thread(target=fill, args=(root, make_provenance(plan, FLOATS)))
    worker.start()
    removed = []
    while worker.is_alive():
        removed += collect(Root.open(tmp_path / "c")).removed
    worker.join()
    assert [name for name in removed if "/leases/" not in name] == []
    assert verify(Root.open(tmp_path / "c")) == []
    assert FeatureCache.open(tmp_path / "c").ok().all()


def test_a_shard_in_the_making_is_kept_until_its_lease_is_gone(tmp_path: Path) -> None:
    plan = make_plan()
    root = Root.create(tmp_path / "c", plan, shard_rows=4)
    appender = Appender(root, make_provenance(plan, FLOATS))
    unrecorded = tmp_path / "c" / "rgb" / "floats" / "c.0.0.0.0.0"
    drafts = appender.drafts()
    with next(drafts) as draft:
        unrecorded.write_bytes(b"written, its record follows")
        assert collect(root).removed == []
        for row in draft.rows:
            draft.put(row, {FLOATS.name: value(FLOATS, row)})
    assert collect(root).removed == []
    assert verify(root) == []


def test_age_is_by_the_clock_of_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "lease").touch()
    monkeypatch.setattr(time, "time", lambda: 2e9)
    assert silence(tmp_path / "lease") < 10
    os.utime(tmp_path / "lease", (3e9, 3e9))
    assert silence(tmp_path / "lease") > 1e8


def test_old_staging_of_the_root_is_garbage(tmp_path: Path) -> None:
    root = build(tmp_path / "c", FLOATS)
    stale = tmp_path / "c" / "staging" / ".left.tmp"
    stale.parent.mkdir()
    stale.touch()
    assert collect(root).removed == []
    os.utime(stale, (1e9, 1e9))
    assert collect(root).removed == ["staging/.left.tmp"]


def test_caches_share_the_limit_of_open_files(tmp_path: Path) -> None:
    build(tmp_path / "a", FLOATS, VECTOR, clips=40, shard_rows=2)
    one, two = FeatureCache.open(tmp_path / "a"), FeatureCache.open(tmp_path / "a")
    before = MAPPINGS._most
    MAPPINGS._most = 3
    try:
        for cache in (one, two, one):
            assert_right(cache, FLOATS, range(40))
        assert len(MAPPINGS._open) <= 3
    finally:
        MAPPINGS._most = before


def test_closing_gives_the_files_back(tmp_path: Path) -> None:
    build(tmp_path / "a", FLOATS)

    def mapped() -> int:
        return Path("/proc/self/maps").read_text().count(str(tmp_path / "a"))

    with FeatureCache.open(tmp_path / "a") as cache:
        assert_right(cache, FLOATS, range(10))
        assert mapped() == 3
    assert mapped() == 0
    assert_right(cache, FLOATS, range(10))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_wider_out_works_preloaded_too(tmp_path: Path, dtype: str) -> None:
    build(tmp_path / "a", FLOATS)
    cache = FeatureCache.open(tmp_path / "a")
    plain = cache.read([3, 1], "rgb", FLOATS.name)
    cache.preload("rgb")
    out = np.empty(plain.shape, dtype)
    assert np.array_equal(cache.read([3, 1], "rgb", FLOATS.name, out=out), plain)
    out.flags.writeable = False
    with pytest.raises(InvalidInput, match="may not be written to"):
        cache.read([3, 1], "rgb", FLOATS.name, out=out)
    with pytest.raises(InvalidInput, match="out is a list, not an array"):
        cache.read([3, 1], "rgb", FLOATS.name, out=[0])  # type: ignore[arg-type]


def test_hdf5_reads_a_missing_shard_as_nothing(tmp_path: Path) -> None:
    """An all-zero clip is data, so what is not there must not read as one."""
    build(tmp_path / "a", FLOATS, store="hdf5", failed=FAILED)
    (tmp_path / "a" / "rgb" / "shards" / "00001.h5").unlink()
    with h5py.File(tmp_path / "a" / "features.h5") as file:
        assert np.isnan(file["rgb/floats"][4:8]).all()
        assert np.isfinite(file["rgb/floats"][0]).all()


@pytest.mark.parametrize("folder", ["commits", "leases"])
def test_a_folder_that_cannot_be_listed_is_not_an_empty_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: str
) -> None:
    root = build(tmp_path / "c", FLOATS)
    root.commits("rgb").withdraw([])
    (tmp_path / "c" / "rgb" / "leases").mkdir()
    before = tree(tmp_path / "c")
    honest = os.scandir

    def stale(path: Any = ".") -> Any:
        if str(path).rstrip("/").endswith(folder):
            raise OSError(errno.ESTALE, "Stale file handle", str(path))
        return honest(path)

    monkeypatch.setattr(os, "scandir", stale)
    with pytest.raises(InvalidInput, match=f"{folder}/? cannot be listed: Stale file handle"):
        collect(root)
    monkeypatch.undo()
    assert tree(tmp_path / "c") == before


def test_a_complete_modality_without_its_records_keeps_its_shards(tmp_path: Path) -> None:
    root = build(tmp_path / "c", FLOATS)
    (tmp_path / "c" / "rgb" / "notes.txt").write_text("mine")
    for record in (tmp_path / "c" / "rgb" / "commits").iterdir():
        record.unlink()
    assert verify(root)
    assert collect(root).removed == []
    assert (tmp_path / "c" / "rgb" / "notes.txt").exists()


def test_a_worker_that_slept_while_garbage_was_collected_loses_nothing(tmp_path: Path) -> None:
    plan = make_plan()
    root = Root.create(tmp_path / "c", plan, shard_rows=4)
    appender = Appender(root, make_provenance(plan, FLOATS))
    honest = appender.commits.write
    taken: list[str] = []

    def asleep(commit: Commit) -> None:
        if not taken:
            os.utime(tmp_path / "c" / "rgb" / "leases" / f"{commit.shard:05d}", (1e9, 1e9))
            taken.extend(collect(Root.open(tmp_path / "c")).removed)
        honest(commit)

    appender.commits.write = asleep  # type: ignore[method-assign]
    for draft in appender.drafts():
        with draft:
            for row in draft.rows:
                draft.put(row, {FLOATS.name: value(FLOATS, row)})
    appender.seal()
    assert "rgb/floats/c.0.0.0.0.0" in taken
    assert verify(root) == []
    assert_right(FeatureCache.open(tmp_path / "c"), FLOATS, range(10))


def test_a_record_that_turns_up_while_its_shard_is_removed_keeps_it(tmp_path: Path) -> None:
    root = build(tmp_path / "c", FLOATS)
    before = tree(tmp_path / "c")
    leftover = Leftover("rgb/floats/c.1.0.0.0.0", "rgb", 1)
    assert not remove(root, leftover)
    assert {k: v for k, v in tree(tmp_path / "c").items() if v != b"folder"} == {
        k: v for k, v in before.items() if v != b"folder"
    }


def test_threads_that_read_the_same_rows_first_leave_none_unchecked(tmp_path: Path) -> None:
    build(tmp_path / "c", FLOATS, clips=60)
    for turn in range(25):
        cache = FeatureCache.open(tmp_path / "c")
        rows = np.random.default_rng(turn).permutation(59)
        readers = [
            threading.Thread(target=cache.read, args=(rows, "rgb", FLOATS.name)) for _ in range(3)
        ]
        for reader in readers:
            reader.start()
        for reader in readers:
            reader.join()
        part = cache.view("rgb").part(FLOATS.name)
        assert part._left >= np.count_nonzero(part._unseen) == 1
