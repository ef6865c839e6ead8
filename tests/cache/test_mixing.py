"""What belongs to another cache is never taken for part of this one."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from adf.cache import Appender, ClipPlan, FeatureCache, FeatureSpec, Root
from adf.cache.arrays import ImportConfig, import_arrays
from adf.cache.convert import convert
from adf.cache.folder import DiskFolder
from adf.cache.records import Seal
from adf.cache.remote import transfer
from adf.cache.verify import incomplete, verify
from adf.errors import CacheMismatch, ConfigError, CorruptCache, InvalidInput
from tests.cache.samples import (
    FLOATS,
    VECTOR,
    build,
    fill,
    make_plan,
    make_provenance,
    tree,
    values,
)


def other_plan() -> ClipPlan:
    """The same clips in another order: every row would mean another clip."""
    plan = make_plan()
    return ClipPlan.from_frame(plan.frame[::-1], classes=plan.classes, dataset="sample")


def test_a_modality_of_another_plan_is_refused(tmp_path: Path) -> None:
    build(tmp_path / "a", FLOATS)
    other = Root.create(tmp_path / "b", other_plan(), shard_rows=4)
    fill(other, make_provenance(other.plan, VECTOR, modality="flow"))
    shutil.copytree(tmp_path / "b" / "flow", tmp_path / "a" / "flow")
    with pytest.raises(CacheMismatch, match="a/flow is of another cache .*belong to other clips"):
        FeatureCache.open(tmp_path / "a")
    (damage,) = verify(Root.open(tmp_path / "a"))
    assert (damage.modality, damage.mendable) == ("flow", False)


def test_a_renamed_modality_is_refused(tmp_path: Path) -> None:
    build(tmp_path / "a", FLOATS)
    (tmp_path / "a" / "rgb").rename(tmp_path / "a" / "flow")
    with pytest.raises(CacheMismatch, match="of another cache \\(modality 'rgb'"):
        FeatureCache.open(tmp_path / "a")


@pytest.mark.parametrize(("store", "document"), [("zarr", "zarr.json"), ("hdf5", "modality.json")])
def test_a_modality_without_its_document_does_not_vanish(
    tmp_path: Path, store: str, document: str
) -> None:
    root = build(tmp_path / "a", FLOATS, store=store)
    (tmp_path / "a" / "rgb" / document).unlink()
    with pytest.raises(CorruptCache, match=f"rgb/{document} is missing: restore it from a copy"):
        FeatureCache.open(tmp_path / "a")
    assert [damage.modality for damage in verify(root)] == ["rgb"]


def test_a_record_of_other_features_is_refused(tmp_path: Path) -> None:
    root, other = build(tmp_path / "a", FLOATS), build(tmp_path / "b", FLOATS)
    changed = replace(make_provenance(root.plan, FLOATS), weights="random:9", modality="flow")
    fill(other, changed, seed=9)
    root.commits("rgb").withdraw([1])
    for name in ("commits/00001.json", "floats/c.1.0.0.0.0", "floats_vector/c.1.0"):
        shutil.copy(tmp_path / "b" / "flow" / name, tmp_path / "a" / "rgb" / name)
    (damage,) = verify(root)
    assert "is the record of another cache" in damage.problem
    with pytest.raises(CorruptCache, match="is the record of another cache"):
        Appender(root, make_provenance(root.plan, FLOATS)).seal()


def test_a_foreign_seal_is_refused(tmp_path: Path) -> None:
    root = build(tmp_path / "a", FLOATS)
    root.commits("rgb").write_seal(Seal("f" * 64, 10, (1,), {}, {}))
    assert verify(root)
    with pytest.raises(CorruptCache, match="is not the record that was sealed"):
        FeatureCache.open(tmp_path / "a").read([0], "rgb", FLOATS.name)


def test_an_incomplete_modality_is_told(tmp_path: Path) -> None:
    root = build(tmp_path / "a", FLOATS)
    assert incomplete(root) == []
    (tmp_path / "a" / "rgb" / "sealed.json").unlink()
    (line,) = incomplete(root)
    assert line.startswith("rgb is not complete (3 of 3 shards): run the command")


def test_another_array_of_the_same_file_is_another_import(tmp_path: Path) -> None:
    maps = values(FLOATS, range(10))
    np.savez(tmp_path / "two.npz", a=maps, b=maps + 1)
    import_arrays(
        tmp_path / "c", make_plan(), {"x": {"l": f"{tmp_path}/two.npz:a"}}, ImportConfig()
    )
    with pytest.raises(
        CacheMismatch, match=r"method\.sources\.l: 'sha256:.*:a', not 'sha256:.*:b'"
    ):
        import_arrays(
            tmp_path / "c", make_plan(), {"x": {"l": f"{tmp_path}/two.npz:b"}}, ImportConfig()
        )


def test_copies_with_other_shards_are_not_mixed(tmp_path: Path) -> None:
    build(tmp_path / "a", FLOATS)
    build(tmp_path / "b", FLOATS, shard_rows=2)
    transfer(DiskFolder(tmp_path / "a"), DiskFolder(tmp_path / "to"))
    before = tree(tmp_path / "to")
    with pytest.raises(CacheMismatch, match="with other shard_rows"):
        transfer(DiskFolder(tmp_path / "b"), DiskFolder(tmp_path / "to"))
    assert tree(tmp_path / "to") == before


def test_a_copy_is_never_put_among_foreign_files(tmp_path: Path) -> None:
    build(tmp_path / "a", FLOATS)
    (tmp_path / "to").mkdir()
    (tmp_path / "to" / "clips.csv").write_text("mine\n")
    with pytest.raises(ConfigError, match="is not empty and holds no cache"):
        transfer(DiskFolder(tmp_path / "a"), DiskFolder(tmp_path / "to"))
    assert (tmp_path / "to" / "clips.csv").read_text() == "mine\n"


def test_a_damaged_copy_is_mended_by_copying_again(tmp_path: Path) -> None:
    build(tmp_path / "a", FLOATS, store="hdf5")
    transfer(DiskFolder(tmp_path / "a"), DiskFolder(tmp_path / "b"))
    shard = tmp_path / "b" / "rgb" / "shards" / "00001.h5"
    shard.write_bytes(shard.read_bytes()[:-1] + b"\x55")
    assert transfer(DiskFolder(tmp_path / "a"), DiskFolder(tmp_path / "b")) == {"rgb": 1}
    assert verify(Root.open(tmp_path / "b")) == []
    assert "staging" not in {path.name for path in (tmp_path / "b").rglob("*")}


def test_a_conversion_keeps_the_versions_that_made_the_features(tmp_path: Path) -> None:
    root = build(tmp_path / "a", FLOATS)
    document = {**root.store.read_attributes("rgb"), "versions": {"torch": "0.1"}}
    root.store.write_attributes("rgb", document, exclusive=False)
    made = convert(FeatureCache.open(tmp_path / "a"), tmp_path / "b", store="hdf5")
    assert made.versions("rgb") == {"torch": "0.1"}


@pytest.mark.parametrize("name", ["clip", "time_floats", "channel_vector"])
def test_a_level_is_not_named_like_a_dimension(name: str) -> None:
    with pytest.raises(ConfigError):
        make_provenance(make_plan(), FLOATS, VECTOR, FeatureSpec(name, (3,)))


def test_what_is_no_json_in_a_provenance_is_named() -> None:
    with pytest.raises(ConfigError, match="provenance of rgb is no JSON"):
        make_provenance(make_plan(), FLOATS, preprocessing={"mean": float("nan")})
    with pytest.raises(InvalidInput, match="dataset: 'a\\\\nb' is not a plain name"):
        make_plan(dataset="a\nb")
