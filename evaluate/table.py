"""From rows to the table: here, and nowhere else, answers meet what was said of the test videos."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from adf.errors import InputNotFound, InvalidInput
from adf.evaluate.metrics import Targets, accuracy, confusion, summary
from adf.evaluate.outcome import Outcome, Row
from adf.search.families import digest

BEST = 5
Reading = frozenset[frozenset[str]]
Ceilings = Mapping[Reading, float]


def scored(row: Row, answers: Mapping[str, Targets], ceilings: Ceilings) -> dict[str, Any]:
    """Return a row in numbers; ``answers`` are the classes of the test videos of each split."""
    trials = [_trial(each, answers[each.trial.split]) for each in row.outcomes]
    table = np.sum(
        [confusion(each.test, answers[each.trial.split]) for each in row.outcomes], axis=0
    )
    known = [ceilings.get(reading(each.reads)) for each in row.outcomes]
    return {
        "name": row.name,
        "kind": row.kind,
        "reads": row.reads,
        "backbones": sorted(set().union(*reading(row.reads))),
        # Of several networks, that of the one that can know most.
        "ceiling": None if None in known else max(each for each in known if each is not None),
        "note": row.note,
        "statistic": row.statistic,
        "genotype": row.genotype.as_dict() if row.genotype else None,
        "digest": digest(row.genotype) if row.genotype else None,
        "parameters": int(np.median([each.parameters for each in row.outcomes])),
        "flops": int(np.median([each.flops for each in row.outcomes])),
        "latency_ms": float(np.median([each.latency_ms for each in row.outcomes])),
        **{
            name: summary([each[name] for each in trials]).as_dict()
            for name in ("top1", "top5", "validation")
        },
        "per_class": [
            right / count if count else None
            for right, count in zip(
                table.diagonal().tolist(), table.sum(axis=1).tolist(), strict=True
            )
        ],
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
        "fit": outcome.fit,
        "videos": len(answers),
    }


def reading(text: str) -> Reading:
    """Return what ``rgb + flow x pose`` says, whatever the order."""
    groups = (group.split(" x ") for group in text.split(" + "))
    return frozenset(frozenset(map(str.strip, group)) for group in groups)


def read_ceilings(path: str) -> dict[Reading, float]:
    """Read the file of the ceilings; no file, no ceilings."""
    if not path:
        return {}
    if not Path(path).is_file():
        raise InputNotFound(f"ceilings: there is no {path}: adf demo ceilings --json prints it")
    try:
        found = [(name, float(share)) for name, share in json.loads(Path(path).read_text()).items()]
    except (ValueError, AttributeError, TypeError) as error:
        raise InvalidInput(f"ceilings: {path} is no JSON of numbers by name: {error}") from None
    ceilings: dict[Reading, float] = {}
    for name, share in found:
        if not 0 <= share <= 1:
            raise InvalidInput(f"ceilings: {path}: '{name}' is {share}: give a share from 0 to 1")
        if ceilings.setdefault(reading(name), share) != share:
            raise InvalidInput(f"ceilings: {path}: '{name}' stands there twice, with other numbers")
    return ceilings


def as_text(result: Mapping[str, Any]) -> str:
    """Return the table in words, the best row first."""
    rows = sorted(result["rows"], key=lambda row: -shown(row))
    columns: list[tuple[str, Callable[[Mapping[str, Any]], str]]] = [
        ("top-1", lambda row: f"{shown(row):.1%}"),
        ("+-", lambda row: _error(row)),
        ("n", lambda row: str(row["top1"]["n"])),
        ("ceiling", lambda row: "" if row["ceiling"] is None else f"{row['ceiling']:.1%}"),
        ("top-5", lambda row: f"{row['top5']['mean']:.1%}"),
        ("validation", lambda row: f"{row['validation']['mean']:.1%}"),
        ("parameters", lambda row: f"{row['parameters']:,}"),
        ("MFLOP", lambda row: f"{row['flops'] / 1e6:,.3f}"),
        ("ms", lambda row: f"{row['latency_ms']:.2f}"),
    ]
    if all(row["ceiling"] is None for row in rows):
        columns = [each for each in columns if each[0] != "ceiling"]
    if len(result["classes"]) <= BEST:
        columns = [each for each in columns if each[0] != "top-5"]
    lines = [["", *(title for title, _ in columns)]]
    lines += [[" ".join(row["name"].split()), *(cell(row) for _, cell in columns)] for row in rows]
    return "\n".join([*aligned(lines), *_foot(result)])


def shown(row: Mapping[str, Any]) -> float:
    """Return the accuracy that stands for a row."""
    return float(row["top1"][row["statistic"]])


def _error(row: Mapping[str, Any]) -> str:
    error = row["top1"]["error"]
    return "-" if error is None or row["statistic"] != "mean" else f"{error:.1%}"


def aligned(lines: Sequence[Sequence[str]]) -> list[str]:
    """Return lines of equal columns: names to the left, numbers to the right."""
    wide = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return [
        "  ".join([line[0].ljust(wide[0]), *map(str.rjust, line[1:], wide[1:])]).rstrip()
        for line in lines
    ]


def _foot(result: Mapping[str, Any]) -> list[str]:
    lines = []
    for split, videos in result["videos"].items():
        lacking = ", ".join(f"{count} lack {name}" for name, count in videos["lacking"].items())
        out = f"; {videos['left_out']} are left out: {lacking}" if videos["left_out"] else ""
        lines.append(f"{split}: {videos['tested']} test videos{out}")
    return [
        *lines,
        "top-1 +- standard error over n trainings; epochs were chosen on validation",
        f"{result['run']}/result.json",
    ]
