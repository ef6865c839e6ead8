"""Small caches with known contents; everything that tests a cache is built from these."""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from adf.cache import Appender, ClipPlan, FeatureCache, FeatureSpec, Provenance, Root
from adf.cache.folder import Folder
from adf.cache.memory_store import MemoryFolder
from adf.cache.records import Seal
from adf.cache.store import Codec

FLOATS = FeatureSpec("floats", (3, 2, 2, 2), "float16", "mean 2x2")
BYTES = FeatureSpec("bytes", (2, 3, 3), "uint8", "mean 3x3")
VECTOR = FeatureSpec("vector", (5,), "float32", "all")
SERIES = FeatureSpec("series", (1, 7), "float32")
ODD = FeatureSpec("odd", (5, 1, 3, 7), "float16")
LEVELS = (FLOATS, BYTES, VECTOR)
EVERY_KIND = (
    *LEVELS,
    SERIES,
    ODD,
    FeatureSpec("vector16", (4,), "float16"),
    FeatureSpec("series8", (3, 4), "uint8"),
    FeatureSpec("image", (2, 3, 5), "float32"),
    FeatureSpec("film8", (2, 2, 3, 1), "uint8"),
    FeatureSpec("one", (1,), "float32"),
)
TINY = (FeatureSpec("tiny", (2, 2), "float16"),)
TINY_BYTES = (FeatureSpec("tiny", (2, 2), "uint8"),)
SHARD_ROWS = 4
CLIPS = 10
FAILED = {1: "cannot be decoded", 9: "has no frames"}


def make_plan(clips: int = CLIPS, dataset: str = "sample") -> ClipPlan:
    """Return a plan of two views a video, with two splits and three classes."""
    video = [row // 2 for row in range(clips)]
    frame = pd.DataFrame(
        {
            "id": [f"v{row // 2}/{row % 2}" for row in range(clips)],
            "label": [("run", "jump", "walk")[v % 3] for v in video],
            "video": [f"films/v{v}.avi" for v in video],
            "group": [f"g{v // 2}" for v in video],
            "view": [row % 2 for row in range(clips)],
            "split_1": [("train", "test")[v // 2 % 2] for v in video],
            "split_2": [("test", "train", "")[v // 2 % 3] for v in video],
        }
    )
    return ClipPlan.from_frame(frame, classes=("jump", "run", "walk"), dataset=dataset)


def make_provenance(
    plan: ClipPlan, *levels: FeatureSpec, modality: str = "rgb", **changes: Any
) -> Provenance:
    """Return a provenance with something in every field."""
    fields: dict[str, Any] = {
        "plan": plan.digest,
        "backbone": "r3d18",
        "weights": "random:0",
        "preprocessing": {"name": "centre", "mean": [0.5, 0.25, 0.125], "size": {"y": 8, "x": 8}},
        "method": {"name": "dis", "preset": 2, "clip": 20.0, "warm": True},
    }
    return Provenance(modality, levels or LEVELS, **{**fields, **changes})


def value(level: FeatureSpec, row: int, seed: int = 0) -> NDArray[Any]:
    """Return what row ``row`` of a level holds; a float level gives back just this."""
    generator = np.random.default_rng([seed, row, crc32(level.name.encode())])
    signed = generator.standard_normal(level.shape) * 3
    kept: NDArray[Any] = signed.astype(level.value_dtype)
    return kept


def values(level: FeatureSpec, rows: Any, seed: int = 0) -> NDArray[Any]:
    """Return :func:`value` of several rows, ``B C ...``."""
    return np.stack([value(level, int(row), seed) for row in rows])


def vectors(level: FeatureSpec, rows: Any) -> NDArray[Any]:
    """Return what the pooled companion of a level is to hold, ``B C``."""
    flat = values(level, rows).astype(np.float32).reshape(len(rows), level.channels, -1)
    dtype = "float32" if level.dtype == "float32" else "float16"
    means: NDArray[Any] = flat.mean(axis=2, dtype=np.float32).astype(dtype)
    return means


def fill(
    root: Root,
    provenance: Provenance,
    *,
    failed: Mapping[int, str] = {},
    seed: int = 0,
    shards: Collection[int] | None = None,
    codec: Codec = "none",
) -> Seal | None:
    """Fill one modality with known values; only some shards, if told, and then no seal."""
    appender = Appender(root, provenance, codec=codec)
    for draft in appender.drafts():
        if shards is not None and draft.shard not in shards:
            continue
        with draft:
            for row in draft.rows:
                if row in failed:
                    draft.fail(row, failed[row])
                else:
                    draft.put(
                        row, {level.name: value(level, row, seed) for level in provenance.levels}
                    )
        if shards is not None and set(shards) <= appender.commits.done():
            break
    return appender.seal() if shards is None else None


def build(
    place: Path | Folder,
    *levels: FeatureSpec,
    store: str = "zarr",
    clips: int = CLIPS,
    shard_rows: int = SHARD_ROWS,
    **how: Any,
) -> Root:
    """Make a complete cache of one modality; ``how`` goes to :func:`fill`."""
    plan = make_plan(clips)
    root = Root.create(place, plan, store=store, shard_rows=shard_rows)
    fill(root, make_provenance(plan, *levels), **how)
    return root


def in_memory(folder: Folder) -> MemoryFolder:
    """Copy a cache into memory, where bytes are changed and read again quickly."""
    copy = MemoryFolder()
    for name in folder.names():
        copy.write(name, folder.read(name))
    return copy


def tree(folder: Path) -> dict[str, bytes]:
    """Return every file and every folder that must not depend on how a cache was filled."""
    found = sorted(path for path in folder.rglob("*") if "journal" not in path.parts)
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() if path.is_file() else b"folder"
        for path in found
    }


def read_all(cache: FeatureCache) -> dict[tuple[str, str, bool], NDArray[Any]]:
    """Read every row that has features, of everything there is."""
    found = {}
    for modality in cache.modalities:
        rows = cache.ok(modality)
        for level in cache.levels(modality):
            found[modality, level, False] = cache.read(rows, modality, level)
            if cache.spec(modality, level).vector:
                found[modality, level, True] = cache.read(rows, modality, level, vector=True)
    return found


def assert_same(one: FeatureCache, other: FeatureCache) -> None:
    """Compare all values of two caches, bit by bit."""
    ours, theirs = read_all(one), read_all(other)
    assert ours.keys() == theirs.keys()
    for key, array in ours.items():
        assert array.dtype == theirs[key].dtype
        assert array.tobytes() == theirs[key].tobytes()


def assert_right(cache: FeatureCache, level: FeatureSpec, rows: Any, modality: str = "rgb") -> None:
    """Check that ``rows`` read as what was put: exactly, or within what uint8 can hold."""
    check_values(level, cache.read(rows, modality, level.name), values(level, rows))


def check_values(level: FeatureSpec, read: NDArray[Any], wanted: NDArray[Any]) -> None:
    """Compare values with what was put: exactly, or within half a step of uint8."""
    assert read.dtype == level.value_dtype
    assert read.shape == wanted.shape
    if level.dtype != "uint8":
        assert read.tobytes() == wanted.tobytes()
        return
    flat = wanted.reshape(len(wanted), level.channels, -1)
    step = (np.ptp(flat, axis=2) / 255).reshape(*flat.shape[:2], *(1,) * (wanted.ndim - 2))
    assert (np.abs(read - wanted) <= step * 0.5001 + 1e-6).all()
