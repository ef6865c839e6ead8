"""The judge: what it was asked before costs nothing, whoever asks gets the same answer."""

from pathlib import Path

import numpy as np
import pytest
import torch

from adf import metrics
from adf.errors import ConfigError, InvalidInput
from adf.search.judge import IDLE, Judge
from adf.search.settings import RelaxSettings, TrainSettings
from adf.search.study import Study
from tests.search.nets.samples import make_cache, quick, study_of


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a cache in which one level of four tells classes."""
    return make_cache(tmp_path_factory.mktemp("judge") / "cache")


def judged(study: Study) -> list[list[str]]:
    """Return the keys of what was trained, as the file has them."""
    lines = metrics.read(study.run.path / "metrics.jsonl")
    return [line["key"] for line in lines if line["event"] == "judged"]


def test_it_remembers_and_a_second_question_costs_nothing(cache: Path, tmp_path: Path) -> None:
    with study_of(quick(cache), tmp_path / "run") as study:
        judge, genotype = Judge(study), study.space.draw(np.random.default_rng(0))
        first = judge(genotype, 2)
        spent = (study.budget.samples, study.budget.cell_steps, study.budget.seconds, judge.spent)
        assert spent[0] == 2 * len(study.halves.weights)
        assert judge(genotype, 2) == first
        now = (study.budget.samples, study.budget.cell_steps, study.budget.seconds, judge.spent)
        assert now == spent
        assert len(judged(study)) == 1
        judge(genotype, 3)
        judge(genotype, 2, seed=1)
        assert [key[1:] for key in judged(study)] == [["2", "0"], ["3", "0"], ["2", "1"]]
        assert judge.spent == 2 + 3 + 2


def test_it_affords_what_the_budget_pays_while_there_is_something_new(
    cache: Path, tmp_path: Path
) -> None:
    with study_of(quick(cache, "budget=5"), tmp_path / "run") as study:
        judge, random = Judge(study), np.random.default_rng(0)
        assert judge.affords(5)
        assert not judge.affords(6)
        genotype = study.space.draw(random)
        judge(genotype, 2)
        assert judge.affords(3)
        assert not judge.affords(4)
        for _ in range(IDLE):
            assert judge.affords(1)
            judge(genotype, 2)
        assert not judge.affords(1)


def test_what_the_last_update_spoilt_is_no_verdict(cache: Path, tmp_path: Path) -> None:
    sets = ("train.batch=4096", "train.rate=1e30", "train.optimizer=sgd", "train.clip=0")
    with study_of(quick(cache, *sets, "train.warm_up=0"), tmp_path / "run") as study:
        genotype = study.space.draw(np.random.default_rng(0))
        with pytest.raises(InvalidInput, match=r"not finite, in the batch of rows \d.* \(rate"):
            Judge(study)(genotype, 1)
        assert not judged(study)


@pytest.mark.parametrize("section", [TrainSettings, RelaxSettings])
def test_norms_need_more_than_one_clip(section: type[TrainSettings | RelaxSettings]) -> None:
    with pytest.raises(ConfigError, match="^batch is 1: give 2 or more: norms compare"):
        section(batch=1)
    assert section(batch=2).batch == 2


def test_after_a_kill_it_knows_what_it_paid(cache: Path, tmp_path: Path) -> None:
    budgets = []
    for _ in range(2):
        with study_of(quick(cache), tmp_path / "run") as study:
            judge, random = Judge(study), np.random.default_rng(0)
            for epochs in (1, 2):
                judge(study.space.draw(random), epochs)
            budgets.append((study.budget.samples, study.budget.cell_steps, study.budget.seconds))
            assert judge.spent == 3
            assert len(judged(study)) == 2
    assert budgets[0] == budgets[1]


def test_answers_depend_on_no_other_question(cache: Path, tmp_path: Path) -> None:
    verdicts = []
    for run, first in (("one", 0), ("two", 5)):
        with study_of(quick(cache), tmp_path / run) as study:
            judge, space = Judge(study), study.space
            torch.manual_seed(first)
            judge(space.draw(np.random.default_rng(first)), 1)
            verdicts.append(judge(space.draw(np.random.default_rng(9)), 2))
    assert verdicts[0] == verdicts[1]


def test_the_best_comes_first(cache: Path, tmp_path: Path) -> None:
    with study_of(quick(cache, "train.rate=0.02"), tmp_path / "run") as study:
        random = np.random.default_rng(1)
        several = [study.space.draw(random) for _ in range(6)]
        found = Judge(study).best_of(several, 6)
        ranks = [verdict.rank for verdict in found]
        assert ranks == sorted(ranks, reverse=True)
        assert len(set(ranks)) > 1
        # The level that tells classes, and one of those that do not.
        level = {verdict.genotype.inputs[0].level: verdict for verdict in reversed(found)}
        assert level["low"].accuracy > 0.7 > level["high"].accuracy
