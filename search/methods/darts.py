"""DARTS: the softmax of the logits weighs the operations; the strongest are kept.

Cost: relax.epochs of all operations at once; with relax.order 2 about three times that.
"""

from torch import Tensor

from adf.search.genotypes.genotype import Genotype
from adf.search.genotypes.space import FusionSpace
from adf.search.nets.mixture import Alphas, Mixture, softmax_mixture
from adf.search.relaxing.relaxation import Relaxing
from adf.search.relaxing.selection import searched
from adf.search.settings import SearchSettings
from adf.search.study import Study


class Darts:
    """The softmax, in training and afterwards."""

    with_edges = False

    def mixture(self, alphas: Alphas, space: FusionSpace, progress: float) -> Mixture:
        """Return the softmax of the logits."""
        return softmax_mixture(alphas, space)

    def penalty(self, alphas: Alphas, progress: float) -> Tensor | None:
        """Return nothing: the decay of the logits is that of their optimiser."""
        return None

    def expected(self, alphas: Alphas, space: FusionSpace) -> Mixture:
        """Return the softmax of the logits."""
        return softmax_mixture(alphas, space)


def relaxing(settings: SearchSettings) -> Relaxing:
    """Return the method and its settings; ``relax.order`` 2 looks one step of the weights ahead."""
    return Darts(), settings.relax


def search(study: Study) -> Genotype:
    """Search by DARTS."""
    return searched(study, *relaxing(study.settings))
