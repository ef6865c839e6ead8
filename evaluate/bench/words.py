"""A comparison as a table for people, and as rows for programs."""

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

from adf.evaluate.bench.standing import ahead

HEADS = ("method", "regret: median", "middle half", "mean", "percentile", "ahead", "cell steps")


def as_text(result: Mapping[str, Any]) -> str:
    """Return a line for each method; ``ahead`` is in comparison with the first."""
    methods = result["methods"]
    first = next(iter(methods))
    rows = [HEADS, *(_row(name, each, methods[first]) for name, each in methods.items())]
    count = len(result["seeds"])
    return "\n".join(
        [
            *aligned(rows),
            f"regret in points of accuracy behind the best of {result['genotypes']} genotypes,"
            f" over {count} seeds; ahead of {first}, seed by seed, with the standard error",
            f"{result['run']}/result.json",
        ]
    )


def _row(name: str, each: Mapping[str, Any], first: Mapping[str, Any]) -> tuple[str, ...]:
    regret = each["regret"]
    return (
        name,
        points(regret["median"]),
        f"{points(regret['low'])} to {points(regret['high'])}",
        with_error(regret),
        f"{each['percentile']:.1%}",
        "" if each is first else with_error(ahead(each, first), "+"),
        f"{each['spent']['cell_steps']:,.0f}",
    )


def points(value: float, sign: str = "") -> str:
    """Return a share in points of a hundred."""
    return f"{100 * value:{sign}.2f}"


def with_error(spread: Mapping[str, Any], sign: str = "") -> str:
    """Return a mean with its standard error."""
    mean = points(spread["mean"], sign)
    return mean if spread["error"] is None else f"{mean} +- {points(spread['error'])}"


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return lines whose columns stand one below the other."""
    wide = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(map(str.ljust, row, wide)).rstrip() for row in rows]


def as_csv(result: Mapping[str, Any]) -> str:
    """Return a row for each search."""
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(("method", "seed", "found", "regret"))
    for name, each in result["methods"].items():
        for seed, found, regret in zip(
            result["seeds"], each["found"], each["regrets"], strict=True
        ):
            rows.writerow((name, seed, found, f"{regret:.6f}"))
    return text.getvalue()
