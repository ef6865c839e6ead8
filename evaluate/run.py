"""One evaluation from its settings to its table, in a run folder, taken up where it stopped."""

import time
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from adf.cache import FeatureCache
from adf.config import Config
from adf.deal import deal
from adf.endings import CtrlC
from adf.errors import ConfigError, Interrupted
from adf.evaluate import baselines, fits
from adf.evaluate.baselines import BASELINES
from adf.evaluate.entrants import FOUND, Entrant, network, of_genotype
from adf.evaluate.field import Field
from adf.evaluate.genotypes import drawn, found, searched, space_settings
from adf.evaluate.outcome import Trial
from adf.evaluate.parts import answers
from adf.evaluate.settings import EvalSettings
from adf.evaluate.table import read_ceilings, scored
from adf.progress import Mode, progress
from adf.runs import RunFolder, run_folder
from adf.search.data import widths
from adf.search.launch import parse_seeds
from adf.search.result import digests
from adf.search.rows import split_column
from adf.search.study import Memory
from adf.search.trial import open_space, require_same
from adf.sigterm import Terminated


def evaluate(
    config: Config[EvalSettings],
    workers: int = 1,
    mode: Mode = "auto",
    out: Path | None = None,
    force: bool = False,
) -> dict[str, Any]:
    """Train everyone, and return the table: the content of ``result.json``."""
    start = time.perf_counter()
    with run_folder("eval", config, slug=slug(config.value), out=out, force=force) as run:
        again = f"to go on, give the same command with --out {run.path}"
        try:
            result = carried_out(with_cache(config.value), run, workers, mode)
        except KeyboardInterrupt:
            raise CtrlC(f"stopped by Ctrl-C: {again}") from None
        except Terminated:
            raise Interrupted(f"stopped by SIGTERM: {again}") from None
        result["seconds"] = time.perf_counter() - start
        run.result(result)
    return result


def slug(settings: EvalSettings) -> str:
    """Return what the run is called."""
    return "-".join(["split", *settings.splits])


def with_cache(settings: EvalSettings) -> EvalSettings:
    """Return the settings with the cache of the search, where none is given."""
    if settings.cache:
        return settings
    search = searched(settings.genotypes)
    if not search:
        raise ConfigError("cache is not given: give the folder that adf-extract filled")
    return replace(settings, cache=search.cache)


def carried_out(settings: EvalSettings, run: RunFolder, workers: int, mode: Mode) -> dict[str, Any]:
    """Train what is not trained yet, then score it."""
    cache = FeatureCache.open(settings.cache)
    ceilings = read_ceilings(settings.ceilings)
    chosen = baselines.chosen(settings.baselines)
    space = open_space(cache, space_settings(settings.genotypes, settings.space))
    named = found(settings.genotypes, space)
    if not named and not chosen:
        raise ConfigError("genotypes: there is nothing to train: give one, or some baselines")
    trials = [
        Trial(split_column(cache, split), seed)
        for split in settings.splits
        for seed in parse_seeds(settings.seeds)
    ]
    lots = drawn(space, settings.drawn if "random" in chosen else 1)
    levels = [level for slot in space.choices for level in slot]
    read = [*levels, *(level for entrant in named for level in entrant.levels)]
    modalities = tuple(dict.fromkeys(level.modality for level in read))
    require_same(cache, list(modalities), Memory(run))
    field = Field(
        settings=settings,
        needed=modalities,
        levels=levels,
        trials=trials,
        widths=space.widths,
        classes=len(cache.classes),
        size=size_of([*named, of_genotype("", FOUND, lots[0])][0], cache),
        drawn=lots,
        folder=run.path / "fits",
        workers=workers,
    )
    needed = [each for name in chosen for each in BASELINES[name].entrants(field)]
    everyone = dict.fromkeys([*named, *needed])
    train_all(
        [field.fit(each, trial) for each in everyone for trial in field.trials_of(each)], mode
    )
    rows = [field.row(entrant) for entrant in named]
    rows += [row for name in chosen for row in BASELINES[name].rows(field)]
    classes = {split: answers(cache, split, modalities) for split, _ in trials}
    return {
        "kind": "evaluation",
        "cache": settings.cache,
        "provenance": digests(cache, list(modalities)),
        "splits": list(classes),
        "seeds": list(dict.fromkeys(trial.seed for trial in trials)),
        "classes": list(cache.classes),
        "train": asdict(settings.train),
        "chance": 1 / len(cache.classes),
        "rows": [scored(row, classes, ceilings) for row in rows],
        "run": str(run.path),
    }


def size_of(entrant: Entrant, cache: FeatureCache) -> int:
    """Return how many parameters an entrant's network has."""
    made = network(entrant, widths(cache, entrant.levels), len(cache.classes), 0.0)
    return sum(weight.numel() for weight in made.parameters())


def train_all(work: Sequence[fits.Fit], mode: Mode) -> None:
    """Train what is not there yet, several at a time."""
    waiting = [fit for fit in work if not fits.is_done(fit)]
    with progress("train", len(work), mode) as bar:
        bar.advance(len(work) - len(waiting))
        for _ in deal(fits.carry_out, waiting, work[0].workers):
            bar.advance(1)
