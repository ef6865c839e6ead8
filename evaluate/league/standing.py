"""Who stands where: means with their intervals, and ranks that tie what cannot be told apart."""

import json
from collections.abc import Mapping, Sequence
from math import hypot
from pathlib import Path
from statistics import fmean, variance
from typing import Any

from adf import metrics
from adf.evaluate.entrants import FOUND
from adf.evaluate.genotypes import title
from adf.evaluate.league.allowance import Allowance

# Quantiles of Student's t at 97.5 %, by degrees of freedom from 1; beyond, that of the last one.
STUDENT = (
    *(12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228),
    *(2.201, 2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086),
    *(2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042),
)
NORMAL = 1.96
# Points of a curve.
POINTS = 60


def standings(
    table: Mapping[str, Any],
    found: Mapping[str, Sequence[Path]],
    unit: float,
    allowance: Allowance,
) -> dict[str, Any]:
    """Return everyone's place; ``found`` are the folders of each method's searches.

    Steps are counted in those of ``unit`` operations.
    """
    rows = {row["name"]: row for row in table["rows"]}
    videos = sum(each["tested"] for each in table["videos"].values())
    entries = [of_method(folders, rows, unit) for folders in found.values()]
    for entry in entries:
        entry["of_allowance"] = entry[allowance.unit] / allowance.amount
    entries += [of_baseline(row) for row in table["rows"] if row["kind"] != FOUND]
    entries.sort(key=lambda entry: -entry["mean"])
    for entry in entries:
        half = entry["margin"] = margin(entry["scores"], entry["mean"], videos)
        entry["low"] = max(entry["mean"] - half, 0.0)
        entry["high"] = min(entry["mean"] + half, 1.0)
    for entry in entries:
        entry["rank"] = 1 + sum(clearly_better(other, entry) for other in entries)
    same = ("cache", "provenance", "splits", "chance", "classes")
    return {
        "kind": "league",
        **{name: table[name] for name in same},
        "test_videos": videos,
        "entries": entries,
    }


def of_method(
    folders: Sequence[Path], rows: Mapping[str, Mapping[str, Any]], unit: float
) -> dict[str, Any]:
    """Return what a method came to; its score of a seed is a mean over trainings."""
    mine = [rows[title(folder)] for folder in folders]
    facts = [json.loads((folder / "result.json").read_text()) for folder in folders]
    scores = [row["top1"]["mean"] for row in mine]
    best = max(range(len(mine)), key=lambda at: facts[at]["judged"]["accuracy"])
    return {
        "name": facts[0]["method"],
        "kind": FOUND,
        "mean": fmean(scores),
        "scores": scores,
        "parameters": fmean(row["parameters"] for row in mine),
        **{key: fmean(each["budget"][key] for each in facts) for key in ("seconds", "samples")},
        "cell_steps": fmean(each["budget"]["cell_steps"] * each["unit"] / unit for each in facts),
        "curve": curve([way(folder) for folder in folders]),
        # The one that its own judge liked best, to be drawn.
        "genotype": facts[best]["genotype"],
    }


def of_baseline(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a row of the table came to."""
    return {
        "name": row["name"],
        "kind": row["kind"],
        "mean": row["top1"]["mean"],
        "scores": [trial["top1"] for trial in row["trials"]],
        "parameters": row["parameters"],
    }


def margin(scores: Sequence[float], mean: float, videos: int) -> float:
    """Return how far to each side of a mean 95 % lie: by the luck of searches, and of videos.

    Other test videos would have given other scores: by as much as the share of right ones says,
    with one right and one wrong added, lest all right be beyond doubt.
    """
    count = len(scores)
    searches = 0.0
    if count > 1:
        searches = STUDENT[min(count - 1, len(STUDENT)) - 1] ** 2 * variance(scores) / count
    share = (mean * videos + 1) / (videos + 2)
    return float((searches + NORMAL**2 * share * (1 - share) / videos) ** 0.5)


def clearly_better(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Return whether one mean is above the other by more than both margins together explain."""
    return bool(one["mean"] - other["mean"] > hypot(one["margin"], other["margin"]))


def way(folder: Path) -> list[tuple[float, float]]:
    """Return after how many seconds of work which accuracy was the best that was trained."""
    spent, best, points = 0.0, -1.0, list[tuple[float, float]]()
    for line in metrics.read(folder / "metrics.jsonl"):
        spent += float(line.get("seconds") or 0.0)
        if line.get("event") == "judged" and line["accuracy"] > best:
            best = line["accuracy"]
            points.append((spent, best))
    return points


def curve(ways: Sequence[Sequence[tuple[float, float]]]) -> list[tuple[float, float]]:
    """Return the mean of what was best so far, from where every search has something."""
    if not all(ways):
        return []
    first = max(each[0][0] for each in ways)
    costs = sorted({at for each in ways for at, _ in each if at >= first})
    step = max(1, len(costs) // POINTS)
    return [(at, fmean(_by(each, at) for each in ways)) for at in costs[::step]]


def _by(points: Sequence[tuple[float, float]], cost: float) -> float:
    return [best for at, best in points if at <= cost][-1]
