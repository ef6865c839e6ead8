"""What one trained network says of the videos of a trial, and a row of the table made of such."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from adf.evaluate.metrics import Chances, Targets, accuracy
from adf.search.families import Found


class Trial(NamedTuple):
    """One split and one seed."""

    split: str
    seed: int


@dataclass(frozen=True)
class Outcome:
    """Log-probabilities ``V K`` of the videos that chose the epoch, and of the test videos.

    There are answers to the former alone. ``epoch`` is the one that was chosen, ``reads`` where
    modalities meet.
    """

    entrant: str
    reads: str
    trial: Trial
    validation: Chances
    targets: Targets
    test: Chances
    parameters: int
    flops: int
    latency_ms: float
    epoch: int | None = None
    # Where the training is kept, in the run folder; what several say together has no such place.
    fit: str | None = None

    @property
    def validated(self) -> tuple[float, float]:
        """Accuracy on validation; among equals the surer one is better."""
        right = self.validation[np.arange(len(self.targets)), self.targets]
        return accuracy(self.validation, self.targets), float(right.mean())


@dataclass(frozen=True)
class Row:
    """A row of the table: outcomes of several trials under one name.

    ``statistic`` is the number that stands for all: the mean, or the median of a crowd.
    """

    name: str
    kind: str
    reads: str
    outcomes: Sequence[Outcome]
    note: str = ""
    genotype: Found | None = None
    statistic: str = "mean"
