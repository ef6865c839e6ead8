"""Successive halving: many candidates for a few epochs, the best third of them for thrice that.

Each round trains from scratch, with a schedule that is complete: scores of a round compare.

Cost: the budget, a third of it for each round.
"""

from collections.abc import Sequence

import numpy as np

from adf.search.genotypes.genotype import Genotype
from adf.search.judge import Judge, Verdict, require_affordable
from adf.search.study import Study

ETA = 3
# A third of the epochs is the least that ranks levels: with fewer, deep ones always lead.
ROUNDS = 2


def search(study: Study) -> Genotype:
    """Return the winner among as many random candidates as the budget pays for."""
    random = np.random.default_rng(study.settings.seed)
    epochs = study.settings.train.epochs
    require_affordable(study.settings, cost(1, epochs))
    count = affordable(study.settings.budget, epochs)
    candidates = [study.space.draw(random) for _ in range(count)]
    return halved(study, Judge(study), candidates, epochs)[0].genotype


def rungs(epochs: int) -> list[int]:
    """Return the epochs of each round, the last being complete."""
    return [max(epochs // ETA**left, 1) for left in reversed(range(ROUNDS))]


def affordable(budget: float, epochs: int) -> int:
    """Return how many candidates can start so that all rounds together keep to the budget."""
    count = 1
    while cost(count + 1, epochs) <= budget:
        count += 1
    return count


def cost(count: int, epochs: int) -> int:
    """Return the epochs that all rounds take together."""
    return sum(max(count // ETA**number, 1) * rung for number, rung in enumerate(rungs(epochs)))


def halved(
    study: Study, judge: Judge, candidates: Sequence[Genotype], epochs: int
) -> list[Verdict[Genotype]]:
    """Return the verdicts of the last round, the best first."""
    left, verdicts = list(candidates), list[Verdict[Genotype]]()
    study.propose(left[0])
    for number, rung in enumerate(rungs(epochs)):
        left = left[: max(len(candidates) // ETA**number, 1)]
        verdicts = judge.best_of(left, rung)
        left = [verdict.genotype for verdict in verdicts]
        study.propose(left[0])
    return verdicts
