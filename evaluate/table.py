"""From rows to the table: here, and nowhere else, answers meet what was said of the test videos."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from adf.errors import InputNotFound, InvalidInput
from adf.evaluate.metrics import Targets, accuracy, confusion, summary
from adf.evaluate.outcome import Outcome, Row
from adf.search.genotypes.canonical import digest

BEST = 5


def scored(
    row: Row, answers: Mapping[str, Targets], ceilings: Mapping[frozenset[frozenset[str]], float]
) -> dict[str, Any]:
    """Return a row in numbers; ``answers`` are the classes of the test videos of each split."""
    trials = [_trial(each, answers[each.trial.split]) for each in row.outcomes]
    table = sum(confusion(each.test, answers[each.trial.split]) for each in row.outcomes)
    table = np.asarray(table)
    return {
        "name": row.name,
        "kind": row.kind,
        "reads": row.reads,
        "ceiling": ceilings.get(reading(row.reads)),
        "note": row.note,
        "genotype": row.genotype.as_dict() if row.genotype else None,
        "digest": digest(row.genotype) if row.genotype else None,
        "parameters": max(each.parameters for each in row.outcomes),
        "flops": max(each.flops for each in row.outcomes),
        "latency_ms": float(np.median([each.latency_ms for each in row.outcomes])),
        **{
            name: summary([each[name] for each in trials]).as_dict()
            for name in ("top1", "top5", "validation")
        },
        # A class that no test video is of has no accuracy; 0 of 1 is what bars can show.
        "per_class": (table.diagonal() / table.sum(axis=1).clip(min=1)).tolist(),
        "confusion": table.tolist(),
        "trials": trials,
    }


def _trial(outcome: Outcome, answers: Targets) -> dict[str, Any]:
    return {
        "split": outcome.trial.split,
        "seed": outcome.trial.seed,
        "top1": accuracy(outcome.test, answers),
        "top5": accuracy(outcome.test, answers, BEST),
        "validation": outcome.validated[0],
        "epoch": outcome.epoch,
        "videos": len(answers),
    }


def reading(text: str) -> frozenset[frozenset[str]]:
    """Return what ``rgb + flow x pose`` says, whatever the order."""
    return frozenset(
        frozenset(part.strip() for part in group.split(" x ")) for group in text.split(" + ")
    )


def read_ceilings(path: str) -> dict[frozenset[frozenset[str]], float]:
    """Read the file of the ceilings; no file, no ceilings."""
    if not path:
        return {}
    if not Path(path).is_file():
        raise InputNotFound(f"ceilings: there is no {path}: adf demo ceilings --json prints it")
    try:
        found = json.loads(Path(path).read_text())
        return {reading(name): float(share) for name, share in found.items()}
    except (ValueError, AttributeError, TypeError) as error:
        raise InvalidInput(f"ceilings: {path} is no JSON of numbers by name: {error}") from None


def as_text(result: Mapping[str, Any]) -> str:
    """Return the table in words, the best row first."""
    rows = sorted(result["rows"], key=lambda row: -row["top1"]["mean"])
    ceilings = any(row["ceiling"] is not None for row in rows)
    head = ["", "top-1", "+-", "n", *(["ceiling"] if ceilings else []), "top-5", "validation"]
    lines = [[*head, "parameters", "MFLOP", "ms"]]
    for row in rows:
        top = row["top1"]
        most = "" if row["ceiling"] is None else f"{row['ceiling']:.1%}"
        lines.append(
            [
                row["name"],
                *(f"{top['mean']:.1%}", f"{top['error']:.1%}", str(top["n"])),
                *([most] if ceilings else []),
                *(f"{row[name]['mean']:.1%}" for name in ("top5", "validation")),
                *(f"{row['parameters']:,}", f"{row['flops'] / 1e6:,.1f}"),
                f"{row['latency_ms']:.1f}",
            ]
        )
    return "\n".join([*aligned(lines), *_foot(result)])


def aligned(lines: Sequence[Sequence[str]]) -> list[str]:
    """Return lines of equal columns: names to the left, numbers to the right."""
    wide = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return [
        "  ".join([line[0].ljust(wide[0]), *map(str.rjust, line[1:], wide[1:])]).rstrip()
        for line in lines
    ]


def _foot(result: Mapping[str, Any]) -> list[str]:
    videos = result["rows"][0]["trials"][0]["videos"]
    splits = ", ".join(result["splits"])
    return [
        f"top-1 on {videos} test videos of {splits}, +- standard error over n trainings;"
        " epochs were chosen on validation",
        f"{result['run']}/result.json",
    ]
