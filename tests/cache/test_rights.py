"""A user who lacks a right is told so in one line, and nothing is spoiled."""

import os
from pathlib import Path

import pytest

from adf.cache import Root
from adf.errors import Exit
from tests.cache.nursery import NOBODY, Nursery
from tests.cache.samples import (
    FAILED,
    SHARD_ROWS,
    TINY,
    build,
    fill,
    make_plan,
    make_provenance,
    tree,
)

pytestmark = pytest.mark.skipif(os.getuid() != 0, reason="only root can run as another user")


@pytest.mark.parametrize("part", ["rgb", "rgb/commits", "rgb/vector", "rgb/leases"])
def test_a_folder_that_may_not_be_written_is_one_line(
    nursery: Nursery, open_path: Path, part: str
) -> None:
    place = open_path / "cache"
    root = Root.create(place, make_plan(), shard_rows=SHARD_ROWS)
    fill(root, make_provenance(root.plan), shards=[1], failed=FAILED)
    before = tree(place)
    for path in [place, *place.rglob("*")]:
        os.chown(path, NOBODY, NOBODY)
    (place / part).chmod(0o555)
    ended = nursery.run("fill", user=NOBODY, place=str(place))
    assert ended.code == Exit.INPUT
    assert ended.text.startswith(f"NotWritable: cannot write {place}/rgb")
    assert ended.text.endswith("permission denied: change its rights or choose another place\n")
    assert ended.text.count("\n") == 1
    assert tree(place).items() >= before.items()
    (place / part).chmod(0o755)
    assert nursery.run("fill", user=NOBODY, place=str(place)).code == 0
    build(open_path / "wanted", failed=FAILED)
    assert tree(place) == tree(open_path / "wanted")


def test_a_cache_that_cannot_be_made_is_one_line(nursery: Nursery, open_path: Path) -> None:
    ended = nursery.run("fill", user=NOBODY, place=str(open_path / "cache"))
    assert ended.code == Exit.INPUT
    assert ended.text.startswith(f"NotWritable: cannot write {open_path}/cache")
    assert ended.text.count("\n") == 1
    assert list(open_path.iterdir()) == []


def test_an_unreadable_cache_is_one_line(nursery: Nursery, open_path: Path) -> None:
    build(open_path / "cache", *TINY)
    for name in ("zarr.json", "clips.csv", "rgb/sealed.json", "rgb/tiny/c.0.0.0"):
        (open_path / "cache" / name).chmod(0o000)
        ended = nursery.run("read", user=NOBODY, place=str(open_path / "cache"), rows=[0])
        assert ended.code == Exit.INPUT
        assert f"{open_path}/cache/{name} may not be read by this user" in ended.text
        assert ended.text.count("\n") == 1
        (open_path / "cache" / name).chmod(0o644)
    assert nursery.run("read", user=NOBODY, place=str(open_path / "cache"), rows=[0]).code == 0
