"""The optimisation gap of methods on a bench: every search, and what its supernet believed."""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from adf.config import Config
from adf.deal import deal
from adf.evaluate.bench.compare import Task, ended, of_table, own, place_of, require_in_space
from adf.evaluate.bench.runs import bench_run
from adf.evaluate.bench.settings import BenchSettings
from adf.evaluate.bench.standing import standing
from adf.evaluate.bench.table import Table
from adf.evaluate.gap.beliefs import beliefs
from adf.evaluate.gap.look import look, recall
from adf.evaluate.gap.ranks import Values, agreement, ceiling, rhos, taus
from adf.progress import Mode, progress
from adf.search.methods import relaxing, spelled

# The genotypes among which order matters most.
TOP = 0.2


def gap(
    config: Config[BenchSettings],
    table_folder: Path,
    methods: Sequence[str],
    seeds: Sequence[int],
    sample: int,
    workers: int = 1,
    mode: Mode = "auto",
    out: Path | None = None,
) -> dict[str, Any]:
    """Search by every method with every seed, look into the supernets, and say what is there."""
    table = Table.read(table_folder)
    for name in methods:
        relaxing(name)
        require_in_space(name)
    drawn, top = asked(table, sample)
    names = sorted({*drawn, *top})
    with bench_run("gap", config, out) as run:
        tasks = [(name, seed) for seed in seeds for name in methods]
        with progress("gap", len(tasks), mode) as bar:
            for _ in deal(partial(look_at, config, table, run.path, names), tasks, workers):
                bar.advance(1)
        looks = {
            name: [recall(place_of(run.path, (name, seed))) for seed in seeds] for name in methods
        }
        result = {
            **of_table(table, table_folder),
            "methods": {
                spelled(name): {
                    **of_method(table, looks[name], drawn, top),
                    **standing(table, ended(run.path, name, seeds)),
                }
                for name in methods
            },
            "ceiling_tau": ceiling(table.scores),
            "sample": {"uniform": len(drawn), "top": len(top)},
            "seeds": list(seeds),
            "run": str(run.path),
        }
        run.result(result)
    return result


def look_at(
    config: Config[BenchSettings], table: Table, folder: Path, names: Sequence[str], task: Task
) -> None:
    """Search once and look into the supernet, unless that is done."""
    look(own(config, task), table, place_of(folder, task), names)


def asked(table: Table, sample: int) -> tuple[list[str], list[str]]:
    """Return genotypes drawn blindly, and drawn among the best fifth; the same for all methods."""
    random, names = np.random.default_rng(0), np.array(list(table.genotypes))
    means = np.array(list(table.means.values()))
    best = names[means >= np.quantile(means, 1 - TOP)]
    drawn, top = (
        random.choice(each, min(sample, len(each)), replace=False).tolist()
        for each in (names, best)
    )
    return drawn, top


def of_method(
    table: Table, looks: Sequence[Mapping[str, Any]], drawn: Sequence[str], top: Sequence[str]
) -> dict[str, Any]:
    """Return how well a method's beliefs agree with the table, and what its supernets lose."""
    truth, best = (np.array([table.means[name] for name in names]) for names in (drawn, top))
    believed = [beliefs(each, table.genotypes) for each in looks]

    def estimates(names: Sequence[str], kind: str) -> list[Values]:
        return [np.array([each[kind][name] for name in names]) for each in believed]

    kinds = list(believed[0])
    mean = {
        key: float(np.mean([each[key] for each in looks]))
        for key in ("optimisation_gap", "skip_share", "curvature")
    }
    drops = {
        key: float(np.mean([each["drop"][key] for each in looks])) for key in ("before", "after")
    }
    return {
        "tau": agreement(taus, estimates(drawn, kinds[0]), truth),
        "spearman": agreement(rhos, estimates(drawn, kinds[0]), truth),
        "tau_top": agreement(taus, estimates(top, kinds[0]), best),
        "taus": {kind: agreement(taus, estimates(drawn, kind), truth) for kind in kinds},
        "drop": {**drops, "seeds": len(looks)},
        **mean,
    }
