"""Searches that take a second or two, and what is compared of them."""

import json
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from click.testing import CliRunner, Result

from adf import metrics
from adf.cache import Appender, ClipPlan, FeatureCache, Root
from adf.config import Config, load
from adf.search.cli import search
from adf.search.settings import SearchSettings

SMALL = (
    "device=cpu",
    "budget=10",
    "space={channels: 4, nodes: 1, ops: [zero, skip, conv_1x1x1]}",
    "train={epochs: 2, batch: 8}",
    "relax={epochs: 3, warm_up: 1, batch: 8}",
    "propose={epochs: 2, warm_up: 1}",
)
# What a clock has a say in, and where things lie.
APART = {"time", "seconds", "run"}


def call(*words: object) -> Result:
    """Run ``adf-search`` in this process."""
    return CliRunner().invoke(search, list(map(str, words)), prog_name="adf-search")


def words_for(cache: Path, *sets: str) -> list[str]:
    """Return the words of a quick search."""
    words = ["--cache", str(cache), "--progress", "off"]
    return words + [word for pair in (*SMALL, *sets) for word in ("--set", pair)]


def small(cache: Path, *sets: str) -> Config[SearchSettings]:
    """Return the settings of a quick search."""
    return load(SearchSettings, sets=[f"cache={cache}", *SMALL, *sets], environ={})


def rewritten(
    source: Path, place: Path, plan: ClipPlan | None = None, spoilt: Collection[int] = ()
) -> Path:
    """Copy a cache, with other labels if there is a plan, and some rows that are no numbers."""
    cache = FeatureCache.open(source)
    plan = plan or cache.plan
    root = Root.create(place, plan, shard_rows=64)
    for name in cache.modalities:
        made = cache.provenance(name)
        values = {level: cache.read(slice(None), name, level) for level in cache.levels(name)}
        for each in values.values():
            each[list(spoilt)] = np.nan
        made = replace(made, plan=plan.digest)
        appender = Appender(root, made, allow_nonfinite=True)
        for draft in appender.drafts():
            with draft:
                for row in draft.rows:
                    draft.put(row, {level: each[row] for level, each in values.items()})
        appender.seal()
    return place


def learned(run: Path) -> list[Any]:
    """Return all that a search wrote down, apart from times and from what the cache is called."""
    lines = metrics.read(run / "metrics.jsonl")
    found = [line for line in lines if line["event"] != "cache"]
    result = json.loads((run / "result.json").read_text())
    kept = {key: value for key, value in result.items() if key not in ("cache", "provenance")}
    return [*map(_without_clock, [*found, kept]), (run / "genotype.json").read_bytes()]


def _without_clock(values: Any) -> Any:
    if isinstance(values, dict):
        return {key: _without_clock(value) for key, value in values.items() if key not in APART}
    return values
