"""Temperatures and draws, against the published figures and plain formulas."""

from collections import Counter
from itertools import permutations
from math import exp

import numpy as np
import pytest

from adf.search.mfas.sampling import cooled, drawn, log_chances, ranks
from adf.search.mfas.settings import MfasSettings, Mode

# Measured on the released code: what each step of three iterations left behind.
RELEASED = (9.41, 7.83, 5.78, 3.81, 3.81, 2.25, 1.23, 0.66, 0.66, 0.38, 0.26, 0.22)
SPREAD = np.linspace(0.7, 0.85, 32)


def after_steps(mode: Mode, steps: int, **settings: int) -> list[float]:
    made = MfasSettings(mode=mode, **settings)  # type: ignore[arg-type]
    return [cooled(made, step, steps) for step in range(1, steps + 1)]


def test_the_schedule_as_released() -> None:
    for settings in ({}, {"iterations": 3}):
        assert after_steps("faithful", 12, **settings) == pytest.approx(RELEASED, abs=0.0051)
    assert cooled(MfasSettings(mode="faithful"), 0, 12) == 10


def test_the_schedule_as_meant() -> None:
    heat, wanted = 10.0, []
    for iteration in range(3):
        for row in range(4):
            number = iteration * 4 + row + 1
            heat = 9.8 * exp(-(number**2) / 16) + 0.2
            wanted.append(heat)
    assert after_steps("intent", 12) == pytest.approx(wanted)
    assert sorted(set(wanted), reverse=True) == wanted
    assert after_steps("intent", 12)[:4] == pytest.approx(RELEASED[:4], abs=0.0051)


@pytest.mark.parametrize("steps", [2, 4, 12, 40])
def test_improved_it_falls_within_what_can_be_paid(steps: int) -> None:
    settings = MfasSettings(mode="improved")
    found = [cooled(settings, step, steps) for step in range(steps)]
    assert found[0] == 10
    assert found[-1] == pytest.approx(0.2 + 9.8 * exp(-9))
    assert sorted(found, reverse=True) == found
    assert cooled(settings, steps + 3, steps) == pytest.approx(0.2, abs=1e-2)


def chances(mode: Mode, heat: float, expected: np.ndarray = SPREAD) -> np.ndarray:
    weights = np.exp(log_chances(mode, expected, heat))
    return np.asarray(weights / weights.sum())


# Measured on the released code, with 32 accuracies between .70 and .85.
@pytest.mark.parametrize(("heat", "ratio"), [(10, 1.02), (1, 1.21), (0.2, 2.64)])
def test_as_released_the_best_are_hardly_preferred(heat: float, ratio: float) -> None:
    found = chances("faithful", heat)
    powers = (SPREAD / SPREAD.sum()) ** (1 / heat)
    assert found == pytest.approx(powers / powers.sum())
    assert found[-1] / found[0] == pytest.approx(ratio, abs=0.005)
    assert found[-4:].sum() < 0.185


@pytest.mark.parametrize("mode", ["intent", "improved"])
def test_otherwise_the_best_are_preferred_at_last(mode: Mode) -> None:
    scores = (SPREAD - SPREAD.mean()) / np.sqrt(((SPREAD - SPREAD.mean()) ** 2).mean())
    for heat in (10.0, 1.0, 0.2):
        # Evenly spread, ranks and values are the same thing.
        wanted = np.exp(scores / heat)
        assert chances(mode, heat) == pytest.approx(wanted / wanted.sum())
    assert chances(mode, 10)[-4:].sum() < 0.16
    assert chances(mode, 0.2)[-4:].sum() > 0.6


@pytest.mark.parametrize("mode", ["intent", "improved"])
def test_scale_and_shift_do_not_matter(mode: Mode) -> None:
    values = np.array([0.1, 0.7, 0.3, 0.9])
    assert chances(mode, 1, values) == pytest.approx(chances(mode, 1, values / 50 + 0.2))


def test_ranks_ignore_how_far_an_outlier_is() -> None:
    near, far = np.array([0.1, 0.2, 0.3, 0.4]), np.array([0.1, 0.2, 0.3, 9.0])
    assert chances("improved", 1, near) == pytest.approx(chances("improved", 1, far))
    assert chances("intent", 1, near) != pytest.approx(chances("intent", 1, far))
    assert ranks(np.array([3.0, 1.0, 3.0, 2.0])).tolist() == [2.5, 0, 2.5, 1]


@pytest.mark.parametrize("mode", ["intent", "improved", "faithful"])
def test_equal_expectations_are_equal_chances(mode: Mode) -> None:
    assert chances(mode, 0.2, np.full(5, 0.4)) == pytest.approx(0.2)
    assert chances(mode, 0.2, np.zeros(5)) == pytest.approx(0.2)


def test_draws_are_one_after_another_without_those_drawn() -> None:
    weights = np.array([0.5, 0.3, 0.2])
    random, draws = np.random.default_rng(0), 3000
    found = Counter(tuple(drawn(np.log(weights), 2, random)) for _ in range(draws))
    for first, second in permutations(range(3), 2):
        chance = weights[first] * weights[second] / (1 - weights[first])
        # Five standard deviations.
        assert abs(found[first, second] - draws * chance) < 5 * (draws * chance) ** 0.5


def test_no_more_are_drawn_than_there_are() -> None:
    found = drawn(np.zeros(4), 15, np.random.default_rng(0))
    assert sorted(found) == [0, 1, 2, 3]
    assert drawn(np.zeros(40), 15, np.random.default_rng(1)) != list(range(15))
