"""What one search believes of genotypes: its supernet, opened again where the search left it."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from adf.config import Config
from adf.evaluate.bench.lookup import RESULT, searched
from adf.evaluate.bench.table import Table
from adf.evaluate.gap.inherited import accuracy, log_odds, masked, recalibrated
from adf.files import write_atomic
from adf.progress import progress
from adf.search.genotypes.canonical import digest
from adf.search.methods import relaxing
from adf.search.relaxing.curvature import curvature
from adf.search.relaxing.relaxed import Relaxed
from adf.search.runs import search_run
from adf.search.settings import SearchSettings
from adf.search.trial import open_study

SEEN = "gap.json"


def look(config: Config[SearchSettings], table: Table, folder: Path, names: Sequence[str]) -> None:
    """Search, and write down what the supernet says of these genotypes, unless it is there."""
    asked = list(dict.fromkeys([*names, *searched(config, table, folder)["trained"]]))
    path = folder / SEEN
    if not path.is_file() or list(json.loads(path.read_text())["inherited"]) != asked:
        write_atomic(path, json.dumps(seen(config, table, folder, asked)).encode())


def recall(folder: Path) -> dict[str, Any]:
    """Return what was seen of a search, and what it trained."""
    found: dict[str, Any] = json.loads((folder / SEEN).read_text())
    return {**found, "trained": json.loads((folder / RESULT).read_text())["trained"]}


def seen(
    config: Config[SearchSettings], table: Table, folder: Path, names: Sequence[str]
) -> dict[str, Any]:
    """Open a supernet at its last epoch and score genotypes with it."""
    with search_run(config, str(config.value.seed), folder, False) as run:
        with progress("", 1, "off") as bar:
            study = open_study(config.value, run, bar)
        relaxed = Relaxed(study, *relaxing(config.value.method)(config.value))
        # Its last checkpoint is the end of its training: nothing is left to be run.
        relaxed.run()
        genotype = relaxed.found()
        mixture, own = relaxed.expected(), masked(relaxed, genotype)
        edges = genotype.edges()
        before, inherited = accuracy(relaxed, own), recalibrated(relaxed, own)
        return {
            "digest": digest(genotype),
            "drop": {
                "before": accuracy(relaxed, mixture) - before,
                "after": recalibrated(relaxed, mixture) - inherited,
            },
            "optimisation_gap": table.means[digest(genotype)] - inherited,
            "skip_share": sum(edge.op == "skip" for edge in edges) / len(edges),
            "curvature": curvature(relaxed),
            "inherited": {name: scores(relaxed, table, name) for name in names},
        }


def scores(relaxed: Relaxed, table: Table, name: str) -> dict[str, float]:
    """Return what a supernet says of a genotype, in three ways."""
    genotype = table.genotypes[name]
    mixture = masked(relaxed, genotype)
    return {
        "recalibrated": recalibrated(relaxed, mixture),
        "running": accuracy(relaxed, mixture),
        "logits": log_odds(relaxed, genotype),
    }
