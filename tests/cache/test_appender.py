"""Filling a cache: by one or many, all or nothing, and never over anything else."""

import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from adf.cache import Appender, Draft, FeatureCache, FeatureSpec, Root, appender
from adf.cache.encode import encode
from adf.errors import (
    InvalidInput,
)
from tests.cache.nursery import Nursery
from tests.cache.samples import (
    BYTES,
    CLIPS,
    FAILED,
    FLOATS,
    LEVELS,
    SHARD_ROWS,
    TINY,
    VECTOR,
    assert_right,
    build,
    fill,
    make_plan,
    make_provenance,
    tree,
    value,
)

STORES = pytest.mark.parametrize("store", ["zarr", "hdf5"])


@pytest.fixture(autouse=True)
def _short_polls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(appender, "POLL", 0.01)


@pytest.fixture
def worker(tmp_path: Path) -> Appender:
    """An appender to an empty cache of one level."""
    root = Root.create(tmp_path / "cache", make_plan(), shard_rows=SHARD_ROWS)
    return Appender(root, make_provenance(root.plan, VECTOR))


def first(worker: Appender) -> Draft:
    """Return the first draft; whoever holds it must finish it."""
    return next(iter(worker.drafts()))


def test_several_processes_fill_what_one_would(nursery: Nursery, tmp_path: Path) -> None:
    work: dict[str, Any] = {"clips": 60, "shard_rows": 3, "seconds": 0.001}
    assert nursery.run("fill", place=str(tmp_path / "alone"), **work).code == 0
    log = tmp_path / "log"
    together = {"place": str(tmp_path / "together"), "log": str(log), **work}
    workers = [nursery.start("fill", **together) for _ in range(4)]
    ended = [nursery.wait(process) for process in workers]
    assert [end.code for end in ended] == [0, 0, 0, 0], ended
    assert sorted(map(int, log.read_text().split())) == list(range(20))
    assert tree(tmp_path / "together") == tree(tmp_path / "alone")
    journals = list((tmp_path / "together" / "rgb" / "journal").iterdir())
    assert sum(len(path.read_text().splitlines()) for path in journals) == 20


def test_the_order_of_shards_leaves_no_trace(tmp_path: Path) -> None:
    build(tmp_path / "forwards", failed=FAILED)
    root = Root.create(tmp_path / "backwards", make_plan(), shard_rows=SHARD_ROWS)
    for shard in (2, 0, 1):
        fill(root, make_provenance(root.plan), shards=[shard], failed=FAILED)
    fill(root, make_provenance(root.plan), failed=FAILED)
    assert tree(tmp_path / "backwards") == tree(tmp_path / "forwards")


def test_an_error_in_the_block_commits_nothing_and_frees_the_shard(worker: Appender) -> None:
    with pytest.raises(RuntimeError, match="power"), first(worker) as draft:
        for row in draft.rows:
            draft.put(row, {"vector": value(VECTOR, row)})
        raise RuntimeError("power")
    assert worker.pending() == [0, 1, 2]
    folder = worker.root.folder.path
    assert folder
    assert list((folder / "rgb" / "leases").iterdir()) == []
    assert not (folder / "rgb" / "vector" / "c.0.0").exists()
    other = Appender(worker.root, worker.provenance)
    assert first(other).shard == 0


def test_a_row_neither_put_nor_failed_is_refused(worker: Appender) -> None:
    with (
        pytest.raises(
            InvalidInput,
            match=r"row 2 \(v1/0\) of shard 0 was neither put nor failed: nothing of the shard",
        ),
        first(worker) as draft,
    ):
        for row in (0, 1, 3):
            draft.put(row, {"vector": value(VECTOR, row)})
    assert worker.pending() == [0, 1, 2]


@pytest.mark.parametrize("row", [-1, 4, 100])
def test_a_row_of_another_shard_is_refused(worker: Appender, row: int) -> None:
    draft = first(worker)
    expected = f"row {row} is not of shard 0, which has rows 0 to 3"
    with pytest.raises(InvalidInput, match=expected):
        draft.put(row, {"vector": np.zeros(5)})
    with pytest.raises(InvalidInput, match=expected):
        draft.fail(row, "no")
    with pytest.raises(InvalidInput, match=expected):
        draft.put_stored(row, {"vector": np.zeros(5, np.float32)})


def test_levels_must_be_those_of_the_provenance(worker: Appender) -> None:
    draft = first(worker)
    wrong: tuple[dict[str, Any], ...] = ({}, {"other": 1}, {"vector": np.zeros(5), "other": 1})
    for levels in wrong:
        with pytest.raises(InvalidInput, match="given, vector expected"):
            draft.put(0, levels)


def test_values_that_cannot_be_kept_make_a_failed_row(worker: Appender) -> None:
    with first(worker) as draft:
        for row in draft.rows:
            bad = np.array([0, np.nan, np.inf, 0, 0]) if row == 2 else value(VECTOR, row)
            draft.put(row, {"vector": bad})
    failed = worker.commits.read(0).failed
    assert failed == {2: "vector has 2 NaN or infinite values, the first at [1]"}


def test_partial_clips_are_recorded_and_usable(worker: Appender) -> None:
    for draft in worker.drafts():
        with draft:
            for row in draft.rows:
                lacking = "12 of 16 frames" if row == 5 else ""
                draft.put(row, {"vector": value(VECTOR, row)}, partial=lacking)
    assert worker.seal().partial == {5: "12 of 16 frames"}
    cache = FeatureCache(worker.root)
    assert cache.ok().all()
    assert_right(cache, VECTOR, [5])


def test_a_failed_row_may_be_given_as_another_cache_stores_it(worker: Appender) -> None:
    with first(worker) as draft:
        for row in draft.rows:
            draft.fail(row, "")
            assert draft.failed[row] == "no reason given"
            draft.put_stored(row, {"vector": value(VECTOR, row)})
    assert worker.commits.read(0).failed == {}


@pytest.mark.parametrize("level", [FLOATS, VECTOR, BYTES], ids=str)
@pytest.mark.parametrize("stored", [False, True])
def test_the_arrays_given_may_be_used_again_for_the_next_row(
    level: FeatureSpec, stored: bool
) -> None:
    plan = make_plan()
    root = Root.create("", plan, store="memory")
    wanted = FeatureCache(build(Path(), level, store="memory")).read_stored
    worker = Appender(root, make_provenance(plan, level))
    arrays = {part.name: np.empty(part.shape, part.dtype) for part in level.parts()}
    given = np.empty(level.shape, level.value_dtype)
    with first(worker) as draft:
        for row in draft.rows:
            given[...] = value(level, row)
            for name, array in encode(level, given).items():
                arrays[name][...] = array
            if stored:
                draft.put_stored(row, arrays)
            else:
                draft.put(row, {level.name: given})
    worker.seal()
    ours = FeatureCache(root).read_stored(range(CLIPS), "rgb", level.name)
    for array, right in zip(ours, wanted(range(CLIPS), "rgb", level.name), strict=True):
        assert array.tobytes() == right.tobytes()


def test_sealing_what_is_incomplete_is_refused(worker: Appender) -> None:
    fill(worker.root, worker.provenance, shards=[1])
    with pytest.raises(
        InvalidInput, match=r"rgb in .* lacks 2 of 3 shards \(the first is 0\): fill them before"
    ):
        worker.seal()
    assert worker.commits.read_seal() is None


@STORES
def test_sealing_twice_is_harmless(tmp_path: Path, store: str) -> None:
    root = build(tmp_path / "cache", store=store, failed=FAILED)
    before = tree(tmp_path / "cache")
    worker = Appender(root, root.provenance("rgb"))
    assert worker.seal() == worker.seal()
    assert list(worker.drafts()) == []
    assert tree(tmp_path / "cache") == before


@STORES
def test_workers_that_seal_at_once_agree(tmp_path: Path, store: str) -> None:
    plan = make_plan()
    build(tmp_path / "wanted", *TINY, store=store)
    root = Root.create(tmp_path / "cache", plan, store=store, shard_rows=SHARD_ROWS)
    fill(root, make_provenance(plan, *TINY), shards=[0, 1, 2])
    together = threading.Barrier(4)
    problems: list[BaseException] = []

    def seal() -> None:
        try:
            worker = Appender(Root.open(tmp_path / "cache"), make_provenance(plan, *TINY))
            together.wait()
            worker.seal()
        except BaseException as error:
            problems.append(error)

    threads = [threading.Thread(target=seal) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    assert tree(tmp_path / "cache") == tree(tmp_path / "wanted")


@pytest.mark.parametrize("error", [FileNotFoundError, FileExistsError])
def test_a_staging_folder_that_is_swept_meanwhile_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: type[OSError]
) -> None:
    build(tmp_path / "wanted", *TINY)
    root = Root.create(tmp_path / "cache", make_plan(), shard_rows=SHARD_ROWS)
    fill(root, make_provenance(make_plan(), *TINY), shards=[0, 1, 2])
    mkdir, swept = Path.mkdir, list[Path]()

    def making(path: Path, *arguments: Any, **options: Any) -> None:
        if path.name == "staging" and len(swept) < 2:
            swept.append(path)
            raise error(path)
        mkdir(path, *arguments, **options)

    monkeypatch.setattr(Path, "mkdir", making)
    Appender(Root.open(tmp_path / "cache"), make_provenance(make_plan(), *TINY)).seal()
    assert len(swept) == 2
    assert tree(tmp_path / "cache") == tree(tmp_path / "wanted")


def test_a_sealed_modality_that_grows_again_is_sealed_anew(tmp_path: Path) -> None:
    root = build(tmp_path / "cache")
    before = tree(tmp_path / "cache")
    root.commits("rgb").withdraw([1])
    with pytest.raises(InvalidInput, match="not complete"):
        FeatureCache.open(tmp_path / "cache")
    fill(root, root.provenance("rgb"))
    assert tree(tmp_path / "cache") == before


def test_drafts_cover_every_row_once(tmp_path: Path) -> None:
    root = Root.create(tmp_path / "cache", make_plan(), shard_rows=3)
    worker = Appender(root, make_provenance(root.plan, FLOATS))
    rows = []
    for draft in worker.drafts():
        with draft:
            for row in draft.rows:
                rows.append(row)
                draft.put(row, {"floats": value(FLOATS, row)})
    assert rows == list(range(CLIPS))
    assert worker.pending() == []
    assert len(LEVELS) == 3
