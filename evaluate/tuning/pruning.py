"""Hyperband: which trials are not worth their last epochs.

At each rung one trial in ``eta`` goes on. How early the first rung is depends on the bracket of a
trial: what learns slowly has its chance in a late one. Whoever asks again gets the same answer,
since nothing is kept but the scores themselves: so a trial that was killed ends as it would have.
"""

from collections.abc import Sequence

from optuna import Study
from optuna.pruners import BasePruner
from optuna.trial import FrozenTrial


class Hyperband(BasePruner):
    """Successive halving in brackets, over the scores that trials report for their epochs."""

    def __init__(self, least: int, most: int, eta: int) -> None:
        self._eta = eta
        self._rungs = brackets(least, most, eta)
        last = len(self._rungs) - 1
        # As many trials to a bracket as make them all cost about the same.
        shares = [-(-(last + 1) * eta ** (last - at) // (last - at + 1)) for at in range(last + 1)]
        self._turns = [at for at, share in enumerate(shares) for _ in range(share)]

    def prune(self, study: Study, trial: FrozenTrial) -> bool:
        """Return whether a trial ends at the epoch that it reported last."""
        epoch = trial.last_step
        if epoch is None or epoch not in self.rungs(trial.number):
            return False
        own = trial.intermediate_values[epoch]
        rivals = [
            other.intermediate_values[epoch]
            for other in study.get_trials(deepcopy=False)
            if other.number != trial.number
            and epoch in other.intermediate_values
            and self.rungs(other.number) == self.rungs(trial.number)
        ]
        better = sum(rival > own for rival in rivals)
        return better >= max(1, (len(rivals) + 1) // self._eta)

    def rungs(self, number: int) -> Sequence[int]:
        """Return the epochs after which trial ``number`` may end."""
        return self._rungs[self._turns[number % len(self._turns)]]


def brackets(least: int, most: int, eta: int) -> list[list[int]]:
    """Return the rungs of every bracket; the last one cuts nothing short."""
    rungs = []
    while least < most:
        rungs.append(least)
        least *= eta
    return [rungs[at:] for at in range(len(rungs) + 1)]
