"""PC-DARTS: a quarter of the channels goes through the operations, and edges are weighed too.

Cost: relax.epochs of all operations at once, on a quarter of the channels.
"""

from dataclasses import replace

from adf.search.genotypes.genotype import Genotype
from adf.search.methods.darts import Darts
from adf.search.relaxing.relaxation import Relaxing
from adf.search.relaxing.selection import searched
from adf.search.settings import SearchSettings
from adf.search.study import Study

# One channel in so many goes through the operations, where the settings say nothing else.
PARTIAL = 4


class PcDarts(Darts):
    """The softmax over operations, times that over the edges of a node."""

    with_edges = True


def relaxing(settings: SearchSettings) -> Relaxing:
    """Return the method and its settings."""
    relax = settings.relax
    if relax.guards.partial == 1:
        relax = replace(relax, guards=replace(relax.guards, partial=PARTIAL))
    return PcDarts(), relax


def search(study: Study) -> Genotype:
    """Search by PC-DARTS."""
    return searched(study, *relaxing(study.settings))
