"""The run folder of a search, and how it is taken up again."""

import logging
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from adf import metrics
from adf.cache import FeatureCache
from adf.config import Config, load
from adf.errors import ConfigError
from adf.runs import RunFolder, resumable, run_folder
from adf.search.methods import BY_EPOCHS, spelled
from adf.search.result import digests, seals
from adf.search.settings import SearchSettings
from adf.search.team import folder_of_rank

LOG = logging.getLogger("adf.search")
METRICS = "metrics.jsonl"
LEARNED = (METRICS, "genotype.json", "genotype.svg", "result.json")
LEARNED_FOLDERS = ("checkpoints", "tensorboard")


def title(settings: SearchSettings, seeds: str) -> str:
    """Return what a search is called."""
    return f"{spelled(settings.method)}-split{settings.split}-seed{seeds}"


def steps(settings: SearchSettings) -> int:
    """Return how many steps of progress there will be, about, in epochs."""
    alone = spelled(settings.method) in BY_EPOCHS
    return settings.relax.epochs + settings.train.epochs if alone else settings.budget


@contextmanager
def search_run(
    config: Config[SearchSettings], seeds: str, out: Path | None, force: bool
) -> Iterator[RunFolder]:
    """Open the run folder; where the search is stopped in it, say how it goes on."""
    out = folder_of_rank(out)
    if force and out:
        forget_others(out, config)
    slug = title(config.value, seeds)
    with run_folder("search", config, slug=slug, out=out, force=force) as run, resumable(run):
        yield run


def forget_others(out: Path, config: Config[SearchSettings]) -> None:
    """Drop what was learned in ``out`` with other settings or features: it does not hold now."""
    before = out / "config.yaml"
    if not before.is_file() or not (other := _differing(out, before, config)):
        return
    LOG.warning("%s starts anew: it was made with other %s", out, other)
    for name in LEARNED:
        (out / name).unlink(missing_ok=True)
    for name in LEARNED_FOLDERS:
        shutil.rmtree(out / name, ignore_errors=True)


def changed_since(
    began: Mapping[str, Any], cache: FeatureCache, modalities: Sequence[str]
) -> list[str]:
    """Return what of a cache is not as a run wrote it down in the line that it ``began`` with."""
    names = list(modalities)
    pairs = ((began["made"], digests(cache, names)), (began["sealed"], seals(cache, names)))
    return sorted(
        {name for old, new in pairs for name in {*old, *new} if old.get(name) != new.get(name)}
    )


def _differing(out: Path, before: Path, config: Config[SearchSettings]) -> str | None:
    if _digest(before) != config.digest():
        return "settings"
    lines = metrics.read(out / METRICS)
    for line in lines:
        if line.get("event") == "cache":
            cache = FeatureCache.open(config.value.cache)
            wanted = config.value.space.modalities or cache.modalities
            there = [name for name in dict.fromkeys(wanted) if name in cache.modalities]
            return "features" if changed_since(line, cache, there) else None
    return None


def _digest(file: Path) -> str | None:
    try:
        return load(SearchSettings, files=[str(file)]).digest()
    except ConfigError:
        # Another version knew other settings.
        return None
