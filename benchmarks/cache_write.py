"""Filling a cache against writing the same bytes raw, and what several writers lose.

python -m benchmarks.cache_write --json build/bench/cache_write.json
"""

import multiprocessing
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import numpy as np
import pandas as pd
import zarr
from numpy.typing import NDArray

from adf.cache import Appender, ClipPlan, FeatureCache, FeatureSpec, Provenance, Root
from benchmarks.measure import in_turn, save, table

SHARD = 64
LEVELS = tuple(FeatureSpec(f"layer{i + 1}", (64 << i, 16 >> i, 7, 7)) for i in range(4))
# A level for the race: small, so that the writers meet often.
SMALL = FeatureSpec("small", (8, 4, 4))


@click.command()
@click.option("--shards", default=8, show_default=True)
@click.option("--rounds", default=5, show_default=True)
@click.option("--writers", default=4, show_default=True)
@click.option("--json", "path", help="Write the figures to this file.")
def main(shards: int, rounds: int, writers: int, path: str | None) -> None:
    """Measure, print ratios, and write them."""
    with tempfile.TemporaryDirectory() as folder:
        facts = throughput(Path(folder), shards, rounds)
    with tempfile.TemporaryDirectory() as folder:
        lost = {
            "adf": race(Path(folder) / "adf", writers, fill_with_adf, lost_with_adf),
            "zarr-python, one array": race(
                Path(folder) / "zarr", writers, fill_with_zarr, lost_with_zarr
            ),
        }
    click.echo(f"clips lost of {CLIPS} when {writers} processes write one cache")
    click.echo(table({name: float(count) for name, count in lost.items()}, "clips"))
    save(path, {**facts, "writers": writers, "clips": CLIPS, "lost": lost})


def throughput(folder: Path, shards: int, rounds: int) -> dict[str, Any]:
    """Return seconds and ratios of writing ``shards`` shards of four levels."""
    clips = shards * SHARD
    plan = make_plan(clips)
    generator = np.random.default_rng(0)
    rows = [
        {spec.name: generator.standard_normal(spec.shape, np.float32).astype(np.float16)
         for spec in LEVELS}
        for _ in range(SHARD)
    ]  # fmt: skip
    ways: dict[str, Callable[[int], object]] = {
        "raw files with fsync": lambda t: write_raw(folder / f"raw{t}", rows, shards),
        "adf zarr": lambda t: write_cache(folder / f"zarr{t}", plan, rows, "zarr"),
        "adf hdf5": lambda t: write_cache(folder / f"hdf5{t}", plan, rows, "hdf5"),
        "adf zarr zstd": lambda t: write_cache(folder / f"zstd{t}", plan, rows, "zarr", "zstd"),
    }
    seconds = in_turn(ways, rounds, {})
    raw = seconds["raw files with fsync"]
    ratios = {name: raw / value for name, value in seconds.items()}
    volume = clips * sum(value.nbytes for value in rows[0].values())
    click.echo(f"{volume / 1e6:.0f} MB in {shards} shards, median of {rounds} interleaved rounds")
    click.echo("MB/s\n" + table({n: volume / 1e6 / value for n, value in seconds.items()}, "MB/s"))
    click.echo("throughput of raw files with fsync\n" + table(ratios, "x"))
    return {"bytes": volume, "seconds": seconds, "ratios": ratios}


def write_raw(folder: Path, rows: list[dict[str, NDArray[Any]]], shards: int) -> None:
    """Write the bytes of every shard and level to a file of its own, and fsync it."""
    folder.mkdir()
    for shard in range(shards):
        for spec in LEVELS:
            with (folder / f"{shard}-{spec.name}").open("wb") as file:
                for row in rows:
                    file.write(row[spec.name].data)
                file.flush()
                os.fsync(file.fileno())


def write_cache(
    folder: Path,
    plan: ClipPlan,
    rows: list[dict[str, NDArray[Any]]],
    store: str,
    codec: Any = "none",
) -> None:
    """Fill and seal a cache with the same values: checked, pooled, checksummed, committed."""
    root = Root.create(folder, plan, store=store, shard_rows=SHARD)
    provenance = Provenance("rgb", LEVELS, plan.digest, "none", "random:0")
    appender = Appender(root, provenance, codec=codec)
    for draft in appender.drafts():
        with draft:
            for row in draft.rows:
                draft.put(row, rows[row % SHARD])
    appender.seal()


CLIPS = 512


def race(
    folder: Path, writers: int, fill: Callable[[Path, int, int], None], lost: Callable[[Path], int]
) -> int:
    """Let several processes write one cache at once; return how many clips are not in it."""
    make_both(folder)
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=fill, args=(folder, i, writers)) for i in range(writers)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
        assert worker.exitcode == 0
    return lost(folder)


def make_both(folder: Path) -> None:
    """Make an empty array for zarr-python, with the shards that ours has."""
    shape = (CLIPS, *SMALL.shape)
    zarr.create_array(
        folder.with_suffix(".naive"),
        shape=shape,
        shards=(SHARD, *SMALL.shape),
        chunks=(1, *SMALL.shape),
        dtype="float16",
        compressors=None,
    )


def small_value(row: int) -> NDArray[np.float16]:
    """Return what a clip holds in the race; never zero."""
    return np.full(SMALL.shape, 1 + row, np.float16)


def fill_with_adf(folder: Path, worker: int, writers: int) -> None:
    """Fill whatever shards can be claimed."""
    plan = make_plan(CLIPS)
    root = Root.create(folder, plan, shard_rows=SHARD)
    appender = Appender(root, Provenance("rgb", (SMALL,), plan.digest, "none", "random:0"))
    for draft in appender.drafts():
        with draft:
            for row in draft.rows:
                draft.put(row, {SMALL.name: small_value(row)})
    appender.seal()


def lost_with_adf(folder: Path) -> int:
    """Count the clips that do not read as they were written."""
    values = FeatureCache.open(folder).read(slice(None), "rgb", SMALL.name)
    return sum(not (value == small_value(row)).all() for row, value in enumerate(values))


def fill_with_zarr(folder: Path, worker: int, writers: int) -> None:
    """Write every n-th clip, as a script with a clip index and a stride does."""
    array: Any = zarr.open_array(folder.with_suffix(".naive"), mode="r+")
    for row in range(worker, CLIPS, writers):
        array[row] = small_value(row)


def lost_with_zarr(folder: Path) -> int:
    """Count the clips that do not read as they were written."""
    values: Any = zarr.open_array(folder.with_suffix(".naive"), mode="r")[:]
    return sum(not (value == small_value(row)).all() for row, value in enumerate(values))


def make_plan(clips: int) -> ClipPlan:
    """Return a plan of that many clips."""
    names = [f"clip{row:05d}" for row in range(clips)]
    return ClipPlan.from_frame(pd.DataFrame({"id": names, "label": "any"}))


if __name__ == "__main__":
    main()
