"""Features that exist already into a sealed cache, and a cache out to plain arrays."""

import csv
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from shutil import rmtree
from typing import Literal

import numpy as np

from adf.cache.appender import Appender
from adf.cache.plan import ClipPlan
from adf.cache.provenance import Provenance
from adf.cache.reader import FeatureCache
from adf.cache.records import Seal
from adf.cache.root import SHARD_ROWS, Root
from adf.cache.sources import Source, keys_of, open_source
from adf.cache.spec import DType, FeatureSpec
from adf.cache.store import Codec
from adf.cache.stores import STORES
from adf.errors import ConfigError, InvalidInput
from adf.files import translate_os_error, write_atomic

Features = dict[str, dict[str, str]]
UNFINISHED = ".unfinished"


@dataclass(frozen=True)
class ImportConfig:
    """How arrays are kept; ``docs/cache.md`` explains the settings."""

    store: Literal["zarr", "hdf5"] = "zarr"
    dtype: DType = "float16"
    codec: Codec = "none"
    dataset: str = "imported"
    shard_rows: int = SHARD_ROWS
    allow_nonfinite: bool = False


def parse_features(texts: Iterable[str]) -> Features:
    """Read ``MODALITY/LEVEL=FILE`` and ``MODALITY=FILE.npz`` (every array in it is a level)."""
    features: Features = {}
    for text in texts:
        name, equals, source = text.partition("=")
        if not (equals and name and source):
            raise ConfigError(f"{text!r} is not MODALITY/LEVEL=FILE, such as rgb/layer3=rgb3.npy")
        modality, _, level = name.partition("/")
        if level:
            levels = {level: source}
        elif Path(source).suffix == ".npz" and Path(source).is_file():
            levels = {key: f"{source}:{key}" for key in keys_of(Path(source))}
        else:
            raise ConfigError(f"{text!r} names no level: write {modality}/LEVEL={source}")
        repeated = features.setdefault(modality, {}).keys() & levels.keys()
        if repeated:
            raise ConfigError(f"level '{repeated.pop()}' of {modality} is given twice")
        features[modality].update(levels)
    return features


def import_arrays(
    cache: str | Path,
    plan: ClipPlan,
    features: Features,
    config: ImportConfig,
    step: Callable[[int], None] = lambda rows: None,
) -> dict[str, Seal]:
    """Write arrays, row i of each belonging to clip i of the plan, into a sealed cache."""
    opened = {
        modality: {level: open_source(text) for level, text in levels.items()}
        for modality, levels in features.items()
    }
    described = {m: _describe(plan, m, sources, config) for m, sources in opened.items()}
    STORES[config.store].check(config.codec)
    root = Root.create(cache, plan, store=config.store, shard_rows=config.shard_rows)
    seals = {}
    for modality, sources in opened.items():
        appender = Appender(
            root,
            described[modality],
            codec=config.codec,
            allow_nonfinite=config.allow_nonfinite,
        )
        step(len(plan) - sum(len(appender.layout.rows_of(s)) for s in appender.pending()))
        for draft in appender.drafts():
            with draft:
                for row in draft.rows:
                    draft.put(row, {level: source[row] for level, (source, _) in sources.items()})
            step(len(draft.rows))
        seals[modality] = appender.seal()
    return seals


def _describe(
    plan: ClipPlan,
    modality: str,
    sources: Mapping[str, tuple[Source, str]],
    config: ImportConfig,
) -> Provenance:
    specs = []
    for level, (source, _) in sources.items():
        if source.shape[0] != len(plan):
            raise InvalidInput(
                f"{modality}/{level} has {source.shape[0]} rows and the list of clips {len(plan)}: "
                "row i of every array must be clip i of the list"
            )
        shape = tuple(source.shape[1:])
        # One scale a channel would save nothing on a vector.
        vector = len(shape) == 1 and config.dtype == "uint8"
        specs.append(FeatureSpec(level, shape, "float16" if vector else config.dtype))
    return Provenance(
        modality=modality,
        levels=tuple(specs),
        plan=plan.digest,
        backbone="imported",
        weights="unknown",
        method={
            "sources": {level: digest for level, (_, digest) in sources.items()},
            "allow_nonfinite": config.allow_nonfinite,
        },
    )


def export_arrays(
    cache: FeatureCache,
    out: Path,
    *,
    modalities: Iterable[str] = (),
    step: Callable[[int], None] = lambda rows: None,
) -> list[Path]:
    """Write ``OUT/clips.csv`` and ``OUT/MODALITY/LEVEL.npy``; rows that failed are NaN."""
    written = [out / "clips.csv"]
    with translate_os_error(out):
        out.mkdir(parents=True, exist_ok=True)
        if written[0].exists() and written[0].read_bytes() != cache.plan.csv:
            raise ConfigError(f"{written[0]} is another list of clips: give a new folder")
    # What a killed export left; what this one leaves unfinished lies there too.
    rmtree(out / UNFINISHED, ignore_errors=True)
    write_atomic(written[0], cache.plan.csv, staging=out / UNFINISHED)
    chosen = list(modalities) or cache.modalities
    for modality in chosen:
        for level in cache.levels(modality):
            written.append(_export_level(cache, out, modality, level, step))
    (out / "failed.csv").unlink(missing_ok=True)
    failed = [(m, row, why) for m in chosen for row, why in cache.failed(m).items()]
    if failed:
        written.append(out / "failed.csv")
        write_atomic(written[-1], _failed_table(cache, failed), staging=out / UNFINISHED)
    rmtree(out / UNFINISHED, ignore_errors=True)
    return written


def _export_level(
    cache: FeatureCache, out: Path, modality: str, level: str, step: Callable[[int], None]
) -> Path:
    spec, target = cache.spec(modality, level), out / modality / f"{level}.npy"
    unfinished = out / UNFINISHED / f"{modality}-{level}.npy"
    present, shape = cache.ok(modality), (len(cache), *spec.shape)
    with translate_os_error(target):
        target.parent.mkdir(exist_ok=True)
        # Written, not mapped: on a full disk a mapping ends the process instead of raising.
        with unfinished.open("wb") as file:
            header = {"shape": shape, "fortran_order": False, "descr": spec.value_dtype.str}
            np.lib.format.write_array_header_1_0(file, header)
            for start in range(0, len(cache), SHARD_ROWS):
                rows = np.arange(start, min(start + SHARD_ROWS, len(cache)))
                block = np.full((len(rows), *spec.shape), np.nan, spec.value_dtype)
                block[present[rows]] = cache.read(rows[present[rows]], modality, level)
                file.write(block.data)
                step(len(rows))
        unfinished.replace(target)
    return target


def _failed_table(cache: FeatureCache, failed: Iterable[tuple[str, int, str]]) -> bytes:
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["modality", "row", "id", "reason"])
    writer.writerows((m, row, cache.clips["id"].iloc[row], why) for m, row, why in failed)
    return text.getvalue().encode()
