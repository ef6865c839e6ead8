"""Searches by several methods on one bench: how far from the best they end, and how they got there.

A search costs what its supernet costs; what it judges by training was trained for the table.
"""

import json
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from adf.config import Config, load
from adf.deal import deal
from adf.errors import ConfigError
from adf.evaluate.bench.lookup import RESULT, searched
from adf.evaluate.bench.runs import bench_run
from adf.evaluate.bench.settings import BenchSettings, as_search, ground
from adf.evaluate.bench.standing import standing
from adf.evaluate.bench.table import Table
from adf.evaluate.bench.words import as_csv
from adf.files import write_atomic
from adf.progress import Mode, progress
from adf.search.methods import has_own_space, method, spelled
from adf.search.settings import SearchSettings

# A search: its method and its seed.
Task = tuple[str, int]
ROWS = "compare.csv"


def settings_on(folder: Path, sets: Sequence[str]) -> Config[BenchSettings]:
    """Return the settings of a table, changed for its searches; those of the table stay."""
    made = Table.read(folder).facts["settings"]
    config = load(BenchSettings, files=[str(folder / "config.yaml")], sets=sets)
    other = [key for key, value in ground(config).items() if _plain(value) != made.get(key)]
    if other:
        raise ConfigError(
            f"{', '.join(other)}: {folder} was built with other settings; only those of methods"
            " can be changed here (budget, relax, propose)"
        )
    return config


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value


def compare(
    config: Config[BenchSettings],
    table_folder: Path,
    methods: Sequence[str],
    seeds: Sequence[int],
    workers: int = 1,
    mode: Mode = "auto",
    out: Path | None = None,
) -> dict[str, Any]:
    """Search by every method with every seed, and return how they did."""
    table = Table.read(table_folder)
    for name in methods:
        require_in_space(name)
    with bench_run("compare", config, out) as run:
        tasks = [(name, seed) for seed in seeds for name in methods]
        with progress("compare", len(tasks), mode) as bar:
            for _ in deal(partial(search, config, table, run.path), tasks, workers):
                bar.advance(1)
        result = {
            **of_table(table, table_folder),
            "methods": {
                spelled(name): standing(table, ended(run.path, name, seeds)) for name in methods
            },
            "seeds": list(seeds),
            "run": str(run.path),
        }
        write_atomic(run.path / ROWS, as_csv(result).encode())
        run.result(result)
    return result


def search(config: Config[BenchSettings], table: Table, folder: Path, task: Task) -> None:
    """Search once, unless that is done."""
    searched(own(config, task), table, place_of(folder, task))


def own(config: Config[BenchSettings], task: Task) -> Config[SearchSettings]:
    """Return the settings of one search."""
    return as_search(config, method=task[0], seed=task[1])


def ended(folder: Path, name: str, seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Return what the searches of a method came to."""
    places = (place_of(folder, (name, seed)) for seed in seeds)
    return [json.loads((place / RESULT).read_text()) for place in places]


def place_of(folder: Path, task: Task) -> Path:
    """Return the run folder of a search."""
    return folder / "searches" / f"{spelled(task[0])}-seed{task[1]}"


def of_table(table: Table, folder: Path) -> dict[str, Any]:
    """Return what a result says of the table that it stands on."""
    return {
        "kind": "gap",
        "cache": table.facts["settings"]["cache"],
        "provenance": table.facts["provenance"],
        "genotypes": len(table.genotypes),
        "table": str(folder),
    }


def require_in_space(name: str) -> None:
    """Refuse a method that finds other networks than those that a table is of."""
    method(name)
    if has_own_space(name):
        raise ConfigError(f"methods: {name} searches a space of its own, which no table is of")
