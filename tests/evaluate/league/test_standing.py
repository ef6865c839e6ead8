"""Means, margins and ranks, computed here in another way."""

import json
import math
from pathlib import Path
from statistics import NormalDist, fmean, stdev
from typing import Any

import numpy as np
import pytest

from adf.errors import ConfigError
from adf.evaluate.league.allowance import Allowance, parse
from adf.evaluate.league.standing import STUDENT, clearly_better, curve, margin, standings, way


def density(t: float, freedom: int) -> float:
    """Return the density of Student's t."""
    top = math.lgamma((freedom + 1) / 2) - math.lgamma(freedom / 2)
    tail = math.pow(1 + t * t / freedom, -(freedom + 1) / 2)
    return math.exp(top) / math.sqrt(freedom * math.pi) * tail


@pytest.mark.parametrize("freedom", range(1, 31))
def test_quantiles_are_those_of_student(freedom: int) -> None:
    grid = np.linspace(0, STUDENT[freedom - 1], 20_001)
    heights = [density(t, freedom) for t in grid]
    below = 0.5 + float(np.trapezoid(heights, grid))
    # They are written with three decimals.
    assert below == pytest.approx(0.975, abs=0.0005 * heights[-1] + 1e-7)


def test_a_margin_holds_the_luck_of_searches_and_of_videos() -> None:
    scores, videos = [0.9, 0.8, 0.85, 0.95], 240
    searches = 3.182 * stdev(scores) / 2
    share = (fmean(scores) * videos + 1) / (videos + 2)
    drawing = NormalDist().inv_cdf(0.975) * (share * (1 - share) / videos) ** 0.5
    found = margin(scores, fmean(scores), videos)
    assert found == pytest.approx(math.hypot(searches, drawing), rel=1e-3)


def test_of_one_search_or_of_equal_ones_the_videos_are_left() -> None:
    assert margin([1.0], 1.0, 98) == margin([1.0, 1.0], 1.0, 98) == pytest.approx(0.0196, abs=2e-3)


@pytest.mark.parametrize(
    ("means", "margins", "better"),
    [
        ((0.9, 0.8), (0.05, 0.05), True),
        ((0.9, 0.8), (0.09, 0.05), False),
        ((0.8, 0.9), (0, 0), False),
    ],
)
def test_better_is_beyond_both_margins(
    means: tuple[float, float], margins: tuple[float, float], better: bool
) -> None:
    one, other = ({"mean": m, "margin": e} for m, e in zip(means, margins, strict=True))
    assert clearly_better(one, other) is better


def test_courses_are_means_of_what_was_best(tmp_path: Path) -> None:
    lines: list[dict[str, Any]] = [
        {"event": "epoch", "seconds": 2.0, "accuracy": 0.99},
        {"event": "judged", "seconds": 1.0, "accuracy": 0.5},
        {"event": "judged", "seconds": 1.0, "accuracy": 0.4},
        {"event": "judged", "seconds": 1.0, "accuracy": 0.8},
    ]
    (tmp_path / "metrics.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    found = way(tmp_path)
    assert found == [(3.0, 0.5), (5.0, 0.8)]
    assert np.allclose(curve([found, [(4.0, 0.6)]]), [(4.0, 0.55), (5.0, 0.7)])
    assert curve([found, []]) == []


@pytest.mark.parametrize(
    ("text", "amount", "unit"),
    [("90s", 90, "seconds"), ("1.5m", 90, "seconds"), ("2h", 7200, "seconds")],
)
def test_time_is_read(text: str, amount: float, unit: str) -> None:
    assert parse(text) == Allowance(amount, unit)


def test_work_is_read() -> None:
    assert parse("5000-steps") == Allowance(5000, "cell_steps")


@pytest.mark.parametrize(
    "text", ["", "20", "20 m", "m", "0s", "-3m", "1e3s", "5steps", "nan-steps"]
)
def test_other_words_are_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="give 90s, 20m"):
        parse(text)


def test_everyone_stands_where_their_margins_put_them(tmp_path: Path) -> None:
    found = {}
    for name in ("good", "bad"):
        found[name] = [searched(tmp_path / f"{name}-{at}", name, at) for at in range(2)]
    rows = [
        row("good, seed 0", [0.90, 0.92]),
        row("good, seed 1", [0.92, 0.92]),
        row("bad, seed 0", [0.30, 0.34]),
        row("bad, seed 1", [0.34, 0.34]),
        {**row("late fusion, mean", [0.33, 0.35]), "kind": "baseline"},
    ]
    table = {
        **dict.fromkeys(("cache", "provenance", "splits", "chance", "classes")),
        "videos": {"split_1": {"tested": 400}},
        "rows": rows,
    }
    result = standings(table, found, 20.0, Allowance(21.0, "seconds"))
    assert result["test_videos"] == 400
    ranks = {entry["name"]: entry["rank"] for entry in result["entries"]}
    assert ranks == {"good": 1, "bad": 2, "late fusion, mean": 2}
    good = result["entries"][0]
    assert good["mean"] == pytest.approx(0.915)
    assert good["scores"] == pytest.approx([0.91, 0.92])
    assert good["seconds"] == 10.5
    assert good["cell_steps"] == 2.5
    assert good["of_allowance"] == 0.5
    assert good["genotype"] == {"seed": 1}


def row(name: str, scores: list[float]) -> dict[str, Any]:
    return {
        "name": name,
        "kind": "found",
        "parameters": 100,
        "top1": {"mean": fmean(scores)},
        "trials": [{"top1": score} for score in scores],
    }


def searched(folder: Path, name: str, seed: int) -> Path:
    folder.mkdir()
    spent = {"seconds": 10.0 + seed, "cell_steps": 5.0, "samples": 7}
    facts = {
        "method": name,
        "seed": seed,
        "judged": {"accuracy": 0.5 + seed / 10},
        "budget": spent,
        "genotype": {"seed": seed},
        "unit": 10.0,
    }
    (folder / "result.json").write_text(json.dumps(facts))
    line = {"event": "judged", "seconds": 1.0, "accuracy": 0.5}
    (folder / "metrics.jsonl").write_text(json.dumps(line) + "\n")
    return folder
