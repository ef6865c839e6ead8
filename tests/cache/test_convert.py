"""The same features in another store."""

from pathlib import Path

import pytest

from adf.cache import FeatureCache
from adf.cache.convert import convert
from adf.cache.store import Codec
from adf.errors import CacheMismatch, ConfigError, InvalidInput
from tests.cache.samples import EVERY_KIND, FAILED, FLOATS, assert_same, build, tree

ROUTES = [("zarr", "hdf5"), ("hdf5", "zarr"), ("zarr", "zarr"), ("zarr", "memory")]


@pytest.mark.parametrize(("start", "end"), ROUTES)
def test_every_kind_of_level_arrives_bit_for_bit(tmp_path: Path, start: str, end: str) -> None:
    root = build(tmp_path / "a", *EVERY_KIND, store=start, failed=FAILED)
    codec: Codec = "zstd" if start == end else "none"
    made = convert(FeatureCache.open(root.folder), tmp_path / "b", store=end, codec=codec)
    copy, source = FeatureCache.open(made.folder), FeatureCache.open(root.folder)
    assert_same(source, copy)
    assert copy.failed("rgb") == FAILED
    assert made.commits("rgb").read_seal().digest == root.commits("rgb").read_seal().digest  # type: ignore[union-attr]


def test_there_and_back_is_the_same_bytes(tmp_path: Path) -> None:
    build(tmp_path / "a", *EVERY_KIND, failed=FAILED)
    convert(FeatureCache.open(tmp_path / "a"), tmp_path / "b", store="hdf5")
    convert(FeatureCache.open(tmp_path / "b"), tmp_path / "c", store="zarr")
    assert tree(tmp_path / "a") == tree(tmp_path / "c")


def test_a_conversion_goes_on_where_it_was_stopped(tmp_path: Path) -> None:
    build(tmp_path / "a", FLOATS)
    source = FeatureCache.open(tmp_path / "a")
    steps: list[None] = []

    def stop_after_two() -> None:
        steps.append(None)
        if len(steps) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        convert(source, tmp_path / "b", store="hdf5", step=stop_after_two)
    more: list[None] = []
    convert(source, tmp_path / "b", store="hdf5", step=lambda: more.append(None))
    assert len(more) == 1
    assert_same(source, FeatureCache.open(tmp_path / "b"))


def test_what_cannot_be_is_refused(tmp_path: Path) -> None:
    build(tmp_path / "a", FLOATS)
    source = FeatureCache.open(tmp_path / "a")
    with pytest.raises(ConfigError, match="the hdf5 store has no zstd"):
        convert(source, tmp_path / "b", store="hdf5", codec="zstd")
    with pytest.raises(CacheMismatch, match="store: 'zarr', not 'hdf5'"):
        convert(source, tmp_path / "a", store="hdf5")


def test_an_incomplete_cache_is_not_converted(tmp_path: Path) -> None:
    root = build(tmp_path / "a", FLOATS)
    root.commits("rgb").withdraw([1])
    with pytest.raises(InvalidInput, match="2 of 3 shards"):
        FeatureCache.open(tmp_path / "a")
