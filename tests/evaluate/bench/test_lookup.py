"""Searches on a table: what they find without it, and no training that the table has."""

from pathlib import Path
from typing import Any

import pytest

from adf import metrics
from adf.evaluate.bench.lookup import Lookup, searched
from adf.evaluate.bench.settings import as_search
from adf.evaluate.bench.table import Table
from adf.runs import run_folder
from adf.search.judge import Judge
from adf.search.trial import carry_out
from tests.evaluate.bench.samples import small


def spent(result: dict[str, Any]) -> tuple[Any, ...]:
    """Return what was found and what it took, without the clock."""
    budget = result["budget"]
    return result["digest"], budget["samples"], pytest.approx(budget["cell_steps"])


@pytest.mark.parametrize("name", ["random", "evolution", "propose-and-judge", "darts"])
def test_a_search_finds_what_it_finds_without_a_table(
    table: Path, judging_cache: Path, tmp_path: Path, name: str
) -> None:
    config = as_search(small(judging_cache, "budget=20"), method=name)
    alone = carry_out(config, "off", tmp_path / "alone")
    found = searched(config, Table.read(table), tmp_path / "table")
    assert spent(found) == spent(alone)
    assert found["curve"][-1][1] == found["digest"]
    costs = [at for at, _ in found["curve"]]
    assert costs == sorted(costs)
    assert costs[-1] <= alone["budget"]["cell_steps"] * (1 + 1e-6)


def test_what_the_table_has_is_not_trained(
    table: Path, judging_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Judge, "_judged", None)
    for name in ("random", "successive-halving", "evolution"):
        config = as_search(small(judging_cache), method=name, seed=1)
        result = searched(config, Table.read(table), tmp_path / name)
        assert result["budget"]["samples"] > 0
        assert result["judged"]["trainings"] == 2


def test_each_seed_begins_with_another_training(
    table: Path, judging_cache: Path, tmp_path: Path
) -> None:
    found, config = Table.read(table), as_search(small(judging_cache))
    name = next(iter(found.genotypes))
    for seed in (0, 1, 4):
        with run_folder("search", config, out=tmp_path / str(seed)) as run:
            memory = Lookup(run, found, seed)
            for number in (0, 1):
                line = memory.known("judged", name, 3, number)
                wanted = found.lines[name, 3, (seed + number) % 2]
                assert line
                assert line["accuracy"] == wanted["accuracy"]
            for key in ((name, 3, 2), (name, 2, 0), ("other", 3, 0)):
                assert memory.known("judged", *key) is None
            assert memory.known("epoch", 1) is None
        lines = metrics.read(tmp_path / str(seed) / "metrics.jsonl")
        assert [line["key"] for line in lines] == [[name, "3", "0"], [name, "3", "1"]]


def test_a_search_that_ended_is_not_repeated(
    table: Path, judging_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = as_search(small(judging_cache), method="random")
    first = searched(config, Table.read(table), tmp_path / "run")
    monkeypatch.setattr("adf.evaluate.bench.lookup.open_study", None)
    assert searched(config, Table.read(table), tmp_path / "run") == first
