"""Which hyper-parameters a trial gets.

What a trial gets follows from the seed, its number and the trials before it: a tuning that was
killed goes on as it would have gone on.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import optuna
import torch
from optuna.distributions import BaseDistribution
from optuna.samplers import BaseSampler, TPESampler

from adf.evaluate.tuning.settings import Sampler
from adf.evaluate.tuning.space import Dimension, Value


class Point(BaseSampler):
    """A point of the unit cube, whatever the other trials showed."""

    def __init__(self, space: Mapping[str, Dimension], shares: Sequence[float]) -> None:
        self._values = {
            name: dimension.at(share)
            for (name, dimension), share in zip(space.items(), shares, strict=True)
        }

    def infer_relative_search_space(
        self, study: optuna.Study, trial: optuna.trial.FrozenTrial
    ) -> dict[str, BaseDistribution]:
        """Return nothing: no value depends on another one."""
        return {}

    def sample_relative(
        self,
        study: optuna.Study,
        trial: optuna.trial.FrozenTrial,
        search_space: dict[str, BaseDistribution],
    ) -> dict[str, Any]:
        """Return nothing: no value depends on another one."""
        return {}

    def sample_independent(
        self,
        study: optuna.Study,
        trial: optuna.trial.FrozenTrial,
        param_name: str,
        param_distribution: BaseDistribution,
    ) -> Value:
        """Return the value of one hyper-parameter."""
        return self._values[param_name]


class Tpe(BaseSampler):
    """The tree-structured Parzen estimator, each value drawn by a seed of its own.

    Whoever was killed between two values goes on with those that were still to come.
    """

    def __init__(self, seed: int, number: int) -> None:
        self._seed = (seed, number)

    def infer_relative_search_space(
        self, study: optuna.Study, trial: optuna.trial.FrozenTrial
    ) -> dict[str, BaseDistribution]:
        """Return the values that are drawn together."""
        return self._drawing("").infer_relative_search_space(study, trial)

    def sample_relative(
        self,
        study: optuna.Study,
        trial: optuna.trial.FrozenTrial,
        search_space: dict[str, BaseDistribution],
    ) -> dict[str, Any]:
        """Return values that are drawn together."""
        return self._drawing("").sample_relative(study, trial, search_space)

    def sample_independent(
        self,
        study: optuna.Study,
        trial: optuna.trial.FrozenTrial,
        param_name: str,
        param_distribution: BaseDistribution,
    ) -> Any:
        """Return the value of one hyper-parameter."""
        drawing = self._drawing(param_name)
        return drawing.sample_independent(study, trial, param_name, param_distribution)

    def _drawing(self, name: str) -> TPESampler:
        seed = np.random.default_rng([*self._seed, *name.encode()]).integers(2**32)
        return TPESampler(seed=int(seed))


def sampler(kind: Sampler, space: Mapping[str, Dimension], seed: int, number: int) -> BaseSampler:
    """Return what samples trial ``number``."""
    if kind == "tpe":
        return Tpe(seed, number)
    if kind == "random":
        return Point(space, np.random.default_rng([seed, number]).random(len(space)).tolist())
    return Point(space, sobol(len(space), seed, number))


def sobol(size: int, seed: int, number: int) -> list[float]:
    """Return a point of a scrambled Sobol sequence in the unit cube."""
    engine = torch.quasirandom.SobolEngine(size, scramble=True, seed=seed)  # type: ignore[no-untyped-call]
    engine.fast_forward(number)  # type: ignore[no-untyped-call]
    point: list[float] = engine.draw(1, dtype=torch.float64)[0].tolist()
    return point


def suggest(trial: optuna.Trial, space: Mapping[str, Dimension]) -> dict[str, Value]:
    """Return what a trial is made with; what was suggested before is not drawn again."""
    return {name: _suggested(trial, name, dimension) for name, dimension in space.items()}


def _suggested(trial: optuna.Trial, name: str, dimension: Dimension) -> Value:
    if dimension.kind == "choice":
        value = trial.suggest_categorical(name, dimension.values)
        assert value is not None
        return value
    low, high = dimension.ends()
    if dimension.kind == "int":
        return trial.suggest_int(name, int(low), int(high))
    return trial.suggest_float(name, low, high, log=dimension.kind == "log")
