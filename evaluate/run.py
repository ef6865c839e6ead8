"""One evaluation from its settings to its table, in a run folder, taken up where it stopped."""

from collections.abc import Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

from adf.config import Config
from adf.deal import deal
from adf.errors import RunMismatch
from adf.evaluate import fits
from adf.evaluate.baselines import BASELINES
from adf.evaluate.entrants import Entrant
from adf.evaluate.field import Field
from adf.evaluate.lineup import Lineup, line_up
from adf.evaluate.parts import answers, rows_of_test, tested
from adf.evaluate.settings import EvalSettings
from adf.evaluate.table import scored
from adf.evaluate.timing import latency
from adf.progress import Mode, progress
from adf.runs import resumable, run_folder
from adf.search.families import digest
from adf.search.result import digests, seals
from adf.search.study import Memory
from adf.search.trial import device_of


def evaluate(
    config: Config[EvalSettings],
    workers: int = 1,
    mode: Mode = "auto",
    out: Path | None = None,
    force: bool = False,
) -> dict[str, Any]:
    """Train everyone, and return the table: the content of ``result.json``."""
    lineup = line_up(config)
    slug = "-".join(["split", *config.value.splits])
    with run_folder("eval", config, slug=slug, out=out, force=force) as run:
        memory = Memory(run)
        require_same(lineup, memory, config.digest())
        with resumable(run):
            result = carried_out(lineup, memory, run.path, workers, mode)
        run.result(result)
    return result


def require_same(lineup: Lineup, memory: Memory, settings: str) -> None:
    """Refuse to go on with other features or genotypes than those that a run began with."""
    modalities = lineup.modalities
    sealed = seals(lineup.cache, modalities)
    now: list[tuple[tuple[str, ...], list[str]]] = [
        (("features", name), [made, sealed.get(name, "")])
        for name, made in digests(lineup.cache, modalities).items()
    ]
    now += [
        (("genotype", settings, entrant.name), [digest(entrant.genotype)])
        for entrant in lineup.named
        if entrant.genotype
    ]
    for key, value in now:
        if memory.tell(*key, digests=value)["digests"] != value:
            raise RunMismatch(
                f"{key[0]}: {key[-1]} is not what this run began with: choose another --out"
            )


def carried_out(
    lineup: Lineup, memory: Memory, folder: Path, workers: int, mode: Mode
) -> dict[str, Any]:
    """Train what is not trained yet, then score it."""
    cache, modalities, chosen = lineup.cache, lineup.modalities, lineup.baselines
    field = Field(
        settings=lineup.settings,
        needed=tuple(modalities),
        levels=lineup.levels,
        trials=lineup.trials,
        widths=lineup.space.widths,
        classes=len(cache.classes),
        size=lineup.size(),
        drawn=lineup.drawn(),
        folder=folder / "fits",
    )
    needed = [each for name in chosen for each in BASELINES[name].entrants(field)]
    everyone = list(dict.fromkeys([*lineup.named, *needed]))
    work = [field.fit(each, trial) for each in everyone for trial in field.trials_of(each)]
    train_all(work, workers, mode)
    field.latencies.update(timed(lineup, everyone, memory))
    rows = [field.row(entrant) for entrant in lineup.named]
    rows += [row for name in chosen for row in BASELINES[name].rows(field)]
    classes = {split: answers(cache, split, modalities) for split, _ in lineup.trials}
    return {
        "kind": "evaluation",
        "cache": lineup.settings.cache,
        "provenance": digests(cache, modalities),
        "splits": list(classes),
        "seeds": list(dict.fromkeys(trial.seed for trial in lineup.trials)),
        "videos": {split: tested(cache, split, modalities) for split in classes},
        "classes": list(cache.classes),
        "train": asdict(lineup.settings.train),
        "space": asdict(lineup.settings.space),
        "chance": 1 / len(cache.classes),
        "rows": [scored(row, classes, lineup.ceilings) for row in rows],
        # Of all trainings, those of earlier calls too.
        "seconds": sum(map(fits.seconds, work)),
        "run": str(folder),
    }


def train_all(work: Sequence[fits.Fit], workers: int, mode: Mode) -> None:
    """Train what is not there yet, several at a time."""
    waiting = [fit for fit in work if not fits.is_done(fit)]
    together = max(1, min(workers, len(waiting)))
    with progress("train", len(work), mode) as bar:
        bar.advance(len(work) - len(waiting))
        for _ in deal(partial(fits.carry_out, workers=together), waiting, together):
            bar.advance(1)


def timed(lineup: Lineup, everyone: Sequence[Entrant], memory: Memory) -> dict[str, float]:
    """Return the milliseconds of everyone: measured once, when nothing is trained any more."""
    device = device_of(lineup.settings.device)
    rows = rows_of_test(lineup.cache, lineup.trials[0].split, lineup.modalities)
    found = {}
    for entrant in everyone:
        key = ("latency", fits.file_name(entrant.name, repr(entrant)))
        line = memory.known(*key) or memory.tell(
            *key, milliseconds=latency(entrant, lineup.cache, rows, device)
        )
        found[entrant.name] = float(line["milliseconds"])
    return found
