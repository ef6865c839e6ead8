"""Which of the trained networks of an evaluation is exported: decided on validation alone."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from adf.errors import ConfigError, InputNotFound, InvalidInput
from adf.evaluate.entrants import FOUND


class Chosen(NamedTuple):
    """A row of the table, one of its trials, and the folder with the weights of that."""

    row: dict[str, Any]
    trial: dict[str, Any]
    folder: Path


def read_result(run: Path) -> dict[str, Any]:
    """Return what an evaluation found."""
    path = run / "result.json"
    if not path.is_file():
        raise InputNotFound(f"there is no {path}: give the run folder of a finished adf-eval")
    try:
        result = json.loads(path.read_text())
    except ValueError as error:
        raise InvalidInput(f"{path} is no JSON: {error}") from None
    if not isinstance(result, dict) or result.get("kind") != "evaluation":
        raise InvalidInput(f"{path} is not of an evaluation: give the run folder of adf-eval")
    return result


def choose(
    run: Path,
    result: Mapping[str, Any],
    name: str | None = None,
    split: str | None = None,
    seed: int | None = None,
) -> Chosen:
    """Return the row of this name, or the found one that is best, and its best trial."""
    row = _row(result["rows"], name)
    trials = [
        trial
        for trial in row["trials"]
        if split in (None, trial["split"], trial["split"].removeprefix("split_"))
        and seed in (None, trial["seed"])
    ]
    if not trials:
        there = ", ".join(f"{trial['split']} seed {trial['seed']}" for trial in row["trials"])
        raise ConfigError(f"--split, --seed: '{row['name']}' was trained with: {there}")
    trial = max(trials, key=lambda trial: float(trial["validation"]))
    return Chosen(row, trial, _fit(run, trial))


def _row(rows: list[dict[str, Any]], name: str | None) -> dict[str, Any]:
    able = {row["name"]: row for row in rows if row["genotype"]}
    if name is not None:
        if name not in able:
            known = ", ".join(able) or "none"
            raise ConfigError(f"--row: no genotype is called '{name}' there. There are: {known}")
        return able[name]
    found = [row for row in able.values() if row["kind"] == FOUND]
    if not found:
        known = ", ".join(able) or "none"
        raise ConfigError(f"--row: no genotype was given to this evaluation; it has: {known}")
    return max(found, key=lambda row: float(row["validation"]["mean"]))


def _fit(run: Path, trial: Mapping[str, Any]) -> Path:
    """Return the folder of a training."""
    folder = run / str(trial.get("fit"))
    for name in ("fit.json", "weights.pt"):
        if not (folder / name).is_file():
            raise InputNotFound(f"there is no {folder / name}: run adf-eval there once more")
    return folder
