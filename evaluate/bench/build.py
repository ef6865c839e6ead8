"""The building of a table: every training a line on the disk, none done twice."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache, partial
from importlib.metadata import version
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from adf import __version__, metrics
from adf.config import Config
from adf.deal import deal
from adf.evaluate.bench.genotypes import distinct
from adf.evaluate.bench.runs import bench_run
from adf.evaluate.bench.settings import BenchSettings, ground
from adf.evaluate.bench.table import FACTS, ROWS, Key, Table
from adf.progress import Mode, progress
from adf.runs import RunFolder
from adf.search.genotypes.canonical import digest
from adf.search.genotypes.genotype import Genotype
from adf.search.judge import Judge
from adf.search.methods.successive_halving import rungs
from adf.search.study import Memory, Study
from adf.search.team import share_processor
from adf.search.trial import open_study

LINES = "metrics.jsonl"
PACKAGES = ("torch", "numpy")
QUARTILES = ("worst", "lower quartile", "median", "upper quartile", "best")
SPENT = ("samples", "cell_steps", "seconds")


def build(
    config: Config[BenchSettings],
    workers: int = 1,
    mode: Mode = "auto",
    out: Path | None = None,
) -> dict[str, Any]:
    """Train every genotype of the space, and return what the table came to."""
    settings = config.value
    with bench_run("build", config, out) as run:
        with progress("open", 1, "off") as bar:
            study = open_study(settings, run, bar)
        genotypes = distinct(study.space)
        train_all(settings, run.path, list(genotypes.values()), workers, mode)
        lines = {key: line for name in genotypes for key, line in known(run.path, name).items()}
        wanted = product(genotypes, fidelities(settings), range(settings.trainings))
        table = Table(facts(config, study), genotypes, {key: lines[key] for key in wanted})
        table.write(run.path)
        result = summary(table, run.path)
        run.result(result)
    return result


def fidelities(settings: BenchSettings) -> list[int]:
    """Return the numbers of epochs that a table holds, the last being a training in full."""
    most = settings.train.epochs
    return sorted({most, *(rung for rung in settings.rungs or rungs(most) if rung < most)})


def train_all(
    settings: BenchSettings, folder: Path, genotypes: Sequence[Genotype], workers: int, mode: Mode
) -> None:
    """Train what is not trained yet, several genotypes at a time."""
    each = len(fidelities(settings)) * settings.trainings
    waiting = [genotype for genotype in genotypes if len(known(folder, digest(genotype))) < each]
    with progress(f"bench {folder.name}", len(genotypes), mode) as bar:
        bar.advance(len(genotypes) - len(waiting))
        for _ in deal(partial(train_one, settings, folder, workers), waiting, workers):
            bar.advance(1)


def place_of(folder: Path, name: str) -> Path:
    """Return where the trainings of a genotype are written down."""
    return folder / "trainings" / name


def known(folder: Path, name: str) -> dict[Key, Mapping[str, Any]]:
    """Return the trainings of a genotype that are done."""
    lines = metrics.read(place_of(folder, name) / LINES)
    return {
        (line["key"][0], int(line["key"][1]), int(line["key"][2])): line
        for line in lines
        if line["event"] == "judged"
    }


def train_one(settings: BenchSettings, folder: Path, workers: int, genotype: Genotype) -> None:
    """Train a genotype as often as the table asks, as a search judges it."""
    share_processor(workers)
    place = place_of(folder, digest(genotype))
    place.mkdir(parents=True, exist_ok=True)
    with metrics.open_for_append(place / LINES) as lines:
        run = RunFolder(place, True, lines)
        judge = Judge(replace(opened(settings, folder), run=run, memory=Memory(run)))
        for seed, epochs in product(range(settings.trainings), fidelities(settings)):
            judge(genotype, epochs, seed)


@lru_cache(maxsize=1)
def opened(settings: BenchSettings, folder: Path) -> Study:
    """Return what all trainings of a table share, opened once in each process."""
    with open(os.devnull, "w", encoding="utf-8") as nowhere, progress("", 1, "off") as bar:
        return open_study(settings, RunFolder(folder, True, nowhere), bar)


def facts(config: Config[BenchSettings], study: Study) -> dict[str, Any]:
    """Return what a table is of: the settings, the features, the space, the versions."""
    settings = config.value
    return {
        "kind": "table",
        "settings": ground(config),
        "provenance": (study.memory.known("cache") or {})["made"],
        "classes": study.classes,
        "videos": len(study.halves.judging),
        "space_size": study.space.size(),
        "rungs": fidelities(settings),
        "trainings": settings.trainings,
        "versions": {"adf": __version__, **{name: version(name) for name in PACKAGES}},
    }


def summary(table: Table, folder: Path) -> dict[str, Any]:
    """Return what the table came to: the content of ``result.json``."""
    means = np.array(list(table.means.values()))
    spent = {name: sum(line[name] for line in table.lines.values()) for name in SPENT}
    spread = np.percentile(means, [0, 25, 50, 75, 100])
    return {
        "kind": "table",
        "genotypes": len(means),
        "trainings": len(table.lines),
        "best": max(table.means, key=table.means.__getitem__),
        "accuracy": dict(zip(QUARTILES, spread.tolist(), strict=True)),
        # Of one training to another with the same genotype.
        "deviation": float(np.sqrt(table.scores.var(axis=1, ddof=1).mean()))
        if table.trainings > 1
        else None,
        "spent": spent,
        "run": str(folder),
    }


def as_text(result: dict[str, Any]) -> str:
    """Return a summary in words."""
    found = result["accuracy"]
    lines = [
        f"{result['genotypes']} genotypes, {result['trainings']} trainings,"
        f" {result['spent']['seconds'] / 60:.1f} minutes of training",
        ", ".join(f"{name} {found[name]:.1%}" for name in QUARTILES),
        f"the best is {result['best']}",
    ]
    if result["deviation"] is not None:
        lines.append(f"one training differs from another by {result['deviation']:.1%} (deviation)")
    return "\n".join([*lines, f"{result['run']}/{ROWS} and {FACTS}"])
