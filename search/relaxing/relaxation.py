"""What tells one differentiable method from another: how logits become a mixture.

A relaxation is a file in ``methods/``; the guards beside this file combine with any.
"""

from typing import Protocol

from torch import Tensor

from adf.search.genotypes.space import FusionSpace
from adf.search.nets.mixture import Alphas, Mixture
from adf.search.settings import RelaxSettings


class Relaxation(Protocol):
    """A differentiable method. ``progress`` goes from 0 to 1 in the course of the search."""

    # Whether the edges of a node have logits of their own.
    with_edges: bool

    def mixture(self, alphas: Alphas, space: FusionSpace, progress: float) -> Mixture:
        """Return the weights of one training step; they may be drawn at random."""

    def penalty(self, alphas: Alphas, progress: float) -> Tensor | None:
        """Return what is added to the loss of the logits."""

    def expected(self, alphas: Alphas, space: FusionSpace) -> Mixture:
        """Return the mixture that is scored and read off: nothing in it is random."""


# A method with the settings it is trained by: what ``relaxing`` of its file returns.
Relaxing = tuple[Relaxation, RelaxSettings]
