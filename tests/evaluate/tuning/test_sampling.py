"""What a trial gets follows from the seed, its number and what came before it."""

import math

import optuna
import pytest

from adf.evaluate.tuning.sampling import sampler, sobol, suggest
from adf.evaluate.tuning.settings import Sampler
from adf.evaluate.tuning.space import Value, read_space

SPACE = read_space({"rate": "log:1e-4:1e-1", "batch": "int:2:64", "optimizer": "choice:adam,sgd"})


def study_of(kind: Sampler, seed: int, count: int) -> optuna.Study:
    """Return a study of trials that are good as far as their rate is near 0.01."""
    study = optuna.create_study(direction="maximize")
    for number in range(count):
        trial = study.ask()
        study.sampler = sampler(kind, SPACE, seed, number)
        study.tell(trial, -distance(suggest(trial, SPACE)))
    return study


def drawn(kind: Sampler, seed: int, count: int) -> list[dict[str, Value]]:
    """Return what the trials of a study get."""
    return [trial.params for trial in study_of(kind, seed, count).trials]


def distance(params: dict[str, Value]) -> float:
    """Return how far a trial is from what is good."""
    return abs(math.log10(float(params["rate"]) / 0.01))


@pytest.mark.parametrize("kind", ["tpe", "random", "sobol"])
def test_the_same_seed_draws_the_same(kind: Sampler) -> None:
    assert drawn(kind, 3, 14) == drawn(kind, 3, 14)
    assert drawn(kind, 3, 14) != drawn(kind, 4, 14)


@pytest.mark.parametrize("kind", ["tpe", "random", "sobol"])
def test_no_trial_is_drawn_twice(kind: Sampler) -> None:
    rates = [params["rate"] for params in drawn(kind, 0, 20)]
    assert len(set(rates)) == 20


@pytest.mark.parametrize("kind", ["tpe", "random", "sobol"])
@pytest.mark.parametrize("before", [0, 15])
def test_whoever_was_stopped_between_two_values_draws_the_others(
    kind: Sampler, before: int
) -> None:
    """Few trials before it are drawn from at random, many are learned from."""
    found = []
    for stopped in (False, True):
        study = study_of(kind, 7, before)
        trial = study.ask()
        study.sampler = sampler(kind, SPACE, 7, trial.number)
        if stopped:
            suggest(trial, dict([*SPACE.items()][:1]))
            trial = optuna.Trial(study, trial._trial_id)
        found.append(suggest(trial, SPACE))
    assert found[0] == found[1]


def test_sobol_points_spread_over_every_axis() -> None:
    points = [sobol(3, 5, number) for number in range(16)]
    for axis in range(3):
        assert sorted(int(16 * point[axis]) for point in points) == list(range(16))


def test_tpe_learns_from_what_it_saw() -> None:
    """Over several seeds, what it draws last lies nearer to what is good than what came first."""
    all_drawn = [drawn("tpe", seed, 40) for seed in range(3)]
    first = sum(distance(params) for found in all_drawn for params in found[:10])
    last = sum(distance(params) for found in all_drawn for params in found[30:])
    assert last < 0.7 * first
