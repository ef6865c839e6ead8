"""Everyone who takes part in an evaluation, and how they did: what baselines are made from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from adf.evaluate.entrants import Entrant
from adf.evaluate.fits import Fit, read_outcome
from adf.evaluate.outcome import Outcome, Row, Trial
from adf.evaluate.settings import EvalSettings
from adf.search.genotypes.genotype import Genotype, Input


@dataclass(frozen=True)
class Field:
    """The levels to compare on, the trials, and the folder with the fits.

    Everyone meets the clips that have features of all ``needed`` modalities. ``size`` is the number
    of parameters that a baseline should have to be a fair rival; ``drawn`` are genotypes that
    nobody searched; ``latencies`` are known when all is trained.
    """

    settings: EvalSettings
    needed: tuple[str, ...]
    levels: Sequence[Input]
    trials: Sequence[Trial]
    widths: Mapping[Input, int]
    classes: int
    size: int
    drawn: Sequence[Genotype]
    folder: Path
    latencies: dict[str, float] = field(default_factory=dict)

    @property
    def modalities(self) -> list[str]:
        """The modalities, in the order of the levels."""
        return list(dict.fromkeys(level.modality for level in self.levels))

    @property
    def apart(self) -> str:
        """How a network reads that fuses nothing but vectors."""
        return " + ".join(self.modalities)

    def inputs(self) -> int:
        """Return the length of all levels' vectors together."""
        return sum(self.widths[level] for level in self.levels)

    def trials_of(self, entrant: Entrant) -> list[Trial]:
        """Return the trials that an entrant takes part in."""
        first = self.trials[0].seed
        return [trial for trial in self.trials if not entrant.once or trial.seed == first]

    def fit(self, entrant: Entrant, trial: Trial) -> Fit:
        """Return the training of an entrant in a trial."""
        return Fit(self.settings, entrant, trial, self.needed, self.folder)

    def outcome(self, entrant: Entrant, trial: Trial) -> Outcome:
        """Return how an entrant did in a trial."""
        return read_outcome(self.fit(entrant, trial), self.latencies.get(entrant.name, 0.0))

    def row(self, entrant: Entrant, note: str = "") -> Row:
        """Return the row of one entrant."""
        outcomes = [self.outcome(entrant, trial) for trial in self.trials_of(entrant)]
        return Row(entrant.name, entrant.kind, entrant.reads, outcomes, note, entrant.genotype)
