"""Making a cache: once, by whoever comes first, and never over anything else."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from adf.cache import Appender, Root
from adf.cache.store import Codec
from adf.errors import CacheMismatch, ConfigError, UnknownName
from tests.cache.samples import SHARD_ROWS, TINY, build, make_plan, tree

STORES = pytest.mark.parametrize("store", ["zarr", "hdf5"])


@pytest.mark.parametrize(
    ("how", "named"),
    [
        ({"shard_rows": 5}, "shard_rows: 4, not 5"),
        ({"store": "hdf5"}, "store: 'zarr', not 'hdf5'"),
        ({"plan": make_plan(8)}, "plan: 10 clips, not 8"),
        ({"plan": make_plan(dataset="other")}, "plan: dataset 'sample', not 'other'"),
    ],
    ids=str,
)
def test_a_root_made_otherwise_is_refused(tmp_path: Path, how: Any, named: str) -> None:
    build(tmp_path / "cache", *TINY)
    before = tree(tmp_path / "cache")
    wanted: dict[str, Any] = {"plan": make_plan(), "shard_rows": SHARD_ROWS, **how}
    with pytest.raises(CacheMismatch) as caught:
        Root.create(tmp_path / "cache", **wanted)
    assert f"({named})" in str(caught.value)
    assert "give another cache folder" in str(caught.value)
    assert tree(tmp_path / "cache") == before


@pytest.mark.parametrize(("one", "other"), [("none", "zstd"), ("zstd", "none")])
def test_another_codec_is_refused(tmp_path: Path, one: Codec, other: Codec) -> None:
    root = build(tmp_path / "cache", *TINY, codec=one)
    with pytest.raises(CacheMismatch, match=f"begun with codec '{one}', not '{other}'"):
        Appender(root, root.provenance("rgb"), codec=other)


def test_unknown_stores_and_sizes_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UnknownName, match=r"no store is called 'zar'. Did you mean 'zarr'\?"):
        Root.create(tmp_path / "cache", make_plan(), store="zar")
    with pytest.raises(ConfigError, match="shard_rows: 0 is not from 1 to 65536"):
        Root.create(tmp_path / "cache", make_plan(), shard_rows=0)
    assert not (tmp_path / "cache").exists()


@STORES
def test_a_folder_with_anything_else_in_it_is_refused(tmp_path: Path, store: str) -> None:
    (tmp_path / "thesis.tex").write_text("years of work")
    with pytest.raises(ConfigError, match=r"not empty and holds no cache \(it has 'thesis.tex'\)"):
        Root.create(tmp_path, make_plan(), store=store)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]
    with pytest.raises(ConfigError, match=r"thesis.tex is a file; give the name of a folder"):
        Root.create(tmp_path / "thesis.tex", make_plan(), store=store)


@STORES
def test_a_worker_that_comes_second_finds_the_cache_made(
    tmp_path: Path, store: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the look whether a cache is there and the next step, another worker makes it."""
    from adf.cache import root as module

    look = module.refuse_foreign
    others: Iterator[None] = iter([None])

    def late(folder: Any) -> None:
        for _ in others:
            Root.create(tmp_path / "cache", make_plan(), store=store)
        look(folder)

    monkeypatch.setattr(module, "refuse_foreign", late)
    root = Root.create(tmp_path / "cache", make_plan(), store=store)
    assert root.plan.digest == make_plan().digest
