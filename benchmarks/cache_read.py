"""Random batches from a cache against np.memmap, np.take, zarr-python and h5py on the same data.

python -m benchmarks.cache_read --json build/bench/cache_read.json
"""

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
import h5py
import numpy as np
import pandas as pd
import zarr
from numpy.typing import NDArray

from adf.cache import Appender, ClipPlan, FeatureCache, FeatureSpec, Provenance, Root
from adf.cache.convert import convert
from benchmarks.measure import Way, in_turn, save, table

# Every level of a 3D-ResNet pooled to 7x7 has as many values: channels double as frames halve.
LEVELS = {f"layer{i + 1}": (256 << i, 16 >> i, 7, 7) for i in range(4)}
MODALITIES = ("rgb", "flow")
BATCH = 32
SLOW = {"zarr-python": 20, "h5py": 20}


@click.command()
@click.option("--clips", default=512, show_default=True)
@click.option("--channels", default=64, show_default=True, help="Of layer1; 64 = an R3D-18.")
@click.option("--rounds", default=60, show_default=True)
@click.option("--pin/--no-pin", default=True, show_default=True, help="Use one core.")
@click.option("--json", "path", help="Write the figures to this file.")
def main(clips: int, channels: int, rounds: int, pin: bool, path: str | None) -> None:
    """Measure, print ratios, and write them."""
    if pin and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    levels = {name: (size[0] * channels // 256, *size[1:]) for name, size in LEVELS.items()}
    with tempfile.TemporaryDirectory() as folder:
        ways, first = prepare(Path(folder), levels, clips, rounds)
        seconds = in_turn(ways, rounds, SLOW)
    # np.take copies twice unless told not to check: the quicker form is the one to compare with.
    base, take = seconds["np.memmap fancy"], seconds["np.take clip out="]
    batch = sum(2 * int(np.prod(shape)) for shape in levels.values()) * len(MODALITIES) * BATCH
    click.echo(f"{BATCH} random clips x {len(levels)} levels x {len(MODALITIES)} modalities, ")
    click.echo(f"{batch / 1e6:.0f} MB a batch, median of {rounds} interleaved rounds")
    ours = {name: value for name, value in seconds.items() if name.startswith("adf")}
    ratios = {
        "of np.memmap fancy": {name: base / value for name, value in seconds.items()},
        "of np.take clip out=": {name: take / value for name, value in ours.items()},
        "of zarr-python": {n: seconds["zarr-python"] / value for n, value in ours.items()},
        "of h5py": {name: seconds["h5py"] / value for name, value in ours.items()},
        "first touch, of np.memmap fancy": {n: base / value for n, value in first.items()},
    }
    for name, figures in ratios.items():
        click.echo(f"throughput {name}\n{table(figures, 'x')}")
    facts = {"clips": clips, "rounds": rounds, "batch_bytes": batch, "seconds": seconds}
    save(path, {**facts, "ratios": ratios})


def prepare(
    folder: Path, levels: Mapping[str, tuple[int, ...]], clips: int, rounds: int
) -> tuple[dict[str, Way], dict[str, float]]:
    """Write the same features in every form, touch all of it once, and return the ways to read."""
    plain = write(folder, levels, clips)
    zarr_cache, hdf5_cache = (FeatureCache.open(folder / name) for name in ("zarr", "hdf5"))
    loaded = FeatureCache.open(folder / "zarr")
    for modality in MODALITIES:
        loaded.preload(modality)
    group: Any = zarr.open_group(folder / "zarr", mode="r")
    virtual = h5py.File(folder / "hdf5" / "features.h5", "r")
    generator = np.random.default_rng(1)
    batches = [generator.permutation(clips)[:BATCH] for _ in range(rounds)]
    keys = [(m, level) for m in MODALITIES for level in levels]
    out = {(m, level): np.empty((BATCH, *levels[level]), np.float16) for m, level in keys}
    ways: dict[str, Way] = {
        "np.memmap fancy": lambda t: [plain[key][batches[t]] for key in keys],
        "np.take out=": lambda t: [np.take(plain[k], batches[t], 0, out=out[k]) for k in keys],
        "np.take clip out=": lambda t: [
            np.take(plain[k], batches[t], 0, out=out[k], mode="clip") for k in keys
        ],
        "adf zarr": lambda t: [zarr_cache.read(batches[t], *key) for key in keys],
        "adf zarr out=": lambda t: [zarr_cache.read(batches[t], *k, out=out[k]) for k in keys],
        "adf hdf5": lambda t: [hdf5_cache.read(batches[t], *key) for key in keys],
        "adf hdf5 out=": lambda t: [hdf5_cache.read(batches[t], *k, out=out[k]) for k in keys],
        "adf preloaded out=": lambda t: [loaded.read(batches[t], *k, out=out[k]) for k in keys],
        "zarr-python": lambda t: [group[m][level].oindex[batches[t]] for m, level in keys],
        "h5py": lambda t: [virtual[m][level][np.sort(batches[t])] for m, level in keys],
    }
    first = first_touch({"adf zarr": zarr_cache, "adf hdf5": hdf5_cache}, keys, batches)
    for key in keys:
        everything = np.arange(clips)
        wanted = np.asarray(plain[key])
        for cache in (zarr_cache, hdf5_cache, loaded):
            assert np.array_equal(cache.read(everything, *key), wanted)
    return ways, first


def first_touch(
    caches: dict[str, FeatureCache], keys: list[tuple[str, str]], batches: list[NDArray[Any]]
) -> dict[str, float]:
    """Return the seconds of a batch whose files were not mapped and not verified yet."""
    ways: dict[str, Way] = {
        name: lambda t, cache=cache: [cache.read(batches[t], *key) for key in keys]  # type: ignore[misc]
        for name, cache in caches.items()
    }
    return in_turn(ways, min(3, len(batches)), {})


def write(
    folder: Path, levels: Mapping[str, tuple[int, ...]], clips: int
) -> dict[tuple[str, str], NDArray[np.float16]]:
    """Write a Zarr cache, the same as HDF5, and plain .npy files; return the latter mapped."""
    generator = np.random.default_rng(0)
    names = [f"clip{row:05d}" for row in range(clips)]
    plan = ClipPlan.from_frame(pd.DataFrame({"id": names, "label": "any"}))
    root = Root.create(folder / "zarr", plan)
    specs = tuple(FeatureSpec(name, shape) for name, shape in levels.items())
    plain: dict[tuple[str, str], NDArray[np.float16]] = {}
    for modality in MODALITIES:
        for name, shape in levels.items():
            file = folder / f"{modality}-{name}.npy"
            array = generator.standard_normal((clips, *shape), dtype=np.float32)
            np.save(file, array.astype(np.float16))
            plain[modality, name] = np.load(file, mmap_mode="r")
        appender = Appender(root, Provenance(modality, specs, plan.digest, "none", "random:0"))
        for draft in appender.drafts():
            with draft:
                for row in draft.rows:
                    draft.put(row, {name: plain[modality, name][row] for name in levels})
        appender.seal()
    convert(FeatureCache.open(folder / "zarr"), folder / "hdf5", store="hdf5")
    return plain


if __name__ == "__main__":
    main()
