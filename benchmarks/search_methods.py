"""Search methods at equal budget, each result retrained and tested, beside random genotypes.

python -m benchmarks.search_methods --cache who.cache --out runs/methods --methods random,evolution

Every search has a run folder under ``--out``: killed, the same command goes on. The clips of the
test split are read by :func:`tested` alone, after a search has ended.
"""

import json
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import click
import numpy as np
import torch

from adf.cache import FeatureCache
from adf.config import load
from adf.search.data import open_source
from adf.search.genotypes.genotype import Genotype
from adf.search.nets.network import Network
from adf.search.rows import part, split_column
from adf.search.settings import SearchSettings
from adf.search.train import Bench, score, train
from adf.search.trial import carry_out, open_space
from benchmarks.measure import save

RANDOM = "drawn blindly"


@dataclass(frozen=True)
class Task:
    """One search and the test of what it found, or of a genotype that nobody searched."""

    method: str
    seed: int
    sets: tuple[str, ...]
    out: Path
    retrain: int

    @property
    def settings(self) -> list[str]:
        """Return the settings of the search."""
        return [*self.sets, f"seed={self.seed}", f"method={self.method}"]


@click.command()
@click.option("--cache", required=True)
@click.option("--out", type=click.Path(path_type=Path), required=True)
@click.option("--methods", default="propose-and-judge,random,successive-halving,evolution,darts")
@click.option("--seeds", default=3, show_default=True)
@click.option("--drawn", default=20, show_default=True, help="Genotypes drawn blindly.")
@click.option("--budget", default=240, show_default=True)
@click.option("--retrain", default=3, show_default=True, help="Seeds of the retraining.")
@click.option("--workers", default=2, show_default=True)
@click.option("--set", "sets", multiple=True, help="Settings of all searches.")
@click.option("--json", "path", help="Write the figures to this file.")
def main(
    cache: str,
    out: Path,
    methods: str,
    seeds: int,
    drawn: int,
    budget: int,
    retrain: int,
    workers: int,
    sets: tuple[str, ...],
    path: str | None,
) -> None:
    """Measure, print a table, and write it."""
    shared = (*sets, f"cache={cache}", f"budget={budget}")
    names = [name for name in methods.split(",") if name]
    tasks = [Task(name, seed, shared, out, retrain) for seed in range(seeds) for name in names]
    blind = [Task("random", seed, shared, out / "blind", 1) for seed in range(1000, 1000 + drawn)]
    # One task a process: torch would share its threads between them.
    with ProcessPoolExecutor(workers, get_context("spawn"), max_tasks_per_child=1) as pool:
        found = list(pool.map(searched, tasks))
        random = list(pool.map(drawn_blindly, blind))
    rows = {name: [each for each in found if each["method"] == name] for name in names}
    for name, row in rows.items():
        click.echo(f"{name:<20} {told([each['test'] for each in row])}  {spent(row)}")
    scores = [each["test"] for each in random]
    if scores:
        quartiles = np.percentile(scores, [0, 25, 50, 75, 100])
        click.echo(f"{RANDOM:<20} n {len(scores)}, min quartiles max {np.round(quartiles, 3)}")
    save(path, {"budget": budget, "sets": list(sets), "methods": rows, RANDOM: scores})


def told(scores: Sequence[float]) -> str:
    """Return mean and standard error in words."""
    error = np.std(scores, ddof=1) / len(scores) ** 0.5 if len(scores) > 1 else float("nan")
    return f"test {np.mean(scores):.3f} +- {error:.3f} (s.e., n {len(scores)})"


def spent(found: Sequence[dict[str, Any]]) -> str:
    """Return the mean budget, and the share of skips that was found."""
    mean = {key: np.mean([each["budget"][key] for each in found]) for key in found[0]["budget"]}
    skips = [each["skips"] for each in found]
    return (
        f"{mean['cell_steps']:.0f} cell steps, {mean['seconds']:.0f} s, skips {np.mean(skips):.2f}"
    )


def searched(task: Task) -> dict[str, Any]:
    """Search, retrain what was found, and test it."""
    torch.set_num_threads(1)
    folder = task.out / f"{task.method}-{task.seed}"
    done = folder / "tested.json"
    if not done.is_file():
        config = load(SearchSettings, sets=task.settings)
        result = carry_out(config, "off", folder)
        genotype = Genotype.from_dict(json.loads((folder / "genotype.json").read_text()))
        tests = [tested(config.value, genotype, seed) for seed in range(task.retrain)]
        edges = genotype.edges()
        facts = {
            "method": task.method,
            "seed": task.seed,
            "test": float(np.mean(tests)),
            "tests": tests,
            "budget": result["budget"],
            "skips": sum(edge.op == "skip" for edge in edges) / len(edges),
            "genotype": genotype.as_dict(),
        }
        done.write_text(json.dumps(facts))
    found: dict[str, Any] = json.loads(done.read_text())
    return found


def drawn_blindly(task: Task) -> dict[str, Any]:
    """Retrain and test a genotype that was drawn at random."""
    torch.set_num_threads(1)
    done = task.out / f"{task.seed}.json"
    if not done.is_file():
        settings = load(SearchSettings, sets=task.settings).value
        space = open_space(FeatureCache.open(settings.cache), settings.space)
        genotype = space.draw(np.random.default_rng(task.seed))
        tests = [tested(settings, genotype, seed) for seed in range(task.retrain)]
        done.parent.mkdir(parents=True, exist_ok=True)
        done.write_text(json.dumps({"test": float(np.mean(tests)), "genotype": genotype.as_dict()}))
    found: dict[str, Any] = json.loads(done.read_text())
    return found


def tested(settings: SearchSettings, genotype: Genotype, seed: int) -> float:
    """Train from scratch on the training clips alone, twice as long, and score the test clips."""
    cache = FeatureCache.open(settings.cache)
    marks = cache.clips[split_column(cache, settings.split)].to_numpy()
    learn, test = np.flatnonzero(marks == "train"), np.flatnonzero(marks == "test")
    space, device = open_space(cache, settings.space), torch.device("cpu")
    source = open_source(cache, genotype.inputs, np.union1d(learn, test), genotype.grid, device)
    torch.manual_seed(seed)
    network = Network(genotype, space.widths, len(cache.classes), settings.train.dropout)
    recipe = replace(settings.train, epochs=2 * settings.train.epochs)
    targets = cache.plan.targets
    parts = [part(cache.clips, targets, rows) for rows in (learn, test)]
    trained = train(network, Bench(source, parts[0], device), recipe, (seed, 1)).eval()
    return score(trained, Bench(source, parts[1], device), 256).accuracy


if __name__ == "__main__":
    main()
