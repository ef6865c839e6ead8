"""A league as text."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

HEAD = ("rank", "", "top-1", "95 %", "n", "parameters", "seconds", "cell steps", "of allowance")


def as_text(result: Mapping[str, Any]) -> str:
    """Return a line for each entry, the best first."""
    rows = [HEAD, *map(_row, result["entries"])]
    wide = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        "  ".join(
            cell.ljust(size) if place == 1 else cell.rjust(size)
            for place, (cell, size) in enumerate(zip(row, wide, strict=True))
        ).rstrip()
        for row in rows
    ]
    folder = Path(result["run"])
    return "\n".join(
        [
            *lines,
            f"equal ranks: no difference beyond the luck of searches and videos (95 %);"
            f" {result['allowance']} a search",
            f"{folder / 'result.json'}, {folder / 'report.html'}",
        ]
    )


def _row(entry: Mapping[str, Any]) -> tuple[str, ...]:
    spent = [f"{entry[key]:,.0f}" if key in entry else "" for key in ("seconds", "cell_steps")]
    spent.append(f"{entry['of_allowance']:.0%}" if "of_allowance" in entry else "")
    return (
        str(entry["rank"]),
        entry["name"],
        f"{entry['mean']:.1%}",
        f"{entry['low']:.1%} to {entry['high']:.1%}",
        str(len(entry["scores"])),
        f"{entry['parameters']:,.0f}",
        *spent,
    )
