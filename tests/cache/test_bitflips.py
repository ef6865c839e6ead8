"""Every single flipped bit of a shard is found by reading, in every store and codec.

The flips are made in a copy in memory, which is read by the same code as the files on disk. They
are exhaustive over every shard file of a small Zarr cache and, marked slow, of one of uint8 and
over an HDF5 shard. The quick test of HDF5 flips every 17th bit; larger shards and files on disk,
every 151st.
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from adf.cache import FeatureCache, FeatureSpec, Root
from adf.cache.memory_store import MemoryFolder
from adf.cache.store import Codec
from adf.errors import CorruptCache
from tests.cache.samples import TINY, TINY_BYTES, build, in_memory, read_all

KINDS = [("zarr", "none"), ("zarr", "zstd"), ("hdf5", "none")]
EVERY_KIND = pytest.mark.parametrize(("store", "codec"), KINDS)
SPARSE = 151
SCALED = pytest.param(TINY_BYTES, 1, marks=pytest.mark.slow)


def shard_files(root: Root) -> list[str]:
    """Return the names of all files that hold rows."""
    commits = root.commits("rgb")
    return sorted(name for shard in commits.done() for name in commits.read(shard).files)


def flips(data: bytes, step: int) -> Iterator[bytes]:
    """Yield ``data`` with one bit changed, for every ``step``-th bit."""
    changed = bytearray(data)
    for bit in range(0, len(data) * 8, step):
        changed[bit // 8] ^= 1 << bit % 8
        yield bytes(changed)
        changed[bit // 8] ^= 1 << bit % 8


def unnoticed(folder: MemoryFolder, name: str, step: int = 1) -> list[int]:
    """Return the flips of a file after which some wrong row might have been believed."""
    root = Root.open(folder)
    data = folder.read(name)
    missed = []
    for number, changed in enumerate(flips(data, step)):
        folder.write(name, changed)
        with suppress(CorruptCache):
            read_all(anew(root))
            missed.append(number)
    folder.write(name, data)
    read_all(anew(root))
    return missed


def anew(root: Root) -> FeatureCache:
    """Open a cache as a new process would, but for the plan, which takes long to read."""
    return FeatureCache(replace(root, store=type(root.store)(root.folder)))


@EVERY_KIND
@pytest.mark.parametrize(("levels", "clips"), [(TINY, 3), SCALED], ids=["float", "uint8"])
def test_every_bit_of_every_shard_is_covered(
    tmp_path: Path, store: str, codec: Codec, levels: tuple[FeatureSpec, ...], clips: int
) -> None:
    root = build(tmp_path / "cache", *levels, store=store, codec=codec, clips=clips, shard_rows=2)
    folder = in_memory(root.folder)
    for name in shard_files(root):
        assert unnoticed(folder, name, 17 if store == "hdf5" else 1) == []


@pytest.mark.slow
def test_every_bit_of_an_hdf5_shard_is_covered(tmp_path: Path) -> None:
    root = build(tmp_path / "cache", *TINY, store="hdf5", clips=1, shard_rows=1)
    (name,) = shard_files(root)
    assert unnoticed(in_memory(root.folder), name) == []


@EVERY_KIND
def test_bits_of_larger_shards_are_covered(tmp_path: Path, store: str, codec: Codec) -> None:
    root = build(tmp_path / "cache", store=store, codec=codec)
    folder = in_memory(root.folder)
    for name in shard_files(root):
        assert unnoticed(folder, name, SPARSE) == []


@EVERY_KIND
def test_a_flip_on_disk_names_the_row_and_the_remedy(
    tmp_path: Path, store: str, codec: Codec
) -> None:
    root = build(tmp_path / "cache", *TINY, store=store, codec=codec, clips=3, shard_rows=2)
    for name in shard_files(root):
        path = tmp_path / "cache" / name
        data = path.read_bytes()
        for changed in flips(data, SPARSE):
            path.write_bytes(changed)
            with pytest.raises(CorruptCache, match="adf cache verify") as caught:
                read_all(FeatureCache.open(tmp_path / "cache"))
            assert "\n" not in str(caught.value)
            assert str(tmp_path / "cache") in str(caught.value)
        path.write_bytes(data)
    read_all(FeatureCache.open(tmp_path / "cache"))


@EVERY_KIND
def test_a_damaged_row_does_not_spoil_the_others(tmp_path: Path, store: str, codec: Codec) -> None:
    root = build(tmp_path / "cache", *TINY, store=store, codec=codec, clips=4, shard_rows=2)
    name = shard_files(root)[0]
    path = tmp_path / "cache" / name
    data = bytearray(path.read_bytes())
    row = root.commits("rgb").read(0).files[name]
    data[row["offsets"]["tiny"] if store == "hdf5" else 0] ^= 4
    path.write_bytes(data)
    cache = FeatureCache.open(tmp_path / "cache")
    with pytest.raises(CorruptCache, match=r"row 0 \(v0/0\) of rgb/tiny .*is damaged"):
        cache.read([1, 0], "rgb", "tiny")
    assert len(cache.read([1, 3], "rgb", "tiny")) == 2
    with pytest.raises(CorruptCache, match=r"row 0 \(v0/0\)"):
        cache.preload("rgb")
