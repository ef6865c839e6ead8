"""What can be trained and compared: found genotypes, and the baselines' networks, as plain data."""

from collections.abc import Mapping
from dataclasses import dataclass

from torch import nn

from adf.search import families
from adf.search.families import Found, canonical
from adf.search.genotypes.genotype import Input

FOUND, SINGLE, BASELINE, RANDOM = "found", "single", "baseline", "random"


@dataclass(frozen=True)
class Entrant:
    """One network to be trained.

    ``build`` names what makes it (a file in ``baselines/``), ``hidden`` is how wide that is.
    ``reads`` says where modalities meet: ``rgb x flow`` on maps, ``rgb + flow`` behind them.
    What is there ``once`` meets each split with the first seed alone.
    """

    name: str
    kind: str
    reads: str
    levels: tuple[Input, ...]
    build: str = "genotype"
    hidden: int = 0
    genotype: Found | None = None
    once: bool = False

    @property
    def grid(self) -> tuple[int, int, int]:
        """To what size the levels are brought: baselines see the mean over all places."""
        return self.genotype.grid if self.genotype else (1, 1, 1)


def of_genotype(name: str, kind: str, genotype: Found) -> Entrant:
    """Return the entrant that a genotype is, without what reaches no output."""
    genotype = canonical(genotype)
    modalities = dict.fromkeys(level.modality for level in genotype.inputs)
    return Entrant(name, kind, " x ".join(modalities), genotype.inputs, genotype=genotype)


def network(
    entrant: Entrant, widths: Mapping[Input, int], classes: int, dropout: float
) -> nn.Module:
    """Return an entrant's network with weights that have learned nothing."""
    if entrant.genotype:
        return families.network(entrant.genotype, widths, classes, dropout)
    from adf.evaluate.baselines import NETWORKS

    channels = [widths[level] for level in entrant.levels]
    made: nn.Module = NETWORKS[entrant.build](entrant, channels, classes, dropout)
    return made
