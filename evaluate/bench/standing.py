"""How a method did over its seeds: where it ended, and what was best on the way."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from adf.evaluate.bench.table import Table

# Points of a curve.
POINTS = 60
SPENT = ("samples", "cell_steps", "seconds")


def standing(table: Table, results: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return how a method did over its seeds."""
    names = [result["digest"] for result in results]
    spent = {key: float(np.mean([each["budget"][key] for each in results])) for key in SPENT}
    return {
        "regret": spread([table.regret(name) for name in names]),
        "percentile": float(np.mean([table.percentile(name) for name in names])),
        "curve": curve([[(at, table.regret(name)) for at, name in r["curve"]] for r in results]),
        "spent": spent,
        "found": names,
        "regrets": [table.regret(name) for name in names],
    }


def spread(values: Sequence[float]) -> dict[str, Any]:
    """Return the middle of numbers, the middle half of them, and their mean with its error."""
    low, median, high = np.percentile(values, [25, 50, 75]).tolist()
    count = len(values)
    error = float(np.std(values, ddof=1)) / count**0.5 if count > 1 else None
    mean = float(np.mean(values))
    return {"median": median, "low": low, "high": high, "mean": mean, "error": error, "n": count}


def curve(ways: Sequence[Sequence[tuple[float, float]]]) -> list[tuple[float, float]]:
    """Return the mean regret of what was best so far, from where every search has something."""
    first = max(way[0][0] for way in ways)
    costs = sorted({at for way in ways for at, _ in way if at >= first})
    picked = np.unique(np.linspace(0, len(costs) - 1, POINTS).round().astype(int))
    return [(costs[at], float(np.mean([_by(way, costs[at]) for way in ways]))) for at in picked]


def _by(way: Iterable[tuple[float, float]], cost: float) -> float:
    return [regret for at, regret in way if at <= cost][-1]


def ahead(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """Return by how much less ``one`` regrets than ``other``, seed by seed."""
    return spread(np.subtract(other["regrets"], one["regrets"]).tolist())
