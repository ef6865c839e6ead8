"""What every store of the feature cache must do, as a class to inherit.

A store of your own passes if this does::

    from adf.cache import STORES, ClipPlan, Root
    from tests.contracts.store import StoreContract

    STORES.add(MyStore)

    class TestMyStore(StoreContract):
        def make_root(self, place: Path, plan: ClipPlan, shard_rows: int) -> Root:
            return Root.create(place / "cache", plan, store="my-store", shard_rows=shard_rows)

Set ``codecs`` if the store knows others than ``none``. Nothing else is asked for: bytes are
changed and looked at through the ``Folder`` of the store.
"""

import pickle
from multiprocessing import get_context
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
from numpy.typing import NDArray

from adf.cache import Appender, ClipPlan, FeatureCache, FeatureSpec, Root
from adf.cache.store import Codec
from adf.errors import AdfError, ConfigError, CorruptCache, InvalidInput
from tests.cache.samples import (
    CLIPS,
    EVERY_KIND,
    FAILED,
    FLOATS,
    LEVELS,
    SHARD_ROWS,
    VECTOR,
    assert_right,
    assert_same,
    build,
    fill,
    make_plan,
    make_provenance,
    read_all,
    value,
    values,
    vectors,
)

EVERY_LEVEL = pytest.mark.parametrize("level", EVERY_KIND, ids=str)


class StoreContract:
    """Inherit this, and give :meth:`make_root`."""

    codecs: ClassVar[tuple[Codec, ...]] = ("none",)

    def make_root(self, place: Path, plan: ClipPlan, shard_rows: int) -> Root:
        """Return a new cache of the store under test, somewhere in ``place``."""
        raise NotImplementedError

    @pytest.fixture
    def root(self, tmp_path: Path) -> Root:
        """Return an empty cache whose last shard is short."""
        return self.make_root(tmp_path, make_plan(), SHARD_ROWS)

    @pytest.fixture
    def filled(self, root: Root) -> Root:
        """Return a complete cache."""
        fill(root, make_provenance(root.plan), failed=FAILED)
        return root

    @EVERY_LEVEL
    def test_every_dtype_and_rank_comes_back(self, root: Root, level: FeatureSpec) -> None:
        for codec in self.codecs:
            provenance = make_provenance(root.plan, level, modality=f"in-{codec}")
            fill(root, provenance, codec=codec)
            assert_right(reopen(root), level, range(CLIPS), provenance.modality)

    @EVERY_LEVEL
    def test_vectors_are_the_mean_over_space_and_time(self, root: Root, level: FeatureSpec) -> None:
        fill(root, make_provenance(root.plan, level))
        read = reopen(root).read(range(CLIPS), "rgb", level.name, vector=True)
        wanted = vectors(level, range(CLIPS)) if level.vector else values(level, range(CLIPS))
        assert read.tobytes() == wanted.tobytes()
        assert read.dtype == wanted.dtype

    def test_codecs_are_refused_or_kept(self, root: Root) -> None:
        for codec in ("none", "zstd"):
            if codec in self.codecs:
                root.store.check(codec)
            else:
                with pytest.raises(ConfigError, match=f"codec: the .* store has no {codec}"):
                    root.store.check(codec)

    def test_rows_come_in_the_order_asked_for_with_repeats(self, root: Root) -> None:
        fill(root, make_provenance(root.plan))
        cache = reopen(root)
        for rows in ([7, 0, 7, 9, 3, 3], list(range(CLIPS))[::-1], [9], []):
            for level in LEVELS:
                if rows:
                    assert_right(cache, level, rows)
                assert len(cache.read(rows, "rgb", level.name)) == len(rows)

    @pytest.mark.parametrize("shard_rows", [1, 3, CLIPS, CLIPS + 5])
    def test_the_last_shard_may_be_short(self, tmp_path: Path, shard_rows: int) -> None:
        root = self.make_root(tmp_path, make_plan(), shard_rows)
        fill(root, make_provenance(root.plan))
        for level in LEVELS:
            assert_right(reopen(root), level, range(CLIPS))

    def test_failed_rows_are_named_and_others_read(self, filled: Root) -> None:
        cache = reopen(filled)
        assert cache.failed("rgb") == FAILED
        assert set(np.flatnonzero(~cache.ok())) == set(FAILED)
        assert_right(cache, FLOATS, np.flatnonzero(cache.ok()))
        with pytest.raises(InvalidInput, match=r"row 1 \(v0/1\) has no rgb .*: cannot be decoded"):
            cache.read([0, 1], "rgb", "floats")

    def test_all_zero_clips_are_data(self, root: Root) -> None:
        appender = Appender(root, make_provenance(root.plan))
        zeros = {level.name: np.zeros(level.shape) for level in LEVELS}
        for draft in appender.drafts():
            with draft:
                for row in draft.rows:
                    draft.put(row, zeros)
        appender.seal()
        cache = reopen(root)
        assert cache.ok().all()
        assert not any(array.any() for array in read_all(cache).values())

    def test_a_shard_without_a_record_does_not_exist(self, filled: Root) -> None:
        commits = filled.commits("rgb")
        commits.withdraw([1])
        assert Appender(filled, filled.provenance("rgb")).pending() == [1]
        with pytest.raises(InvalidInput, match=r"not complete \(2 of 3 shards\).*partial=True"):
            reopen(filled)
        cache = FeatureCache.open(place_of(filled), partial=True)
        assert cache.failed("rgb")[4] == "not extracted yet"
        with pytest.raises(InvalidInput, match="not extracted yet"):
            cache.read([4], "rgb", "floats")
        assert_right(cache, FLOATS, [0, 2, 3, 8])

    def test_recommitting_writes_the_same_bytes(self, filled: Root) -> None:
        before = contents(filled)
        filled.commits("rgb").withdraw([0, 2])
        assert contents(filled).keys() < before.keys()
        fill(filled, filled.provenance("rgb"), failed=FAILED)
        assert contents(filled) == before

    def test_a_row_takes_the_last_word_on_it(self, root: Root) -> None:
        level = VECTOR
        provenance = make_provenance(root.plan, level)
        fill(root, provenance, shards=[1, 2])
        draft = next(iter(Appender(root, provenance).drafts()))
        with draft:
            for row in draft.rows:
                draft.put(row, {level.name: value(level, row, 1)}, partial="short")
                draft.fail(row, "no")
                draft.put(row, {level.name: value(level, row)})
        Appender(root, provenance).seal()
        cache = reopen(root)
        assert cache.ok().all()
        assert_right(cache, level, range(CLIPS))
        assert root.commits("rgb").read(0).partial == {}

    def test_the_seal_is_that_of_any_other_store_with_these_values(
        self, filled: Root, tmp_path: Path
    ) -> None:
        seal = filled.commits("rgb").read_seal()
        assert seal
        for seed in (0, 1):
            other = build(tmp_path, store="memory", failed=FAILED, seed=seed)
            theirs = other.commits("rgb").read_seal()
            assert theirs
            assert (theirs.digest == seal.digest) == (seed == 0)
            assert (theirs.failed, theirs.rows) == (seal.failed, seal.rows) == (FAILED, CLIPS)

    @pytest.mark.parametrize("group", ["", "rgb"])
    def test_a_changed_document_is_refused(self, filled: Root, group: str) -> None:
        name = document(filled, group)
        data = filled.folder.read(name)
        for place in range(0, len(data), 7):
            changed = bytearray(data)
            changed[place] ^= 1
            filled.folder.write(name, bytes(changed))
            with pytest.raises(AdfError, match="damaged"):
                reopen(filled)
        filled.folder.write(name, data)
        reopen(filled)

    @pytest.mark.parametrize("grow", [-1, 1, -1000000])
    def test_a_shard_of_another_size_is_refused(self, filled: Root, grow: int) -> None:
        for name, entry in filled.commits("rgb").read(1).files.items():
            data = filled.folder.read(name)
            assert len(data) == entry["bytes"]
            changed = data + b"\0" if grow > 0 else data[:grow]
            filled.folder.write(name, changed)
            with pytest.raises(CorruptCache, match=f"{name} has {len(changed)} bytes") as caught:
                read_all(reopen(filled))
            assert "adf cache verify" in str(caught.value)
            filled.folder.write(name, data)
        read_all(reopen(filled))

    def test_a_cache_is_opened_again_as_it_is(self, filled: Root) -> None:
        again = Root.open(place_of(filled))
        assert again.store.name == filled.store.name
        assert again.plan.digest == filled.plan.digest
        assert again.shard_rows == SHARD_ROWS
        assert again.modalities() == ["rgb"]
        assert again.provenance("rgb") == filled.provenance("rgb")

    def test_several_modalities_lie_side_by_side(self, filled: Root) -> None:
        fill(filled, make_provenance(filled.plan, FLOATS, modality="flow"), failed={0: "still"})
        cache = reopen(filled)
        assert cache.modalities == ["flow", "rgb"]
        assert list(np.flatnonzero(~cache.ok())) == sorted({0, *FAILED})
        assert list(np.flatnonzero(~cache.ok("flow"))) == [0]
        assert_right(cache, FLOATS, [5, 2], "flow")

    @pytest.mark.parametrize("level", LEVELS, ids=str)
    def test_out_is_filled_and_returned(self, filled: Root, level: FeatureSpec) -> None:
        cache, rows = reopen(filled), [3, 0, 8]
        out = np.full((len(rows), *level.shape), 7, level.value_dtype)
        assert cache.read(rows, "rgb", level.name, out) is out
        assert out.tobytes() == cache.read(rows, "rgb", level.name).tobytes()
        for strided in (np.empty((6, *level.shape), out.dtype)[::2], np.empty_like(out, order="F")):
            assert cache.read(rows, "rgb", level.name, strided) is strided
            assert strided.tobytes() == out.tobytes()
        wide = np.empty(out.shape, np.float64)
        cache.read(rows, "rgb", level.name, wide)
        assert np.allclose(wide, out, rtol=1e-6, atol=1e-6)

    @pytest.mark.parametrize("level", LEVELS, ids=str)
    def test_another_out_is_refused(self, filled: Root, level: FeatureSpec) -> None:
        cache = reopen(filled)
        for out in (
            np.empty((2, *level.shape), level.value_dtype),
            np.empty((3, *level.shape), np.int64),
            np.empty((3, *level.shape, 1), level.value_dtype),
        ):
            with pytest.raises(InvalidInput, match=f"out is {out.dtype}.* is needed"):
                cache.read([3, 0, 8], "rgb", level.name, out)

    def test_masks_and_slices_choose_rows(self, root: Root) -> None:
        fill(root, make_provenance(root.plan, FLOATS))
        cache = reopen(root)
        mask = np.arange(CLIPS) % 3 == 1
        for rows in (mask, slice(2, None, 3), slice(None, None, -1), slice(0, 0), mask.tolist()):
            wanted: NDArray[Any] = np.arange(CLIPS)[rows]
            read = cache.read(rows, "rgb", "floats")
            assert read.shape == (len(wanted), *FLOATS.shape)
            if wanted.size:
                assert read.tobytes() == values(FLOATS, wanted).tobytes()

    def test_preloaded_values_are_the_ones_read(self, filled: Root) -> None:
        cache = reopen(filled)
        cache.preload("rgb")
        assert_same(cache, reopen(filled))
        with pytest.raises(InvalidInput, match="cannot be decoded"):
            cache.read([1], "rgb", "floats")

    def test_stored_values_are_those_of_the_records(self, filled: Root) -> None:
        stored = reopen(filled).read_stored([0, 4], "rgb", "bytes")
        assert [array.dtype.name for array in stored] == ["uint8", "float32", "float32"]
        assert [array.shape for array in stored] == [(2, 2, 3, 3), (2, 2), (2, 2)]

    def test_a_pickled_cache_reads_the_same(self, filled: Root) -> None:
        cache = reopen(filled)
        assert_same(pickle.loads(pickle.dumps(cache)), cache)

    def test_a_spawned_process_reads_the_same(self, filled: Root) -> None:
        if filled.folder.path is None:
            pytest.skip("no other process sees this store")
        cache = reopen(filled)
        with get_context("spawn").Pool(1) as pool:
            theirs = pool.apply(read_all, (cache,))
        for key, array in read_all(cache).items():
            assert array.tobytes() == theirs[key].tobytes()


def place_of(root: Root) -> Any:
    """Return what to open a cache by."""
    return root.folder.path or root.folder


def reopen(root: Root) -> FeatureCache:
    """Open a cache anew, as another process would."""
    return FeatureCache.open(place_of(root))


def document(root: Root, group: str) -> str:
    """Return the file that holds the attributes of the root or of a modality."""
    return f"{group}/{root.store.group_file}" if group else root.store.root_file


def contents(root: Root) -> dict[str, bytes]:
    """Return every file that must not depend on how the cache was filled."""
    names = (name for name in root.folder.names() if "/journal/" not in name)
    return {name: root.folder.read(name) for name in names}
