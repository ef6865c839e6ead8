"""The gap in words: a line for each method."""

from collections.abc import Mapping
from typing import Any

from adf.evaluate.bench.words import aligned, points, with_error

HEADS = (
    *("method", "tau", "in the best fifth", "spearman", "drop", "recalibrated"),
    *("gap", "skips", "curvature", "regret", "percentile"),
)


def as_text(result: Mapping[str, Any]) -> str:
    """Return a line for each method, and what the numbers are."""
    rows = [HEADS, *(_row(name, each) for name, each in result["methods"].items())]
    known, sample = result["ceiling_tau"], result["sample"]
    most = "" if known is None else f"; of one training with another it is {known:.2f}"
    return "\n".join(
        [
            *aligned(rows),
            f"tau of estimates with training, {sample['uniform']} of {result['genotypes']}"
            f" genotypes drawn blindly, {sample['top']} of the best{most}",
            f"drop, gap and regret in points of accuracy; {len(result['seeds'])} seeds",
            f"{result['run']}/result.json",
        ]
    )


def _row(name: str, each: Mapping[str, Any]) -> tuple[str, ...]:
    return (
        name,
        *(_between(each[key]) for key in ("tau", "tau_top", "spearman")),
        *(points(each["drop"][key], "+") for key in ("before", "after")),
        points(each["optimisation_gap"], "+"),
        f"{each['skip_share']:.0%}",
        f"{each['curvature']:.2g}",
        with_error(each["regret"]),
        f"{each['percentile']:.1%}",
    )


def _between(found: Mapping[str, float]) -> str:
    return f"{found['value']:.2f} ({found['low']:.2f} to {found['high']:.2f})"
