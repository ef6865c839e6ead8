"""Regularised evolution: the best of a sample has a child; the oldest of the population leaves.

Cost: the budget; each child waits for its parents.
"""

from collections import deque
from itertools import count

import numpy as np

from adf.search.genotypes.genotype import Genotype
from adf.search.judge import Judge, Verdict, require_affordable
from adf.search.study import Study

POPULATION = 32
SAMPLE = 8


def search(study: Study) -> Genotype:
    """Return the best candidate that ever lived."""
    judge, epochs = Judge(study), study.settings.train.epochs
    require_affordable(study.settings, epochs)
    random = np.random.default_rng(study.settings.seed)
    # A population that eats up the budget would never have children.
    first = max(min(POPULATION, study.settings.budget // epochs // 2), 1)
    population: deque[Verdict[Genotype]] = deque(maxlen=first)
    best = None
    for number in count():
        if not judge.affords(epochs):
            break
        child = study.space.draw(random) if number < first else _child(study, population, random)
        verdict = judge(child, epochs)
        population.append(verdict)
        if best is None or verdict.rank > best.rank:
            best = verdict
            study.propose(best.genotype)
    assert best
    return best.genotype


def _child(
    study: Study, population: deque[Verdict[Genotype]], random: np.random.Generator
) -> Genotype:
    chosen = random.choice(len(population), min(SAMPLE, len(population)), replace=False)
    parent = max((population[int(at)] for at in chosen), key=lambda verdict: verdict.rank)
    return study.space.mutant(parent.genotype, random)
