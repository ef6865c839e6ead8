"""Evaluations that take a second or two, and what is compared of them."""

import json
from pathlib import Path
from typing import Any

import numpy as np
from click.testing import CliRunner, Result

from adf.cache import FeatureCache
from adf.config import Config, load
from adf.evaluate.cli import evaluate
from adf.evaluate.field import Field
from adf.evaluate.genotypes import drawn
from adf.evaluate.outcome import Trial
from adf.evaluate.settings import EvalSettings
from adf.search.trial import open_space

SMALL = (
    "device=cpu",
    "seeds=0",
    "drawn=2",
    "baselines=none",
    "train={epochs: 3, batch: 8}",
    "space={channels: 4, nodes: 1, ops: [skip, conv_1x1x1]}",
)
# What a clock has a say in, and where things lie.
APART = {"time", "seconds", "run", "latency_ms"}


def call(*words: object) -> Result:
    """Run ``adf-eval`` in this process."""
    return CliRunner().invoke(evaluate, list(map(str, words)), prog_name="adf-eval")


def small(cache: Path, *sets: str) -> Config[EvalSettings]:
    """Return the settings of a quick evaluation."""
    return load(EvalSettings, sets=[f"cache={cache}", *SMALL, *sets], environ={})


def field_of(config: Config[EvalSettings], folder: Path, size: int = 600) -> Field:
    """Return the field of an evaluation."""
    cache = FeatureCache.open(config.value.cache)
    space = open_space(cache, config.value.space)
    levels = [level for slot in space.choices for level in slot]
    return Field(
        settings=config.value,
        needed=("flow", "rgb"),
        levels=levels,
        trials=[Trial("split_1", 0), Trial("split_1", 1)],
        widths=space.widths,
        classes=len(cache.classes),
        size=size,
        drawn=drawn(space, 3),
        folder=folder,
    )


def written(run: Path) -> dict[str, Any]:
    """Return all that the trainings of a run said, by the folder of each, without clocks."""
    found: dict[str, Any] = {}
    for file in sorted(run.glob("fits/*/*/fit.json")):
        arrays = np.load(file.with_name("chances.npz"))
        said = {name: arrays[name].tolist() for name in arrays.files}
        found[str(file.parent.relative_to(run))] = [without_clock(read(file)), said]
    return found


def read(path: Path) -> dict[str, Any]:
    """Return what a JSON file holds."""
    values: dict[str, Any] = json.loads(path.read_text())
    return values


def without_clock(values: Any) -> Any:
    """Return values without what a clock has a say in."""
    if isinstance(values, dict):
        return {key: without_clock(value) for key, value in values.items() if key not in APART}
    if isinstance(values, list):
        return [without_clock(value) for value in values]
    return values
