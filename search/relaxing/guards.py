"""Guards against the known faults of relaxations; each may be combined with any method."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn

from adf.search.genotypes.space import FusionSpace
from adf.search.nets.mixture import Alphas, Mixture
from adf.search.relaxing.relaxation import Relaxation
from adf.search.settings import Guards


@dataclass(frozen=True)
class Guarded:
    """A relaxation with guards around it."""

    method: Relaxation
    guards: Guards

    @property
    def with_edges(self) -> bool:
        """Partial channels need the weights of edges: which channels pass changes every step."""
        return self.method.with_edges or self.guards.partial > 1

    def mixture(self, alphas: Alphas, space: FusionSpace, progress: float) -> Mixture:
        """Return the mixture with the skip of DARTS-, which has faded away at the end."""
        mixture = self.method.mixture(alphas, space, progress)
        return replace(mixture, auxiliary=1 - progress) if self.guards.auxiliary else mixture

    def weight_mixture(self, alphas: Alphas, space: FusionSpace, progress: float) -> Mixture:
        """Return the mixture for weights: they shall not rely on the exact logits (SDARTS-RS)."""
        if not self.guards.perturb:
            return self.mixture(alphas, space, progress)
        with shaken(alphas, self.guards.perturb * progress):
            return self.mixture(alphas, space, progress)

    def penalty(self, alphas: Alphas, progress: float) -> Tensor | None:
        """Return the penalty of the method and that of beta-DARTS."""
        own = self.method.penalty(alphas, progress)
        if not self.guards.beta_decay:
            return own
        spread = torch.cat([logits.logsumexp(-1) for logits in alphas.ops]).mean()
        ours = self.guards.beta_decay * progress * spread
        return ours if own is None else own + ours

    def expected(self, alphas: Alphas, space: FusionSpace) -> Mixture:
        """Return the mixture of the method itself: an extra skip is no part of what is found."""
        return self.method.expected(alphas, space)


@contextmanager
def shaken(alphas: nn.Module, most: float) -> Iterator[None]:
    """Within it, all logits are moved by uniform noise."""
    before = [logits.detach().clone() for logits in alphas.parameters()]
    with torch.no_grad():
        for logits in alphas.parameters():
            logits.add_(torch.empty_like(logits).uniform_(-most, most))
    try:
        yield
    finally:
        with torch.no_grad():
            for logits, kept in zip(alphas.parameters(), before, strict=True):
                logits.copy_(kept)
