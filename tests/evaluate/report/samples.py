"""Run folders as the commands write them, with numbers that agree with one another."""

import json
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from adf.search.genotypes.genotype import Genotype
from tests.search.genotypes.samples import full

SEEDS = (0, 1, 2)
MEASURED = ("top1", "top5", "validation")
VIDEOS = 240
DIGESTS = {"clips": "c0ffee" * 6, "flow": "f10f10" * 6, "pose": "90590" * 7, "rgb": "4c4c4c" * 6}
# Name, kind, what it reads, how good it is, its ceiling, and parameters.
ROWS = (
    ("propose-and-judge", "found", "rgb x flow x pose", 0.93, 1.0, 16_412),
    ("darts", "found", "rgb x flow", 0.66, 0.75, 21_080),
    ("rgb layer3", "single", "rgb", 0.163, 1 / 6, 3_084),
    ("flow layer2", "single", "flow", 0.158, 1 / 6, 1_548),
    ("pose layer2", "single", "pose", 0.12, 0.125, 1_548),
    ("late fusion, mean", "baseline", "rgb + flow + pose", 0.43, 0.5, 6_180),
    ("late fusion, weighted", "baseline", "rgb + flow + pose", 0.45, 0.5, 6_183),
    ("concat + linear", "baseline", "rgb + flow + pose", 0.44, 0.5, 9_228),
    ("concat + MLP", "baseline", "rgb + flow + pose", 0.47, 0.5, 61_000),
    ("random, median of 20", "random", "rgb x flow x pose", 0.58, 1.0, 18_000),
    ("random, best of 20", "random", "rgb x flow x pose", 0.82, 1.0, 15_300),
)
ENV = {
    "python": "3.11.9",
    "platform": "Linux",
    "host": "box",
    "packages": {"autodeepfuse": "0.1.0", "torch": "2.12.0", "numpy": "2.4.0", "click": "8.5.1"},
    "git": {"commit": "0f1e2d3c", "dirty": True},
    "job": {},
}
CLASSES = tuple(f"{colour}-{motion}" for colour in ("red", "teal") for motion in "abcdef")


def many(count: int) -> tuple[str, ...]:
    """Return the names of so many classes."""
    return tuple(f"ClassWithAName{number:03d}" for number in range(count))


def folder(path: Path, result: Any, lines: Sequence[Any] = (), command: str = "adf-eval") -> Path:
    """Write a run folder."""
    path.mkdir(parents=True)
    (path / "result.json").write_text(json.dumps(result))
    (path / "metrics.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    (path / "env.json").write_text(json.dumps(ENV))
    (path / "command.txt").write_text(f"{command} --cache '/data/a b'\n")
    (path / "config.yaml").write_text("space:\n  ops: [zero, skip, conv_1x1x1]\n")
    return path


def evaluation(
    classes: Sequence[str] = CLASSES,
    rows: Sequence[tuple[str, str, str, float, float | None, int]] = ROWS,
    seeds: Sequence[int] = SEEDS,
) -> dict[str, Any]:
    """Return the result of an evaluation: every score is counted from a matrix of confusion."""
    random = np.random.default_rng(7)
    truth = np.arange(VIDEOS * max(1, len(classes) // 24)) % len(classes)
    return {
        "kind": "evaluation",
        "cache": "/data/who-does-what.cache",
        "provenance": DIGESTS,
        "splits": ["split_1"],
        "seeds": list(seeds),
        "classes": list(classes),
        "train": {"epochs": 40, "rate": 0.015},
        "chance": 1 / len(classes),
        "videos": {"split_1": {"tested": len(truth), "left_out": 0, "lacking": {}}},
        "space": {"ops": ["zero", "skip", "conv_1x1x1"], "nodes": 2},
        "rows": [_row(random, truth, len(classes), seeds, *row) for row in rows],
        "seconds": 321.5,
        "run": "/runs/eval/one",
    }


def _row(
    random: np.random.Generator,
    truth: Any,
    classes: int,
    seeds: Sequence[int],
    name: str,
    kind: str,
    reads: str,
    skill: float,
    ceiling: float | None,
    parameters: int,
) -> dict[str, Any]:
    matrix = np.zeros((classes, classes), int)
    trials = list[dict[str, Any]]()
    for seed in seeds:
        right = random.random(len(truth)) < skill
        wrong = (truth + random.choice([1, 1, 1, 2, 5], len(truth))) % classes
        guess = np.where(right, truth, wrong)
        np.add.at(matrix, (truth, guess), 1)
        top1 = float((guess == truth).mean())
        trials.append(
            {
                "split": "split_1",
                "seed": seed,
                "top1": top1,
                "top5": 1 - (1 - top1) / 3,
                "validation": top1,
                "epoch": 30,
                "videos": len(truth),
            }
        )
    found = kind in ("found", "random")
    genotype = full(nodes=2) if found else None
    return {
        "name": name,
        "kind": kind,
        "reads": reads,
        "backbones": sorted(reads.replace("+", "x").split(" x ")),
        "statistic": "mean",
        "ceiling": ceiling,
        "genotype": genotype.as_dict() if genotype else None,
        "digest": "abc123" if found else None,
        "note": "",
        "parameters": parameters,
        "flops": parameters * 392,
        "latency_ms": 0.4 + parameters / 20_000,
        **{key: score([trial[key] for trial in trials]) for key in MEASURED},
        "per_class": (matrix.diagonal() / matrix.sum(1)).tolist(),
        "confusion": matrix.tolist(),
        "trials": trials,
    }


def score(values: Sequence[float]) -> dict[str, Any]:
    """Return the mean of trials and its standard error, which one trial does not have."""
    deviation = float(np.std(values, ddof=1)) if len(values) > 1 else None
    return {
        "mean": float(np.mean(values)),
        "median": float(np.median(values)),
        "deviation": deviation,
        "error": None if deviation is None else deviation / len(values) ** 0.5,
        "n": len(values),
    }


def searched(method: str, seed: int, genotype: Genotype | None = None) -> dict[str, Any]:
    """Return the result of a search of one seed."""
    return {
        "method": method,
        "seed": seed,
        "split": "1",
        "genotype": (genotype or full(nodes=2)).as_dict(),
        "digest": f"d{seed}",
        "budget": {"samples": 5040, "cell_steps": 4000.0, "seconds": 71.3},
        "judged": {"accuracy": 0.5 + seed / 16, "trainings": 1, "epochs": 12, "videos": 120},
        "space_size": 100,
        "cache": "/data/who-does-what.cache",
        "provenance": DIGESTS,
        "run": "/runs/search/one",
    }


def epochs(count: int, seed: int = 0) -> list[dict[str, Any]]:
    """Return the lines of a supernet: three inputs of four levels, a cell of seven edges."""
    chance = random.Random(seed)
    lines = []
    for number in range(1, count + 1):
        sharp = number / count
        lines.append(
            {
                "event": "epoch",
                "key": [str(number)],
                "loss": 2.5 - sharp,
                "accuracy": 0.1 + 0.5 * sharp,
                "kept_accuracy": 0.1 + 0.4 * sharp,
                "drop": 0.1 * sharp,
                "skip_mass": 0.3 + 0.2 * sharp,
                "skip_kept": 0.5,
                "entropy": 1 - 0.3 * sharp,
                "level_entropy": 1 - 0.5 * sharp,
                "levels": [_weights(chance, 4, sharp) for _ in range(3)],
                "ops": [[_weights(chance, 3, sharp) for _ in range(7)]],
                "genotype": full(nodes=2).as_dict(),
                "samples": 360,
                "cell_steps": 200.0,
                "seconds": 3.0,
                "curvature": 0.2 + sharp if number % 2 == 0 else None,
            }
        )
    return lines


def judgements(count: int, seed: int = 0) -> list[dict[str, Any]]:
    """Return the lines of trainings."""
    chance = random.Random(seed)
    return [
        {
            "event": "judged",
            "key": [f"g{number}", "12", "0"],
            "accuracy": 0.2 + 0.6 * chance.random() * number / count,
            "loss": 1.0,
            "samples": 4320,
            "cell_steps": 180.0,
            "seconds": 2.0,
            "genotype": full(nodes=2).as_dict(),
        }
        for number in range(1, count + 1)
    ]


def _weights(chance: random.Random, count: int, sharp: float) -> list[float]:
    sizes = [1 + sharp * (place + chance.random()) for place in range(count)]
    return [size / sum(sizes) for size in sizes]


def rivalry() -> dict[str, Any]:
    """Return the result of a gap run."""
    return {
        "kind": "gap",
        "cache": "/data/who-does-what.cache",
        "methods": {
            name: {
                "tau": _interval(0.15 + 0.2 * place, 0.12),
                "spearman": _interval(0.2 + 0.22 * place, 0.13),
                "tau_top": _interval(-0.05 + 0.15 * place, 0.2),
                "drop": {"before": 0.2 - 0.05 * place, "after": 0.1 - 0.04 * place, "seeds": 10},
                "optimisation_gap": 0.31 - 0.06 * place,
                "skip_share": 0.6 - 0.2 * place,
                "curvature": 1.9 if place else None,
                "regret": {
                    "median": 0.12 - 0.04 * place,
                    "low": 0.08 - 0.035 * place,
                    "high": 0.2 - 0.06 * place,
                    "mean": 0.13 - 0.04 * place,
                    "error": 0.01,
                    "n": 10,
                },
                "percentile": 0.7 + 0.1 * place,
                "curve": [[100 * 2**step, 0.4 / (1 + step + place)] for step in range(7)],
            }
            for place, name in enumerate(("darts", "pc-darts", "propose-and-judge"))
        },
        "ceiling_tau": 0.82,
        "genotypes": 736,
        "seeds": list(range(10)),
        "table": "/tables/mini",
    }


def bench() -> dict[str, Any]:
    """Return the result of building the table of a bench."""
    return {
        "kind": "table",
        "genotypes": 736,
        "trainings": 4416,
        "best": "d1ge57",
        "accuracy": {
            "worst": 0.071,
            "lower quartile": 0.252,
            "median": 0.4,
            "upper quartile": 0.613,
            "best": 0.879,
        },
        "deviation": 0.034,
        "spent": {"samples": 12_700_800, "cell_steps": 345_678.0, "seconds": 81_234.4},
        "run": "/runs/bench/one",
    }


def _interval(value: float, half: float) -> dict[str, float]:
    return {"value": value, "low": value - half, "high": value + half}
