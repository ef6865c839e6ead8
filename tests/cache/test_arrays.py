"""Arrays of any origin into a cache, and out again."""

from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pandas as pd
import pytest
import zarr

from adf.cache import ClipPlan, FeatureCache
from adf.cache.arrays import ImportConfig, export_arrays, import_arrays, parse_features
from adf.errors import AdfError, CacheMismatch, ConfigError
from tests.cache.samples import FAILED, FLOATS, VECTOR, build, make_plan, values

ROWS = range(10)
MAPS = values(FLOATS, ROWS).astype(np.float32)
VECTORS = values(VECTOR, ROWS)


@pytest.fixture
def plan() -> ClipPlan:
    return make_plan()


def write_all(folder: Path) -> dict[str, str]:
    """Write the same maps in every form that is understood; return how to name each."""
    np.save(folder / "m.npy", MAPS)
    np.savez(folder / "m.npz", maps=MAPS, other=VECTORS)
    np.savez(folder / "one.npz", maps=MAPS)
    with h5py.File(folder / "m.h5", "w") as file:
        file["group/maps"] = MAPS
        file["only"] = MAPS
    group: Any = zarr.open_group(folder / "m.zarr", mode="w")
    group.create_array("maps", data=MAPS)
    return {
        "npy": f"{folder}/m.npy",
        "npz": f"{folder}/m.npz:maps",
        "the only one of an npz": f"{folder}/one.npz",
        "h5": f"{folder}/m.h5:group/maps",
        "the only one of an h5": f"{folder}/m.h5",
        "zarr": f"{folder}/m.zarr:maps",
        "the only one of a zarr": f"{folder}/m.zarr",
    }


def test_every_form_of_file_gives_the_same_features(tmp_path: Path, plan: ClipPlan) -> None:
    for name, source in write_all(tmp_path).items():
        place = tmp_path / "caches" / name.replace(" ", "-")
        import_arrays(place, plan, {"rgb": {"maps": source}}, ImportConfig(dtype="float32"))
        cache = FeatureCache.open(place)
        assert cache.read(ROWS, "rgb", "maps").tobytes() == MAPS.tobytes(), name
        assert cache.levels("rgb") == ["maps"]


def test_import_goes_on_and_refuses_other_arrays(tmp_path: Path, plan: ClipPlan) -> None:
    np.save(tmp_path / "m.npy", MAPS)
    features = {"rgb": {"maps": f"{tmp_path}/m.npy"}}
    config = ImportConfig(shard_rows=4)
    steps: list[int] = []

    def stop(rows: int) -> None:
        steps.append(rows)
        if sum(steps) == 8:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_arrays(tmp_path / "c", plan, features, config, stop)
    more: list[int] = []
    import_arrays(tmp_path / "c", plan, features, config, more.append)
    assert more == [8, 2]
    np.save(tmp_path / "m.npy", MAPS + 1)
    with pytest.raises(CacheMismatch, match=r"method\.sources\.maps: 'sha256:"):
        import_arrays(tmp_path / "c", plan, features, config)


def test_a_bad_row_fails_alone_and_says_why(tmp_path: Path, plan: ClipPlan) -> None:
    spoilt = VECTORS.copy()
    spoilt[3, 1] = np.nan
    spoilt[7, 4] = 1e6
    np.save(tmp_path / "v.npy", spoilt)
    features = {"audio": {"v": f"{tmp_path}/v.npy"}}
    (seal,) = import_arrays(tmp_path / "c", plan, features, ImportConfig()).values()
    assert seal.failed == {
        3: "v has 1 NaN or infinite values, the first at [1]",
        7: "v reaches 1e+06, above what float16 holds: store it as float32",
    }
    config = ImportConfig(allow_nonfinite=True, dtype="float32")
    import_arrays(tmp_path / "d", plan, features, config)
    assert np.isnan(FeatureCache.open(tmp_path / "d").read([3], "audio", "v")[0, 1])


def test_vectors_stay_float_when_maps_are_bytes(tmp_path: Path, plan: ClipPlan) -> None:
    np.savez(tmp_path / "a.npz", maps=MAPS, vectors=VECTORS)
    features = parse_features([f"rgb={tmp_path}/a.npz"])
    import_arrays(tmp_path / "c", plan, features, ImportConfig(dtype="uint8"))
    cache = FeatureCache.open(tmp_path / "c")
    assert cache.spec("rgb", "maps").dtype == "uint8"
    assert cache.spec("rgb", "vectors").dtype == "float16"
    error = cache.read(ROWS, "rgb", "maps") - MAPS
    assert np.linalg.norm(error) <= 0.01 * np.linalg.norm(MAPS)


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        (["rgb/l3"], "'rgb/l3' is not MODALITY/LEVEL=FILE"),
        (["rgb=x.npy"], "names no level: write rgb/LEVEL=x.npy"),
        (["rgb/a=x.npy", "rgb/a=y.npy"], "level 'a' of rgb is given twice"),
    ],
)
def test_what_is_not_a_feature_is_refused(texts: list[str], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        parse_features(texts)


def pickled(folder: Path) -> str:
    np.save(folder / "p.npy", np.array([{"evil": 1}] * 10, dtype=object), allow_pickle=True)
    return f"{folder}/p.npy"


def torn(folder: Path) -> str:
    np.save(folder / "t.npy", MAPS)
    (folder / "t.npy").write_bytes((folder / "t.npy").read_bytes()[:200])
    return f"{folder}/t.npy"


def saved(name: str, array: Any) -> Any:
    def make(folder: Path) -> str:
        np.save(folder / name, array)
        return f"{folder}/{name}"

    return make


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda folder: f"{folder}/none.npy", "does not exist"),
        (lambda folder: write_all(folder)["npz"].replace(":maps", ":mops"), "mops"),
        (lambda folder: write_all(folder)["npz"].removesuffix(":maps"), "name one, .*m.npz:NAME"),
        (lambda folder: write_all(folder)["npy"] + ":key", "holds one array"),
        (pickled, "cannot be opened as an array: .*object"),
        (torn, "cannot be opened as an array"),
        (saved("s.npy", MAPS[:9]), "has 9 rows and the list of clips 10"),
        (saved("f.npy", MAPS[:, 0, 0, 0, 0]), "need clips first, then at least a channel"),
        (saved("x.npy", MAPS.astype(complex)), "not a real number"),
    ],
)
def test_a_bad_file_is_named(tmp_path: Path, plan: ClipPlan, make: Any, message: str) -> None:
    with pytest.raises(AdfError, match=message) as caught:
        features = {"rgb": {"maps": make(tmp_path)}}
        import_arrays(tmp_path / "c", plan, features, ImportConfig())
    assert "\n" not in str(caught.value)


def test_export_writes_what_import_reads(tmp_path: Path) -> None:
    build(tmp_path / "c", FLOATS, VECTOR, failed=FAILED)
    cache = FeatureCache.open(tmp_path / "c")
    written = export_arrays(cache, tmp_path / "out")
    names = ["clips.csv", "rgb/floats.npy", "rgb/vector.npy", "failed.csv"]
    assert [path.relative_to(tmp_path / "out").as_posix() for path in written] == names
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == [
        "clips.csv",
        "failed.csv",
        "rgb",
    ]
    maps = np.load(tmp_path / "out" / "rgb" / "floats.npy")
    assert np.isnan(maps[list(FAILED)]).all()
    assert maps[cache.ok()].tobytes() == cache.read(cache.ok(), "rgb", "floats").tobytes()
    table = pd.read_csv(tmp_path / "out" / "failed.csv")
    assert table.to_dict("records")[1] == {
        "modality": "rgb", "row": 9, "id": "v4/1", "reason": "has no frames"
    }  # fmt: skip
    plan = ClipPlan.from_csv((tmp_path / "out" / "clips.csv").read_bytes(), classes=cache.classes)
    features = parse_features([f"rgb/floats={written[1]}", f"rgb/vector={written[2]}"])
    (seal,) = import_arrays(
        tmp_path / "again", plan, features, ImportConfig(dtype="float32")
    ).values()
    assert list(seal.failed) == list(FAILED)
