"""What a league writes."""

from typing import Any

SPENT = {"seconds": 121.0, "cell_steps": 4000.0, "of_allowance": 1.1}


def league() -> dict[str, Any]:
    """Return the result of a league."""
    entries = [
        ("propose-and-judge", "found", 0.98, 0.01, 1),
        ("evolution", "found", 0.95, 0.05, 1),
        ("darts", "found", 0.55, 0.04, 3),
        ("late fusion, mean", "baseline", 0.37, 0.06, 4),
    ]
    return {
        "kind": "league",
        "cache": "/data/who-does-what.cache",
        "allowance": "2m",
        "test_videos": 240,
        "entries": [
            {
                "name": name,
                "kind": kind,
                "mean": mean,
                "low": mean - margin,
                "high": min(mean + margin, 1.0),
                "rank": rank,
                "scores": [mean - margin / 2, mean + margin / 2],
                "parameters": 10_000 * rank,
                **(SPENT if kind == "found" else {}),
                "curve": [[10 * 2**at, mean - 0.3 / (1 + at)] for at in range(4)]
                if kind == "found"
                else [],
            }
            for name, kind, mean, margin, rank in entries
        ],
    }
