"""What a tuning can be told."""

from dataclasses import dataclass, field
from typing import Literal

from adf.evaluate.settings import longer
from adf.evaluate.tuning.space import Dimension, read_space
from adf.search.require import require
from adf.search.settings import TrainSettings

Sampler = Literal["tpe", "random", "sobol"]


@dataclass(frozen=True)
class TuneSettings:
    """One tuning: of which genotype, on which features, where to look, for how long.

    ``space`` holds a range for each name of ``train``, and for ``channels`` (none given: batch,
    rate, optimizer, decay and dropout); ``train`` says what is not in it. ``repeats`` trainings are
    averaged. ``least`` epochs are trained before a trial may be pruned, 0 prunes none; of the
    trials at a rung, one in ``eta`` goes on. ``share`` of the training clips teach weights where
    the split has no clips for validation.
    """

    cache: str = ""
    genotype: str = ""
    split: str = "1"
    seed: int = 0
    repeats: int = 1
    trials: int = 40
    sampler: Sampler = "tpe"
    least: int = 2
    eta: int = 3
    share: float = 0.8
    device: str = "auto"
    amp: bool = False
    space: dict[str, str] = field(default_factory=dict)
    train: TrainSettings = field(default_factory=longer)

    def __post_init__(self) -> None:
        require(bool(self.cache), "cache", "not given", "the folder that adf-extract filled")
        advice = "a genotype's file, or the folder of a search"
        require(bool(self.genotype), "genotype", "not given", advice)
        require(0 <= self.seed < 2**31, "seed", self.seed, "0 to 2147483647")
        for name in ("repeats", "trials"):
            require(getattr(self, name) >= 1, name, getattr(self, name), "1 or more")
        require(self.least >= 0, "least", self.least, "1 or more, or 0 to prune nothing")
        require(self.eta >= 2, "eta", self.eta, "2 or more")
        require(0 < self.share < 1, "share", self.share, "a fraction between 0 and 1")
        self.dimensions()

    def dimensions(self) -> dict[str, Dimension]:
        """Return the space, checked against what training takes."""
        return read_space(self.space)

    def most_epochs(self) -> int:
        """Return how long the longest trial trains."""
        epochs = self.dimensions().get("epochs")
        return int(epochs.at(1 - 1e-9)) if epochs else self.train.epochs
