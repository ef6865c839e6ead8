"""Random search: as many candidates as the budget pays for, each trained in full.

Cost: the budget; nothing else is computed.
"""

import numpy as np

from adf.search.genotypes.genotype import Genotype
from adf.search.judge import Judge, require_affordable
from adf.search.study import Study


def search(study: Study) -> Genotype:
    """Return the best of the candidates that were drawn."""
    judge, epochs = Judge(study), study.settings.train.epochs
    require_affordable(study.settings, epochs)
    random = np.random.default_rng(study.settings.seed)
    best = None
    while judge.affords(epochs):
        verdict = judge(study.space.draw(random), epochs)
        if best is None or verdict.rank > best.rank:
            best = verdict
            study.propose(best.genotype)
    assert best
    return best.genotype
