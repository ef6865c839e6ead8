"""GDAS: each step draws one operation an edge; its gradient reaches the logits straight through.

Cost: relax.epochs at the price of one operation an edge, and all levels.
"""

from torch.nn import functional as F

from adf.search.genotypes.genotype import Genotype
from adf.search.genotypes.space import FusionSpace
from adf.search.methods.darts import Darts
from adf.search.nets.mixture import Alphas, Mixture, edge_weights
from adf.search.relaxing.relaxation import Relaxing
from adf.search.relaxing.selection import searched
from adf.search.settings import SearchSettings
from adf.search.study import Study


class Gdas(Darts):
    """A hard Gumbel sample whose temperature falls in the course of the search."""

    def __init__(self, temperature: tuple[float, float]) -> None:
        self._temperature = temperature

    def mixture(self, alphas: Alphas, space: FusionSpace, progress: float) -> Mixture:
        """Draw one candidate for each choice."""
        first, last = self._temperature
        tau = first + (last - first) * progress
        ops = [F.gumbel_softmax(logits, tau, hard=True) for logits in alphas.ops]
        chosen = [[[at] for at in weights.argmax(dim=1).tolist()] for weights in ops]
        levels = [F.gumbel_softmax(logits, tau, hard=True, dim=-1) for logits in alphas.levels]
        return Mixture(levels, ops, edge_weights(alphas, space), chosen)


def relaxing(settings: SearchSettings) -> Relaxing:
    """Return the method and its settings."""
    return Gdas(settings.relax.temperature), settings.relax


def search(study: Study) -> Genotype:
    """Search by GDAS."""
    return searched(study, *relaxing(study.settings))
