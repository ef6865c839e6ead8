"""Rank correlations against their definitions, written out pair by pair."""

from itertools import combinations
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from adf.evaluate.gap.ranks import Values, agreement, ceiling, rhos, spearman, tau_b, taus

# Few different values: most pairs are ties.
PAIRS = st.integers(2, 9).flatmap(
    lambda size: st.tuples(*[arrays(np.float64, size, elements=st.integers(0, 4)) for _ in "ab"])
)


def brute_tau(one: Values, other: Values) -> float:
    """Count pairs in the same order, in opposite order, and tied in either."""
    same = opposite = first = second = 0
    for (a, x), (b, y) in combinations(zip(one, other, strict=True), 2):
        same += (a < b and x < y) or (a > b and x > y)
        opposite += (a < b and x > y) or (a > b and x < y)
        first += bool(a != b)
        second += bool(x != y)
    return (same - opposite) / (first * second) ** 0.5 if first and second else 0.0


def brute_rho(one: Values, other: Values) -> float:
    """Correlate ranks that are counted: how many are smaller, and half of those that are equal."""

    def ranked(values: Values) -> list[float]:
        return [sum(v < x for v in values) + (sum(v == x for v in values) - 1) / 2 for x in values]

    a, b = ranked(one), ranked(other)
    if len(set(a)) == 1 or len(set(b)) == 1:
        return 0.0
    return float(np.corrcoef(a, b)[0, 1])


@given(PAIRS)
def test_they_are_what_their_definitions_say(pair: tuple[Values, Values]) -> None:
    one, other = pair
    assert tau_b(one, other) == pytest.approx(brute_tau(one, other))
    assert spearman(one, other) == pytest.approx(brute_rho(one, other))


@given(PAIRS, st.randoms(use_true_random=False))
def test_what_counts_twice_is_there_twice(pair: tuple[Values, Values], random: Random) -> None:
    one, other = pair
    at = [random.randrange(len(one)) for _ in one]
    counts = np.bincount(at, minlength=len(one))[None].astype(float)
    assert taus(one, other, counts)[0] == pytest.approx(brute_tau(one[at], other[at]))
    assert rhos(one, other, counts)[0] == pytest.approx(brute_rho(one[at], other[at]))


def test_known_values() -> None:
    up = np.arange(5.0)
    assert tau_b(up, up**3) == spearman(up, up**3) == pytest.approx(1)
    assert tau_b(up, -up) == spearman(up, -up) == pytest.approx(-1)
    # One of ten pairs is the wrong way round.
    assert tau_b(up, np.array([1.0, 0, 2, 3, 4])) == pytest.approx(0.8)
    assert spearman(up, np.array([1.0, 0, 2, 3, 4])) == pytest.approx(0.9)


def test_the_interval_holds_the_value_and_narrows_with_more() -> None:
    random = np.random.default_rng(1)
    wide = []
    for count in (20, 200):
        truth = random.normal(size=count)
        several = [truth + random.normal(size=count) for _ in range(3)]
        found = agreement(taus, several, truth)
        assert found["low"] < found["value"] < found["high"]
        assert found["value"] == pytest.approx(np.mean([tau_b(each, truth) for each in several]))
        assert found == agreement(taus, several, truth)
        wide.append(found["high"] - found["low"])
    assert wide[1] < wide[0] / 2


def test_seeds_that_disagree_widen_the_interval() -> None:
    truth = np.arange(100.0)
    alike = agreement(taus, [truth, truth], truth)
    assert (alike["low"], alike["high"]) == (1, 1)
    apart = agreement(taus, [truth, -truth], truth)
    assert (apart["low"], apart["value"], apart["high"]) == (-1, 0, 1)


def test_the_ceiling_is_the_mean_over_pairs_of_trainings() -> None:
    scores = np.random.default_rng(0).normal(size=(12, 3))
    pairs = [brute_tau(scores[:, a], scores[:, b]) for a, b in combinations(range(3), 2)]
    assert ceiling(scores) == pytest.approx(np.mean(pairs))
    assert ceiling(scores[:, :1]) is None
