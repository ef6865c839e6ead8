"""What is said of predictions, ``V K``: hits, classes, and what is taken for what."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from statistics import fmean, median, stdev
from typing import Any

import numpy as np
from numpy.typing import NDArray

Chances = NDArray[np.floating]
Targets = NDArray[np.int64]


def accuracy(chances: Chances, targets: Targets, best: int = 1) -> float:
    """Return the share of videos whose class is among the ``best`` likeliest."""
    # Of equals, the first class is named first: as a guess is.
    ranked = np.argsort(-chances, axis=1, kind="stable")[:, :best]
    return float((ranked == targets[:, None]).any(axis=1).mean())


def confusion(chances: Chances, targets: Targets) -> NDArray[np.int64]:
    """Return how many videos of each class (row) were taken for each class (column)."""
    classes = chances.shape[1]
    guesses = chances.argmax(axis=1)
    return np.bincount(targets * classes + guesses, minlength=classes**2).reshape(classes, classes)


@dataclass(frozen=True)
class Summary:
    """A measurement over several trials: ``deviation`` between them, ``error`` of the mean.

    One trial says nothing of either.
    """

    mean: float
    median: float
    deviation: float | None
    error: float | None
    n: int

    def as_dict(self) -> dict[str, Any]:
        """Return what JSON holds."""
        return asdict(self)


def summary(values: Sequence[float]) -> Summary:
    """Return mean, median, standard deviation and standard error."""
    spread = stdev(values) if len(values) > 1 else None
    error = None if spread is None else spread / len(values) ** 0.5
    return Summary(fmean(values), median(values), spread, error, len(values))
