"""Timing several ways of doing the same, in turn, so that a busy machine slows all alike."""

import json
import os
import platform
import time
from collections.abc import Callable, Mapping
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

Way = Callable[[int], object]
PACKAGES = ("numpy", "h5py", "zarr", "numcodecs")


def in_turn(ways: Mapping[str, Way], rounds: int, every: Mapping[str, int]) -> dict[str, float]:
    """Return the median seconds of each way; ``every`` thins out the rounds of slow ways."""
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(rounds):
        for name, way in ways.items():
            if turn % every.get(name, 1) == 0:
                start = time.perf_counter()
                way(turn)
                seconds[name].append(time.perf_counter() - start)
    return {name: median(times) for name, times in seconds.items()}


def machine() -> dict[str, Any]:
    """Return what a ratio may depend on."""
    return {
        "python": platform.python_version(),
        "machine": platform.machine(),
        "cores": os.cpu_count(),
        "load": os.getloadavg()[0],
        **{name: version(name) for name in PACKAGES},
    }


def table(rows: Mapping[str, float], unit: str) -> str:
    """Return names and figures, largest first."""
    width = max(map(len, rows))
    ordered = sorted(rows.items(), key=lambda row: -row[1])
    return "\n".join(f"  {name:<{width}}  {figure:8.3g} {unit}" for name, figure in ordered)


def save(path: str | None, result: Mapping[str, Any]) -> None:
    """Write the result with the machine it was measured on."""
    if path:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_text(json.dumps({**result, "machine": machine()}, indent=2) + "\n")
