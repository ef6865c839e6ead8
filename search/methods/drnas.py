"""DrNAS: the mixture is drawn from Dirichlet distributions, whose concentrations are learned.

Cost: relax.epochs of all operations at once.
"""

from collections.abc import Iterable

import torch
from torch import Tensor
from torch.distributions import Dirichlet, kl_divergence
from torch.nn import functional as F

from adf.search.genotypes.genotype import Genotype
from adf.search.genotypes.space import FusionSpace
from adf.search.nets.mixture import Alphas, Mixture, edge_weights
from adf.search.relaxing.relaxation import Relaxing
from adf.search.relaxing.selection import searched
from adf.search.settings import SearchSettings
from adf.search.study import Study

# Keeps the distributions near the uniform one until there is evidence.
ANCHOR = 1e-3


class DrNas:
    """Drawn in training; afterwards the mean of the distributions counts."""

    with_edges = False

    def mixture(self, alphas: Alphas, space: FusionSpace, progress: float) -> Mixture:
        """Draw a mixture; gradients pass to the concentrations."""
        return Mixture(
            [drawn.rsample() for drawn in distributions(alphas.levels)],
            [drawn.rsample() for drawn in distributions(alphas.ops)],
            edge_weights(alphas, space),
        )

    def penalty(self, alphas: Alphas, progress: float) -> Tensor | None:
        """Return the divergence from the uniform distribution over mixtures."""
        divergences = [
            kl_divergence(drawn, uniform(drawn)).sum()
            for drawn in distributions((*alphas.levels, *alphas.ops))
        ]
        return ANCHOR * torch.stack(divergences).sum()

    def expected(self, alphas: Alphas, space: FusionSpace) -> Mixture:
        """Return the means."""
        return Mixture(
            [drawn.mean for drawn in distributions(alphas.levels)],
            [drawn.mean for drawn in distributions(alphas.ops)],
            edge_weights(alphas, space),
        )


def distributions(logits: Iterable[Tensor]) -> list[Dirichlet]:
    """Return the distribution that each vector of logits stands for."""
    # Checking them would wait for the device each time; a loss that is not finite is told anyway.
    return [Dirichlet(F.elu(each) + 1 + 1e-6, validate_args=False) for each in logits]


def uniform(drawn: Dirichlet) -> Dirichlet:
    """Return the uniform distribution over the mixtures that another is of."""
    return Dirichlet(torch.ones_like(drawn.concentration), validate_args=False)


def relaxing(settings: SearchSettings) -> Relaxing:
    """Return the method and its settings."""
    return DrNas(), settings.relax


def search(study: Study) -> Genotype:
    """Search by DrNAS."""
    return searched(study, *relaxing(study.settings))
