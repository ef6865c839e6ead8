"""What trainings let expect: a ridge regression on choices, against a plain one."""

from itertools import product

import numpy as np
import pytest
from numpy.typing import NDArray

from adf.search.genotypes.canonical import canonical
from adf.search.genotypes.genotype import Genotype
from adf.search.guidance import RIDGE, alike, choices, expected
from tests.search.nets.samples import concat_space, drawn, make_space

SPACES = {
    "one node": make_space(nodes=1),
    "two cells": make_space(nodes=2, cells=2, edges=0),
    "concat": concat_space(nodes=2, edges=2),
}


@pytest.mark.parametrize("name", SPACES)
def test_alike_is_the_share_of_common_choices(name: str) -> None:
    several = [drawn(SPACES[name], seed) for seed in range(12)]
    found = alike(several[:5], several)
    assert found.shape == (5, 12)
    for (row, one), (column, other) in product(enumerate(several[:5]), enumerate(several)):
        left, right = set(choices(one)), set(choices(other))
        assert found[row, column] == pytest.approx(len(left & right) / max(len(left), len(right)))
    assert found.diagonal() == pytest.approx(1)


def test_expectation_is_a_ridge_regression_on_choices() -> None:
    space = SPACES["two cells"]
    known = [drawn(space, seed) for seed in range(10)]
    asked = [drawn(space, seed) for seed in range(100, 120)]
    accuracies = np.random.default_rng(0).random(10)
    names = sorted({each for genotype in (*known, *asked) for each in choices(genotype)}, key=repr)
    # As many choices in each: the share of common ones is a product of such rows.
    count = len(choices(known[0]))

    def table(several: list[Genotype]) -> NDArray[np.float64]:
        rows = [[name in set(choices(each)) for name in names] for each in several]
        return np.asarray(np.array(rows, float) / count**0.5)

    x, y = table(known), accuracies - accuracies.mean()
    worth = np.linalg.solve(x.T @ x + RIDGE * np.eye(len(names)), x.T @ y)
    wanted = accuracies.mean() + table(asked) @ worth
    assert expected(known, accuracies.tolist(), asked) == pytest.approx(wanted)


def test_what_adds_up_is_learned_from_a_few() -> None:
    space = make_space(nodes=1, edges=0)
    random = np.random.default_rng(1)
    worth: dict[object, float] = {}

    def truth(genotype: Genotype) -> float:
        return sum(worth.setdefault(each, random.random()) for each in choices(genotype))

    everyone = list(
        {each.to_json(): each for each in (drawn(space, s) for s in range(300))}.values()
    )
    values = np.array([truth(each) for each in everyone])
    found = expected(everyone[:10], values[:10].tolist(), everyone[10:])
    assert np.corrcoef(found, values[10:])[0, 1] > 0.8


def test_the_order_of_inputs_says_nothing() -> None:
    space = make_space(nodes=1, edges=0)
    for seed in range(20):
        genotype = drawn(space, seed)
        assert set(choices(canonical(genotype))) == set(choices(genotype))
