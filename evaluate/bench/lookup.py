"""A search on the bench: the method itself, whose trainings are looked up where they are known."""

import json
from dataclasses import dataclass, fields
from pathlib import Path
from statistics import fmean
from typing import Any

from adf import metrics
from adf.config import Config
from adf.evaluate.bench.table import Table
from adf.progress import progress
from adf.runs import RunFolder
from adf.search.families import Found, canonical, digest
from adf.search.methods import method
from adf.search.result import describe
from adf.search.runs import search_run
from adf.search.settings import SearchSettings
from adf.search.study import Memory, Study
from adf.search.trial import open_study

LINES, RESULT = "metrics.jsonl", "result.json"
PAID = ("accuracy", "loss", "samples", "cell_steps", "seconds")


class Lookup(Memory):
    """What a run knows, and what the table does: that is written down when it is asked for."""

    def __init__(self, run: RunFolder, table: Table, seed: int) -> None:
        super().__init__(run)
        self._table, self._seed = table, seed

    def known(self, event: str, *key: object) -> dict[str, Any] | None:
        """Return what was told under this key, or the training that the table has there."""
        line = super().known(event, *key)
        found = self._training(*key) if event == "judged" and line is None else None
        return line if found is None else self.tell(event, *key, **found)

    def _training(self, name: object, epochs: object, number: object) -> dict[str, Any] | None:
        """Return training ``number`` of a judge: each search begins with another of the table."""
        most = self._table.trainings
        if int(str(number)) >= most:
            return None
        key = (str(name), int(str(epochs)), (self._seed + int(str(number))) % most)
        line = self._table.lines.get(key)
        if line is None:
            return None
        genotype = canonical(self._table.genotypes[key[0]])
        return {**{each: line[each] for each in PAID}, "genotype": genotype.as_dict()}


@dataclass(frozen=True)
class Watched(Study):
    """A study that also writes down what was best when, in steps of a cell."""

    def propose(self, genotype: Found) -> None:
        """Write down the best genotype so far, and what it took to find it."""
        super().propose(genotype)
        spent, name = self.budget.cell_steps, digest(genotype)
        self.memory.tell("proposed", f"{spent:.3f}", name, cell_steps=spent, digest=name)


def watched(study: Study, memory: Memory) -> Study:
    """Return the study with another memory, and with its proposals written down."""
    values = {field.name: getattr(study, field.name) for field in fields(Study)}
    return Watched(**{**values, "memory": memory})


def searched(config: Config[SearchSettings], table: Table, folder: Path) -> dict[str, Any]:
    """Search with the table at hand, and return the ``result.json`` with the way there."""
    seed = config.value.seed
    with search_run(config, str(seed), folder, False) as run:
        if not (run.path / RESULT).is_file():
            with progress("", 1, "off") as bar:
                study = open_study(config.value, run, bar)
            study = watched(study, Lookup(run, table, seed))
            genotype = canonical(method(config.value.method)(study))
            study.propose(genotype)
            learned = {"curve": way(run.path), "trained": trained(run.path, config.value)}
            run.result({**describe(study, genotype), **learned})
    result: dict[str, Any] = json.loads((folder / RESULT).read_text())
    return result


def way(folder: Path) -> list[tuple[float, str]]:
    """Return after how many steps which genotype was the best so far."""
    lines = metrics.read(folder / LINES)
    found = {line["cell_steps"]: line["digest"] for line in lines if line["event"] == "proposed"}
    return sorted(found.items())


def trained(folder: Path, settings: SearchSettings) -> dict[str, float]:
    """Return what a search trained in full, each genotype with the mean of its trainings."""
    found: dict[str, list[float]] = {}
    for line in metrics.read(folder / LINES):
        if line["event"] == "judged" and int(line["key"][1]) == settings.train.epochs:
            found.setdefault(line["key"][0], []).append(line["accuracy"])
    return {name: fmean(values) for name, values in found.items()}
