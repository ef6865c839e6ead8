"""Every single flipped bit of what is not a shard is found by opening or reading.

Exhaustive over the commit records, the seal, the plan, and the root and modality documents of a
small cache. A missing, empty or foreign file is refused with one line as well.
"""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from adf.cache import Appender, FeatureCache, Root
from adf.cache.canonical import canonical, prove, proven
from adf.cache.records import Commit, Seal
from adf.errors import AdfError, CacheMismatch, CorruptCache, InputNotFound
from tests.cache.samples import TINY, build, fill, in_memory, make_provenance, read_all, tree
from tests.cache.test_bitflips import flips

STORES = pytest.mark.parametrize("store", ["zarr", "hdf5"])
ZARR = ("clips.csv", "zarr.json", "rgb/zarr.json", "rgb/sealed.json", "rgb/commits/00000.json")
HDF5 = ("clips.csv", "cache.json", "rgb/modality.json", "rgb/sealed.json", "rgb/commits/00001.json")


def tiny(place: Path, store: str = "zarr") -> Root:
    """Return a cache with everything a record can hold, yet few bytes."""
    return build(place, *TINY, store=store, clips=3, shard_rows=2, failed={1: "no"})


@pytest.mark.parametrize(
    ("store", "name"),
    [*(("zarr", name) for name in ZARR), *(("hdf5", name) for name in HDF5)],
)
def test_every_bit_of_a_document_is_covered(tmp_path: Path, store: str, name: str) -> None:
    root = tiny(tmp_path / "cache", store)
    folder = in_memory(root.folder)
    look = reader_of(name, Root.open(folder))
    data = folder.read(name)
    for changed in flips(data, 1):
        folder.write(name, changed)
        with pytest.raises(CorruptCache, match=name):
            look()
    folder.write(name, data)
    look()


def reader_of(name: str, root: Root) -> Callable[[], object]:
    """Return what opening and reading a cache do with a file, and no more: flips are many."""
    commits = root.commits("rgb")
    if name.endswith("sealed.json"):
        return commits.read_seal
    if name.startswith("rgb/commits"):
        return lambda: commits.read(int(name[-6]))
    if name.startswith("rgb/"):
        return lambda: root.provenance("rgb")
    return lambda: Root.open(root.folder)


@STORES
@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"null", b"\xff\xfe", b"{", b'{"body": 1}'])
def test_a_foreign_document_is_one_line_that_names_the_file(
    tmp_path: Path, store: str, content: bytes
) -> None:
    root = tiny(tmp_path / "cache", store)
    for name in ZARR if store == "zarr" else HDF5:
        path = tmp_path / "cache" / name
        before = path.read_bytes()
        path.write_bytes(content)
        with pytest.raises(CorruptCache) as caught:
            read_all(FeatureCache.open(tmp_path / "cache"))
        assert str(path) in str(caught.value)
        assert "\n" not in str(caught.value)
        path.write_bytes(before)
    assert root.modalities() == ["rgb"]


@STORES
def test_every_missing_file_is_one_line_that_names_it(tmp_path: Path, store: str) -> None:
    tiny(tmp_path / "cache", store)
    documents = {"zarr.json", "features.h5", "cache.json", "modality.json"}
    for path in sorted((tmp_path / "cache").rglob("*")):
        if path.is_dir() or path.name in documents or path.suffix == ".jsonl":
            continue
        away = path.rename(tmp_path / "away")
        with pytest.raises(AdfError) as caught:
            read_all(FeatureCache.open(tmp_path / "cache"))
        # Without its seal a modality is incomplete, which is no damage.
        expected = "is not complete" if path.name == "sealed.json" else str(path)
        assert expected in str(caught.value)
        assert "\n" not in str(caught.value)
        away.rename(path)
    read_all(FeatureCache.open(tmp_path / "cache"))


def test_a_missing_plan_or_record_says_what_to_do(tmp_path: Path) -> None:
    root = tiny(tmp_path / "cache")
    (tmp_path / "cache" / root.commits("rgb").file(0)).unlink()
    with pytest.raises(CorruptCache, match=r"00000\.json is missing.*fill the cache again"):
        read_all(FeatureCache.open(tmp_path / "cache"))
    (tmp_path / "cache" / "clips.csv").unlink()
    with pytest.raises(InputNotFound, match=r"clips\.csv is missing"):
        FeatureCache.open(tmp_path / "cache")


@STORES
def test_following_the_advice_on_a_damaged_seal_repairs_it(tmp_path: Path, store: str) -> None:
    root = tiny(tmp_path / "cache", store)
    path = tmp_path / "cache" / "rgb" / "sealed.json"
    before = path.read_bytes()
    path.write_bytes(before[:-20])
    with pytest.raises(CorruptCache, match="run the command that filled the cache once more"):
        FeatureCache.open(tmp_path / "cache")
    fill(root, root.provenance("rgb"), failed={1: "no"})
    assert path.read_bytes() == before


@STORES
def test_a_shard_filled_anew_is_read_by_whoever_opens_the_cache_next(
    tmp_path: Path, store: str
) -> None:
    root = tiny(tmp_path / "cache", store)
    before = FeatureCache(root)
    name = next(iter(root.commits("rgb").read(0).files))
    path = tmp_path / "cache" / name
    data = bytearray(path.read_bytes())
    data[root.commits("rgb").read(0).files[name].get("offsets", {}).get("tiny", 0)] ^= 1
    path.write_bytes(data)
    with pytest.raises(CorruptCache):
        read_all(before)
    root.commits("rgb").withdraw([0])
    fill(root, root.provenance("rgb"), failed={1: "no"})
    read_all(FeatureCache(root))


def test_a_record_of_other_values_is_not_the_one_sealed(tmp_path: Path) -> None:
    root = tiny(tmp_path / "cache")
    other = build(tmp_path / "other", *TINY, clips=3, shard_rows=2, failed={1: "no"}, seed=1)
    name = root.commits("rgb").file(0)
    shutil.copy(tmp_path / "other" / name, tmp_path / "cache" / name)
    assert other.plan.digest == root.plan.digest
    with pytest.raises(CorruptCache, match=r"00000\.json is not the record that was sealed"):
        read_all(FeatureCache.open(tmp_path / "cache"))


def test_records_in_each_others_place_are_refused_before_sealing(tmp_path: Path) -> None:
    root = tiny(tmp_path / "cache")
    commits = root.commits("rgb")
    commits.withdraw([])
    one, two = (tmp_path / "cache" / commits.file(shard) for shard in (0, 1))
    two.write_bytes(one.read_bytes())
    with pytest.raises(CorruptCache, match=r"00001\.json"):
        Appender(root, root.provenance("rgb")).seal()


def test_shards_in_each_others_place_are_refused(tmp_path: Path) -> None:
    build(tmp_path / "cache", *TINY, clips=4, shard_rows=2)
    one, two = (tmp_path / "cache" / "rgb" / "tiny" / f"c.{shard}.0.0" for shard in (0, 1))
    two.write_bytes(one.read_bytes())
    with pytest.raises(CorruptCache, match=r"row 2 \(v1/0\) of rgb/tiny"):
        read_all(FeatureCache.open(tmp_path / "cache"))


def test_the_plan_of_another_cache_is_refused(tmp_path: Path) -> None:
    tiny(tmp_path / "cache")
    build(tmp_path / "other", *TINY, clips=4)
    shutil.copy(tmp_path / "other" / "clips.csv", tmp_path / "cache" / "clips.csv")
    with pytest.raises(CorruptCache, match=r"clips\.csv is not the list of clips this cache was"):
        FeatureCache.open(tmp_path / "cache")


def test_the_modality_document_of_another_cache_is_refused(tmp_path: Path) -> None:
    root = build(tmp_path / "cache", *TINY)
    other = Root.create(tmp_path / "other", root.plan)
    fill(other, make_provenance(root.plan, *TINY, weights="random:9"))
    shutil.copy(tmp_path / "other/rgb/zarr.json", tmp_path / "cache/rgb/zarr.json")
    expected = root.plan, make_provenance(root.plan, *TINY)
    with pytest.raises(CacheMismatch, match="weights: 'random:9', not 'random:0'"):
        FeatureCache.open(tmp_path / "cache", expect={"rgb": expected[1]})


@pytest.mark.parametrize("schema", [0, 2])
def test_another_schema_of_the_root_is_refused(tmp_path: Path, schema: int) -> None:
    root = tiny(tmp_path / "cache")
    document = {**root.store.read_attributes(""), "schema": schema}
    root.store.write_attributes("", document, exclusive=False)
    with pytest.raises(CacheMismatch, match=f"schema {schema}, this version of adf reads schema 1"):
        FeatureCache.open(tmp_path / "cache")


def test_no_cache_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(InputNotFound, match="is not a folder; is the path of the cache right"):
        FeatureCache.open(tmp_path / "none")
    with pytest.raises(InputNotFound, match="holds no feature cache; is the path right"):
        FeatureCache.open(tmp_path)
    root = Root.create(tmp_path / "cache", tiny(tmp_path / "other").plan)
    with pytest.raises(InputNotFound, match="has no modality yet: extract or import one first"):
        FeatureCache(root)


def test_records_and_seals_read_back_equal(tmp_path: Path) -> None:
    commits = tiny(tmp_path / "cache").commits("rgb")
    for shard in (0, 1):
        commit = commits.read(shard)
        assert Commit.from_bytes(commit.to_bytes(), "here") == commit
    seal = commits.read_seal()
    assert seal
    assert Seal.from_bytes(seal.to_bytes(), "here") == seal
    assert seal.failed == {1: "no"}


@STORES
def test_equal_values_have_an_equal_seal_in_every_store(tmp_path: Path, store: str) -> None:
    seals = [
        tiny(tmp_path / "one", store).commits("rgb").read_seal(),
        tiny(tmp_path / "two", "memory").commits("rgb").read_seal(),
        build(tmp_path / "three", *TINY, codec="zstd", clips=3, shard_rows=2, failed={1: "no"})
        .commits("rgb")
        .read_seal(),
    ]
    assert len({seal.digest for seal in seals if seal}) == 1


def test_canonical_json_has_one_spelling() -> None:
    assert canonical({"b": [1, 2.5, True, None], "a": "é"}) == (
        b'{"a":"\\u00e9","b":[1,2.5,true,null]}'
    )
    for value in (float("nan"), float("inf")):
        with pytest.raises(ValueError, match="Out of range float values"):
            canonical(value)


def test_a_proven_document_gives_its_body_back() -> None:
    assert proven(prove({"b": [1]}), "here", "do this") == {"b": [1]}
    with pytest.raises(CorruptCache, match="here is damaged .*: do this"):
        proven(prove({"b": [1]}) + b" ", "here", "do this")


def test_a_copied_cache_has_the_same_files(tmp_path: Path) -> None:
    tiny(tmp_path / "cache")
    shutil.copytree(tmp_path / "cache", tmp_path / "copy")
    assert tree(tmp_path / "copy") == tree(tmp_path / "cache")
    read_all(FeatureCache.open(tmp_path / "copy"))
