"""Methods side by side on one table: regrets, curves, and what is refused."""

import csv
import json
from pathlib import Path
from statistics import fmean

import numpy as np
import pytest

from adf.evaluate.bench.standing import ahead, curve, spread, standing
from adf.evaluate.bench.table import Table
from tests.evaluate.bench.samples import call


def test_the_command_compares(table: Path, tmp_path: Path) -> None:
    words = ["compare", "--table", table, "--methods", "random, darts", "--seeds", "0-2"]
    words += ["--progress", "off", "--out", "run"]
    done = call(*words)
    assert done.exit_code == 0, done.stderr
    lines = done.stdout.splitlines()
    assert [line.split()[0] for line in lines[:3]] == ["method", "random", "darts"]
    result = json.loads((tmp_path / "run" / "result.json").read_text())
    assert (result["kind"], result["genotypes"], result["seeds"]) == ("gap", 16, [0, 1, 2])
    found = Table.read(table)
    rows = list(csv.DictReader((tmp_path / "run" / "compare.csv").read_text().splitlines()))
    assert len(rows) == 6
    for name, each in result["methods"].items():
        own = [row for row in rows if row["method"] == name]
        regrets = [found.regret(row["found"]) for row in own]
        assert each["regret"]["mean"] == pytest.approx(fmean(regrets))
        assert each["regret"]["median"] == np.median(regrets)
        assert [float(row["regret"]) for row in own] == pytest.approx(regrets, abs=1e-6)
        # The last that was proposed is what was found.
        assert each["curve"][-1][1] == pytest.approx(fmean(regrets))
        for seed, row in enumerate(own):
            kept = tmp_path / "run" / "searches" / f"{name}-seed{seed}" / "result.json"
            assert json.loads(kept.read_text())["digest"] == row["found"]
    again = json.loads(call(*words, "--json").stdout)
    assert again.pop("ok") is True
    assert again == result


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["--set", "space.channels=8"], 2, "space.channels: "),
        (["--set", "train.rate=1"], 2, "train.rate: "),
        (["--methods", "dart"], 2, "Did you mean 'darts'?"),
        (["--methods", ","], 2, "--methods"),
        (["--seeds", "x"], 2, "--seeds x"),
        (["--workers", "0"], 2, "--workers"),
    ],
)
def test_what_cannot_be_compared_is_refused(
    table: Path, words: list[str], code: int, told: str
) -> None:
    done = call("compare", "--table", table, "--progress", "off", *words)
    assert (done.exit_code, told in done.stderr) == (code, True), done.stderr


def test_settings_of_methods_may_change(table: Path, tmp_path: Path) -> None:
    words = ["compare", "--table", table, "--methods", "random", "--seeds", "0", "--out", "run"]
    done = call(*words, "--set", "budget=3", "--progress", "off", "--json")
    assert done.exit_code == 0, done.stderr
    whole = next(line for key, line in Table.read(table).lines.items() if key[1] == 3)
    assert json.loads(done.stdout)["methods"]["random"]["spent"]["samples"] == whole["samples"]


def test_a_curve_is_the_mean_of_what_was_best_by_then() -> None:
    ways = [[(1.0, 0.4), (3.0, 0.2)], [(2.0, 0.6), (4.0, 0.0)]]
    costs, regrets = zip(*curve(ways), strict=True)
    assert costs == (2.0, 3.0, 4.0)
    assert regrets == pytest.approx((0.5, 0.4, 0.1))
    long = [[(float(at), 1 / at) for at in range(1, 1000)]]
    short = curve(long)
    assert (len(short), short[0], short[-1]) == (60, (1.0, 1.0), (999.0, 1 / 999))


def test_standing_counts_every_seed(table: Path) -> None:
    found = Table.read(table)
    order = sorted(found.means, key=found.means.__getitem__)
    budget = {"samples": 6, "cell_steps": 2.0, "seconds": 1.0}
    results = [
        {"digest": name, "budget": budget, "curve": [[1.0, name]]} for name in (order[-1], order[0])
    ]
    first, other = standing(found, results), standing(found, results[::-1])
    assert first["regrets"] == [0, pytest.approx(found.regret(order[0]))]
    assert ahead(first, other)["mean"] == pytest.approx(0)
    assert ahead(first, standing(found, [results[1]] * 2))["mean"] == pytest.approx(
        found.regret(order[0]) / 2
    )
    assert spread([1.0])["error"] is None
    assert spread([1.0, 3.0])["error"] == pytest.approx(1)
