"""Tools that know nothing of us open a cache as it is, and read the very same bits."""

import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
import tensorstore
import xarray
import zarr
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from adf.cache import FeatureCache, FeatureSpec, Root
from adf.cache.spec import AXES, Part
from adf.cache.store import Codec
from tests.cache.nursery import environment
from tests.cache.samples import (
    CLIPS,
    EVERY_KIND,
    FAILED,
    build,
    check_values,
    fill,
    make_provenance,
    values,
    vectors,
)

# zarr-python's walk over a group warns of files beside the arrays: our records, plan and journal.
pytestmark = pytest.mark.filterwarnings("ignore:Object at .* is not recognized as a component")
CODECS: list[Codec] = ["none", "zstd"]
Open = Callable[[Path, str], NDArray[Any]]


def by_zarr(place: Path, name: str) -> NDArray[Any]:
    """Read an array with zarr-python."""
    array = zarr.open_group(place, mode="r")[name]
    assert isinstance(array, zarr.Array)
    return np.asarray(array[...])


def by_tensorstore(place: Path, name: str) -> NDArray[Any]:
    """Read an array with tensorstore."""
    store = {"driver": "file", "path": str(place / name)}
    return np.asarray(
        tensorstore.open({"driver": "zarr3", "kvstore": store}).result().read().result()
    )


def by_xarray(place: Path, name: str) -> NDArray[Any]:
    """Read an array with xarray."""
    group, array = name.split("/")
    with open_dataset(place, group) as dataset:
        return np.asarray(dataset[array])


def by_datatree(place: Path, name: str) -> NDArray[Any]:
    """Read an array with xarray, from the tree of all groups."""
    with xarray.open_datatree(
        place, engine="zarr", mask_and_scale=False, consolidated=False
    ) as tree:
        return np.asarray(tree[name])


def by_h5py(place: Path, name: str) -> NDArray[Any]:
    """Read a dataset with h5py, from the one file over all shards."""
    with h5py.File(place / "features.h5") as file:
        return np.asarray(file[name])


def open_dataset(place: Path, group: str) -> xarray.Dataset:
    """Open one modality; NaN and zero are values and mask nothing."""
    dataset: xarray.Dataset = xarray.open_zarr(
        place, group=group, consolidated=False, mask_and_scale=False, chunks=None
    )
    return dataset


ZARR_TOOLS = [by_zarr, by_tensorstore, by_xarray, by_datatree]


@pytest.fixture(scope="module")
def caches(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    """Caches of every kind of level, with failed rows and a second modality."""
    places = {}
    for store, codec in (("zarr", "none"), ("zarr", "zstd"), ("hdf5", "none")):
        place = tmp_path_factory.mktemp("interop") / "cache"
        root = build(place, *EVERY_KIND, store=store, codec=codec, failed=FAILED)
        fill(root, make_provenance(root.plan, *EVERY_KIND[:2], modality="flow"))
        places[f"{store}-{codec}"] = place
    return places


def check(place: Path, tool: Open) -> None:
    """Compare all that a tool reads with what was put, and with what our own reader reads."""
    cache = FeatureCache.open(place)
    rows = np.flatnonzero(cache.ok("rgb"))
    for level in EVERY_KIND:
        stored = [tool(place, f"rgb/{part.name}") for part in level.own_parts()]
        assert [array.dtype for array in stored] == [part.dtype for part in level.own_parts()]
        assert stored[0].shape == (CLIPS, *level.shape)
        for array, ours in zip(stored, cache.read_stored(rows, "rgb", level.name), strict=True):
            assert array[rows].tobytes() == ours.tobytes()
        check_values(level, scaled_back(stored)[rows], values(level, rows))
        for row in FAILED:
            assert np.isnan(stored[0][row]).all() or level.dtype == "uint8"
            assert all(np.isnan(array[row]).all() for array in stored[1:])
        if level.vector:
            vector = tool(place, f"rgb/{level.vector}")
            assert vector[rows].tobytes() == vectors(level, rows).tobytes()
            assert np.isnan(vector[list(FAILED)]).all()


def scaled_back(stored: list[NDArray[Any]]) -> NDArray[Any]:
    """Do with uint8 what the guide tells a foreign reader to do."""
    if len(stored) == 1:
        return stored[0]
    array, scale, offset = stored
    shape = (*scale.shape, *(1,) * (array.ndim - 2))
    return array * scale.reshape(shape) + offset.reshape(shape)


@pytest.mark.parametrize("tool", ZARR_TOOLS)
@pytest.mark.parametrize("codec", CODECS)
def test_zarr_tools_read_the_same_bits(
    caches: Mapping[str, Path], tool: Open, codec: Codec
) -> None:
    check(caches[f"zarr-{codec}"], tool)


def test_h5py_reads_the_same_bits_from_the_one_file(caches: Mapping[str, Path]) -> None:
    check(caches["hdf5-none"], by_h5py)


def test_h5py_reads_the_same_bits_from_every_shard(caches: Mapping[str, Path]) -> None:
    place = caches["hdf5-none"]
    for level in EVERY_KIND:
        rows = []
        for path in sorted((place / "rgb" / "shards").iterdir()):
            with h5py.File(path) as file:
                rows.append(np.asarray(file[level.name]))
        assert np.concatenate(rows).tobytes() == by_h5py(place, f"rgb/{level.name}").tobytes()


def test_the_one_file_works_from_anywhere_and_after_a_move(tmp_path: Path) -> None:
    build(tmp_path / "old" / "cache", store="hdf5")
    wanted = by_h5py(tmp_path / "old" / "cache", "rgb/floats")
    assert wanted.tobytes() == values(EVERY_KIND[0], range(CLIPS)).tobytes()
    (tmp_path / "old").rename(tmp_path / "new")
    script = "import h5py, sys; print(h5py.File(sys.argv[1])['rgb/floats'][...].tobytes().hex())"
    for folder, name in ((Path("/"), tmp_path / "new/cache"), (tmp_path, Path("new/cache"))):
        done = subprocess.run(
            [sys.executable, "-c", script, str(name / "features.h5")],
            cwd=folder,
            env=environment(),
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout.strip() == wanted.tobytes().hex()


def test_dimensions_are_named_in_every_tool(caches: Mapping[str, Path]) -> None:
    wanted = ("clip", "channel_floats", "time_floats", "y_floats", "x_floats")
    with open_dataset(caches["zarr-none"], "rgb") as dataset:
        assert dataset["floats"].dims == wanted
        assert dataset.sizes["clip"] == CLIPS
    with h5py.File(caches["hdf5-none"] / "features.h5") as file:
        dataset = file["rgb/floats"]
        assert tuple(dataset.dims[axis].label for axis in range(dataset.ndim)) == wanted


def test_provenance_is_found_in_every_tool(caches: Mapping[str, Path]) -> None:
    group = zarr.open_group(caches["zarr-none"], mode="r", path="rgb")
    attributes: Any = group.attrs["adf"]
    assert attributes["provenance"]["backbone"] == "r3d18"
    with h5py.File(caches["hdf5-none"] / "features.h5") as file:
        assert '"backbone": "r3d18"' in file["rgb"].attrs["adf"]
    document: Any = zarr.open_group(caches["zarr-none"], mode="r").attrs["adf"]
    assert document["classes"] == ["jump", "run", "walk"]


def test_an_incomplete_cache_opens_with_nan_where_nothing_is(tmp_path: Path) -> None:
    root = Root.create(tmp_path / "cache", build(tmp_path / "other").plan, shard_rows=4)
    fill(root, make_provenance(root.plan), shards=[1])
    read = by_zarr(tmp_path / "cache", "rgb/floats")
    assert read[4:8].tobytes() == values(EVERY_KIND[0], range(4, 8)).tobytes()
    assert np.isnan(read[:4]).all()
    assert np.isnan(read[8:]).all()


names = st.from_regex(r"[a-c_0-2]{1,4}", fullmatch=True)
shapes = st.lists(st.integers(1, 3), min_size=1, max_size=4)
dtypes = st.sampled_from(["float16", "float32", "uint8"])


@given(st.dictionaries(names, st.tuples(shapes, dtypes), max_size=5))
def test_a_dimension_name_has_one_size(described: dict[str, tuple[list[int], str]]) -> None:
    levels = []
    for name, (shape, dtype) in described.items():
        try:
            levels.append(FeatureSpec(name, tuple(shape), dtype))  # type: ignore[arg-type]
        except ValueError:
            continue
    parts: list[Part] = [part for level in levels for part in level.parts()]
    sizes: dict[str, int] = {}
    for part in parts:
        assert len(set(part.dims)) == len(part.dims) == len(part.shape) + 1
        for name, size in zip(part.dims[1:], part.shape, strict=True):
            assert sizes.setdefault(name, size) == size
    assert len({part.name for part in parts}) == len(parts)
    assert set(AXES) == {1, 2, 3, 4}
