"""BM-NAS: cells that take any two features and work on them by steps, all weighed in one supernet.

Weights learn an epoch from one half of the clips, then the architecture an epoch from the other;
the genotype is that of the epoch in which the supernet did best there. As repaired here
(``bm_nas.mode``), operations meet two different mixtures in the search as they do afterwards, cells
may take earlier cells, and the reshaping of levels is trained along.

Cost: relax.epochs of all operations at once, on states of a few places in time.
"""

from dataclasses import replace

from adf.search.bm_nas.genotype import BilevelGenotype
from adf.search.settings import SpaceSettings
from adf.search.study import Study


def space(asked: SpaceSettings) -> SpaceSettings:
    """Return the space with all levels as they were stored: what is pooled here is the largest."""
    return replace(asked, size="finest", frames="finest")


def search(study: Study) -> BilevelGenotype:
    """Search by BM-NAS."""
    from adf.search.bm_nas.bilevel import Bilevel

    return Bilevel(study).run()
