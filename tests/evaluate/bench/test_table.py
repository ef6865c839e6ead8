"""The table on the disk: what it holds is what a search's own judge says, and damage is seen."""

import json
from pathlib import Path
from shutil import copytree

import numpy as np
import pytest

from adf.errors import InputNotFound, InvalidInput
from adf.evaluate.bench.settings import as_search
from adf.evaluate.bench.table import FACTS, ROWS, Table
from adf.search.judge import Judge
from tests.evaluate.bench.samples import scored, small
from tests.search.nets.samples import study_of


def test_it_holds_what_the_judge_of_a_search_says(
    table: Path, judging_cache: Path, tmp_path: Path
) -> None:
    found = Table.read(table)
    config = as_search(small(judging_cache))
    some = list(found.lines)[::9]
    assert {epochs for _, epochs, _ in some} == {1, 3}
    assert {seed for _, _, seed in some} == {0, 1}
    with study_of(config, tmp_path / "run") as study:
        judge = Judge(study)
        for name, epochs, seed in some:
            verdict = judge(found.genotypes[name], epochs, seed)
            line = found.lines[name, epochs, seed]
            assert (line["accuracy"], line["loss"]) == (verdict.accuracy, verdict.loss)
        spent = [found.lines[key] for key in some]
        assert study.budget.samples == sum(line["samples"] for line in spent)
        assert study.budget.cell_steps == pytest.approx(sum(line["cell_steps"] for line in spent))


def test_it_is_read_as_it_was_written(table: Path, tmp_path: Path) -> None:
    found = Table.read(table)
    found.write(tmp_path)
    assert scored(Table.read(tmp_path)) == scored(found)
    for name in (FACTS, ROWS):
        assert (tmp_path / name).read_bytes() == (table / name).read_bytes()


def test_regret_and_percentile_are_those_of_means_over_trainings(table: Path) -> None:
    found = Table.read(table)
    means = {
        name: np.mean([found.lines[name, 3, seed]["accuracy"] for seed in (0, 1)])
        for name in found.genotypes
    }
    best, worst = max(means, key=means.__getitem__), min(means, key=means.__getitem__)
    assert (found.regret(best), found.percentile(best)) == (0, 1)
    assert found.regret(worst) == pytest.approx(means[best] - means[worst])
    below = sum(mean <= means[worst] for mean in means.values())
    assert found.percentile(worst) == below / len(means) < 1


def test_it_says_what_it_is_of(table: Path, judging_cache: Path) -> None:
    facts = json.loads((table / FACTS).read_text())
    assert facts["settings"]["cache"] == str(judging_cache)
    assert facts["settings"]["train.epochs"] == 3
    assert set(facts["provenance"]) == {"clips", "rgb", "flow"}
    assert (facts["rungs"], facts["trainings"], facts["space_size"]) == ([1, 3], 2, 16)
    assert set(facts["versions"]) >= {"torch", "numpy"}


def test_damage_is_an_error_that_names_the_file(table: Path, tmp_path: Path) -> None:
    with pytest.raises(InputNotFound, match="adf-eval bench build"):
        Table.read(tmp_path)
    place = copytree(table, tmp_path / "copy")
    rows, facts = (place / ROWS).read_text(), (place / FACTS).read_text()
    (place / ROWS).write_text(rows.rsplit("\n", 3)[0] + "\n")
    with pytest.raises(InvalidInput, match=f"{ROWS} lacks 2 trainings"):
        Table.read(place)
    for text in (rows.replace(",3,", ",x,"), "digest\n1\n", ""):
        (place / ROWS).write_text(text)
        with pytest.raises(InvalidInput, match="copy"):
            Table.read(place)
    for text in ("{", "[]", "{}", facts.replace('"adf.genotype"', '"other"')):
        (place / FACTS).write_text(text)
        with pytest.raises(InvalidInput):
            Table.read(place)
