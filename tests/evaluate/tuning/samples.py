"""Tunings that take a second or two, and what is compared of them."""

import json
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from adf import metrics
from adf.evaluate.tuning.cli import tune
from adf.evaluate.tuning.trials import records
from adf.search.genotypes.genotype import Cell, Edge, Genotype, Input

SMALL = ("device=cpu", "train={epochs: 4, batch: 8}", "trials=6", "least=1", "eta=2")


def write_genotype(folder: Path) -> Path:
    """Write a genotype that reads the level that tells the classes apart, and another one."""
    levels = (Input("rgb", "low"), Input("flow", "high"))
    cell = Cell(((Edge("conv_1x1x1", 0), Edge("skip", 1)),), (2,))
    path = folder / "genotype.json"
    path.write_text(Genotype(levels, (cell,), 4, (1, 2, 2)).to_json())
    return path


def call(*words: object) -> Result:
    """Run ``adf-eval tune`` in this process."""
    return CliRunner().invoke(tune, list(map(str, words)), prog_name="adf-eval tune")


def words_for(cache: Path, genotype: Path, out: Path, *sets: str) -> list[str]:
    """Return the words of a quick tuning."""
    words = ["--cache", str(cache), "--genotype", str(genotype), "--out", str(out)]
    words += ["--progress", "off"]
    return words + [word for pair in (*SMALL, *sets) for word in ("--set", pair)]


def learned(out: Path) -> list[Any]:
    """Return all that the trials wrote down, apart from what a clock has a say in."""
    found: list[Any] = []
    for record in records(out):
        lines = metrics.read(out / "trials" / f"{record.number:04d}" / "metrics.jsonl")
        told = [{key: line[key] for key in line if key != "time"} for line in lines]
        found.append([record.number, record.state, record.params, record.accuracy, told])
    return found


def result(out: Path) -> dict[str, Any]:
    """Return what a tuning found."""
    values: dict[str, Any] = json.loads((out / "result.json").read_text())
    return values
