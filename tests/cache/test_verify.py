"""What `verify` finds, what it calls it, and how it is mended."""

from pathlib import Path

import pytest

from adf.cache import FeatureCache, Root
from adf.cache.mend import collect
from adf.cache.verify import committed_shards, verify
from adf.errors import CorruptCache
from tests.cache.samples import (
    BYTES,
    FAILED,
    FLOATS,
    TINY,
    VECTOR,
    build,
    fill,
    in_memory,
    make_plan,
    make_provenance,
    tree,
)

STORES = ("zarr", "hdf5")


def flip(path: Path, byte: int, bit: int = 0) -> None:
    data = bytearray(path.read_bytes())
    data[byte] ^= 1 << bit
    path.write_bytes(data)


@pytest.mark.slow
@pytest.mark.parametrize(("store", "codec"), [("zarr", "none"), ("zarr", "zstd"), ("hdf5", "none")])
def test_every_flipped_bit_of_every_file_is_found(tmp_path: Path, store: str, codec: str) -> None:
    """Exhaustive over bytes, one of the eight bits of each in turn; payload bits are all alike."""
    built = build(tmp_path / "c", *TINY, store=store, codec=codec, clips=2, shard_rows=2)
    folder = in_memory(built.folder)
    missed = []
    for name in [name for name in folder.names() if "journal" not in name]:
        whole = folder.read(name)
        for byte in range(len(whole)):
            damaged = bytearray(whole)
            damaged[byte] ^= 1 << byte % 8
            folder.write(name, damaged)
            try:
                if not verify(Root.open(folder)):
                    missed.append((name, byte))
            except CorruptCache:
                continue
        folder.write(name, whole)
    assert missed == []
    assert verify(Root.open(folder)) == []


@pytest.mark.parametrize("store", STORES)
def test_damage_is_called_by_video_modality_and_level(tmp_path: Path, store: str) -> None:
    root = build(tmp_path / "c", FLOATS, VECTOR, store=store)
    row = 6
    level = FLOATS.name
    view = FeatureCache.open(tmp_path / "c").view("rgb")
    stored = root.store.open_shard(view.layout, 1, FLOATS.parts()[0], view.record(1).files)
    payload = bytes(stored.row(row - 4))
    (hit,) = [p for p in (tmp_path / "c").rglob("*") if p.is_file() and payload in p.read_bytes()]
    flip(hit, hit.read_bytes().index(payload) + 3, 5)
    (damage,) = verify(root)
    assert (damage.modality, damage.level, damage.row, damage.id) == ("rgb", level, row, "v3/0")
    assert str(damage).startswith("rgb floats row 6 v3/0: its bytes ")
    assert damage.as_json()["shard"] == 1


@pytest.mark.parametrize("store", STORES)
def test_damaged_shards_are_dropped_and_filled_again(tmp_path: Path, store: str) -> None:
    root = build(tmp_path / "c", FLOATS, BYTES, store=store, failed=FAILED)
    before = tree(tmp_path / "c")
    shards = FeatureCache.open(tmp_path / "c").view("rgb").record(1).files
    hit = tmp_path / "c" / max(shards, key=lambda name: int(shards[name]["bytes"]))
    flip(hit, hit.stat().st_size // 2)
    # A dry run changes nothing.
    planned = collect(root, damaged=True, dry_run=True).removed
    assert verify(root)
    done = collect(root, damaged=True)
    assert planned == done.removed
    assert planned[:2] == ["rgb/commits/00001.json", "rgb/sealed.json"]
    assert set(shards) <= set(planned)
    assert done.refill
    assert committed_shards(root) == 2
    fill(root, make_provenance(root.plan, FLOATS, BYTES), failed=FAILED)
    assert verify(root) == []
    assert tree(tmp_path / "c") == before


@pytest.mark.parametrize(
    "name", ["rgb/sealed.json", "rgb/floats/zarr.json", "rgb/commits/00001.json"]
)
def test_damaged_documents_are_mended_too(tmp_path: Path, name: str) -> None:
    root = build(tmp_path / "c", FLOATS)
    before = tree(tmp_path / "c")
    flip(tmp_path / "c" / name, 40)
    assert verify(root)
    collect(root, damaged=True)
    fill(root, make_provenance(root.plan, FLOATS))
    assert tree(tmp_path / "c") == before


def test_a_damaged_virtual_file_is_written_anew(tmp_path: Path) -> None:
    root = build(tmp_path / "c", FLOATS, store="hdf5")
    before = tree(tmp_path / "c")
    flip(tmp_path / "c" / "features.h5", 2000)
    (damage,) = verify(root)
    assert str(damage).startswith("features.h5: missing or damaged")
    collect(root, damaged=True)
    assert tree(tmp_path / "c") == before


def test_what_cannot_be_mended_is_left_alone(tmp_path: Path) -> None:
    root = build(tmp_path / "c", FLOATS)
    flip(tmp_path / "c" / "rgb" / "zarr.json", 60)
    before = tree(tmp_path / "c")
    with pytest.raises(CorruptCache, match="restore it from a copy.*nothing was removed"):
        collect(root, damaged=True)
    assert tree(tmp_path / "c") == before


def test_an_incomplete_cache_is_verified_as_far_as_it_goes(tmp_path: Path) -> None:
    plan = make_plan()
    root = Root.create(tmp_path / "c", plan, shard_rows=4)
    fill(root, make_provenance(plan, FLOATS), shards=[1])
    steps: list[None] = []
    assert verify(root, lambda: steps.append(None)) == []
    assert len(steps) == committed_shards(root) == 1
    flip(tmp_path / "c" / "rgb" / "floats" / "c.1.0.0.0.0", 9)
    assert [damage.row for damage in verify(root)] == [4]


def test_garbage_goes_and_nothing_else(tmp_path: Path) -> None:
    plan = make_plan()
    root = Root.create(tmp_path / "c", plan, shard_rows=4)
    fill(root, make_provenance(plan, FLOATS), shards=[0, 1])
    before = tree(tmp_path / "c")
    stray = tmp_path / "c" / "rgb" / "floats" / "c.2.0.0.0.0"
    stray.write_bytes(b"a shard whose worker was killed before it wrote the record")
    assert collect(root).removed == ["rgb/floats/c.2.0.0.0.0"]
    assert {k: v for k, v in tree(tmp_path / "c").items() if v != b"folder"} == {
        k: v for k, v in before.items() if v != b"folder"
    }
