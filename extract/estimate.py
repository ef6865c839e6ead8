"""How large a cache will be and how long it will take, before anything is written."""

import logging
import shutil
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from adf.cache import ClipPlan
from adf.cache.info import size
from adf.extract.answer import Answer
from adf.extract.decoders.rendering import Decoder, render
from adf.extract.engine.engine import Engine
from adf.extract.fill import open_streams, recipe_of
from adf.extract.modalities.clip import Clip
from adf.extract.settings import ExtractSettings
from adf.extract.shards import jobs_of
from adf.extract.stream import Stream

LOG = logging.getLogger("adf.extract")
TRIED_VIDEOS = 4


def predict(settings: ExtractSettings, plan: ClipPlan, folder: Path, workers: int) -> Answer:
    """Measure a few videos and batches, and say what all of them will cost."""
    streams = open_streams(settings)
    engines = [stream.engine(settings, settings.engine, settings.batch) for stream in streams]
    sizes = {
        stream.name: {
            level.name: len(plan) * sum(part.row_bytes for part in level.parts())
            for level in engine.specs
        }
        for stream, engine in zip(streams, engines, strict=True)
    }
    total = sum(sum(levels.values()) for levels in sizes.values())
    LOG.info("%s in all; now some clips are timed", size(total))
    decoding = seconds_to_decode(settings, plan, folder, streams)
    forward = sum(seconds_to_run(engine) for engine in engines)
    # Decoding goes on beside the networks, as long as it has processes of its own.
    a_clip = max(decoding / settings.decoders, forward) if settings.decoders else decoding + forward
    seconds = a_clip * len(plan) / workers
    free = shutil.disk_usage(_existing(Path(settings.cache).absolute())).free
    facts = {
        "cache": settings.cache,
        "clips": len(plan),
        "videos": int(plan.frame["video"].nunique()),
        "bytes": total,
        "levels": sizes,
        "free_bytes": free,
        "seconds": seconds,
        "seconds_a_clip": {"decode": decoding, "forward": forward},
        "dry_run": True,
    }
    return Answer(facts, _text(facts, settings))


def seconds_to_decode(
    settings: ExtractSettings, plan: ClipPlan, folder: Path, streams: Sequence[Stream]
) -> float:
    """Return what a clip takes to be decoded and made into pictures, from videos here and there."""
    decoder = Decoder(recipe_of(settings, [stream.modality for stream in streams]))
    rows = np.unique(np.linspace(0, len(plan) - 1, TRIED_VIDEOS).astype(int)).tolist()
    began = perf_counter()
    for row in rows:
        (job,) = jobs_of(plan, folder, range(row, row + 1))
        done = decoder(job.path, job.windows)
        for modality in (stream.modality for stream in streams):
            if modality.place == "device" and done.outcomes[0].status != "failed":
                pixels = done.arrays[modality.geometry.name][0]
                render(modality, Clip(job.path, pixels, done.frames[0], job.windows[0].flip))
    return (perf_counter() - began) / len(rows)


def seconds_to_run(engine: Engine) -> float:
    """Return what a clip takes in the network, once that is warm."""
    clips = np.zeros((engine.batch, *engine.shape), np.uint8)
    for _ in range(2):
        began = perf_counter()
        engine.submit(None, clips)
        engine.finish()
        seconds = perf_counter() - began
    return seconds / engine.batch


def _existing(path: Path) -> Path:
    """Return the folder that is there, of the path to one that will be made."""
    return path if path.exists() else _existing(path.parent)


def _text(facts: dict[str, Any], settings: ExtractSettings) -> str:
    lines = [
        f"{facts['clips']} clips of {facts['videos']} videos would be written to {facts['cache']}: "
        f"{size(facts['bytes'])}, in about {timedelta(seconds=round(facts['seconds']))}"
    ]
    for name, levels in facts["levels"].items():
        sizes = ", ".join(f"{level} {size(count)}" for level, count in levels.items())
        lines.append(f"  {name}: {size(sum(levels.values()))} ({sizes})")
    one = facts["seconds_a_clip"]
    lines.append(f"  a clip: {one['decode']:.3f} s decoding, {one['forward']:.3f} s in networks")
    lines.append(f"  pool {settings.pool}, {settings.dtype}; {size(facts['free_bytes'])} are free")
    if facts["bytes"] > facts["free_bytes"]:
        lines.append("  WARNING: the cache will not fit; try --pool compact, or fewer --levels")
    return "\n".join(lines)
