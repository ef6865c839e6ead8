"""A small dataset of real files, and extractions of it that take a second."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from adf.cache import FeatureCache
from adf.config import Config, load
from adf.extract.answer import Answer
from adf.extract.run import Mission
from adf.extract.settings import ExtractSettings
from tests.extract.video.samples import KINDS, film

SIZE, LENGTH, VIEWS = 32, 4, 2
# Without decoding processes and with one way to calculate, so that little is started.
QUICK = {
    "weights.all": "random:3",
    "backbone.all": "r3d10-tiny",
    "clip.size": SIZE,
    "clip.length": LENGTH,
    "clip.views": VIEWS,
    "shard_rows": 4,
    "engine": "frozen",
    "decoders": 0,
    "device": "cpu",
}


def make_videos(folder: Path, count: int = 5) -> Path:
    """Write ``count`` films of two classes in different formats."""
    kinds = ("mpeg4-avi", "h264-mp4", "h264-mkv", "mjpeg-avi")
    for number in range(count):
        codec, file, options = KINDS[kinds[number % len(kinds)]]
        place = folder / ("jump", "run")[number % 2]
        place.mkdir(parents=True, exist_ok=True)
        film(place / f"{number}-{file}", codec, options, frames=9 + number)
    return folder


def configured(videos: Path, cache: Path, **changes: Any) -> Config[ExtractSettings]:
    """Return settings for a quick extraction; ``__`` in a name stands for a dot."""
    values: Mapping[str, Any] = {
        **QUICK,
        "videos": videos,
        "cache": cache,
        **{name.replace("__", "."): value for name, value in changes.items()},
    }
    return load(ExtractSettings, sets=[f"{name}={value}" for name, value in values.items()])


def extract(
    videos: Path, cache: Path, *, workers: int = 1, retry_failed: bool = False, **changes: Any
) -> Answer:
    """Extract as the command does."""
    config = configured(videos, cache, **changes)
    run = cache.with_name(f"{cache.name}-run")
    mission = Mission(config, "off", run if workers > 1 else None)
    return mission.carry_out(workers, retry_failed=retry_failed)


def opened(cache: Path) -> FeatureCache:
    """Open what was extracted."""
    return FeatureCache.open(cache)
