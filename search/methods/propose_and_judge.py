"""A cheap relaxation proposes levels, real training judges, and judgements lead on: our own method.

Which levels are fused decides much, and a relaxation finds it quickly where nothing else is
relaxed: every edge has the plainest operation, only the levels are weighed. A few genotypes with
levels drawn from what it learned, and some drawn blindly, are trained in full. From then on every
training says what to try next: the genotype of which all trainings so far let expect most
(adf.search.guidance), among proposals and neighbours of the best. The last few are trained again
with other seeds. Whatever errs here costs a share of the budget, not the result.

Cost: the budget, of which propose.epochs of a supernet of plain edges come first.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from adf.search.genotypes.canonical import canonical, digest
from adf.search.genotypes.genotype import ZERO, Genotype, Input
from adf.search.genotypes.space import Draw, FusionSpace
from adf.search.guidance import expected
from adf.search.judge import Judge, Verdict, require_affordable
from adf.search.methods.darts import Darts
from adf.search.nets.mixture import Alphas, Mixture
from adf.search.relaxing.relaxation import Relaxing
from adf.search.relaxing.relaxed import Relaxed
from adf.search.settings import SearchSettings
from adf.search.study import Study
from adf.search.train import in_batches

# The share of the proposals that is drawn blindly.
BLIND = 0.25
# How many are drawn for each proposal: those that use every input are found among them.
DRAWN = 4
# How many are trained before the trainings lead: a third of what can be, and not more than six.
# Among how many they then choose, beside the neighbours of the best few.
FIRST, LEAST, MOST = 1 / 3, 2, 6
POOL, BEST = 32, 3
# Of the budget, what is for other seeds of the finalists: of two at least, or of none.
FINAL = 0.2
FINALISTS, SEEDS = 3, 2
# A budget of so many epochs pays for one of the relaxation, which costs about four.
PAYS = 30
PLAIN = "conv_3x3x3"


class Levels(Darts):
    """The softmax over the levels of each input; every edge has the same one operation."""

    def mixture(self, alphas: Alphas, space: FusionSpace, progress: float) -> Mixture:
        """Return the mixture of one training step."""
        at = space.ops.index(plain_op(space))
        ops = [only(at, logits) for logits in alphas.ops]
        chosen = [[[at] for _ in logits] for logits in alphas.ops]
        return Mixture([logits.softmax(-1) for logits in alphas.levels], ops, None, chosen)

    def expected(self, alphas: Alphas, space: FusionSpace) -> Mixture:
        """Return the same: nothing in it is random."""
        return self.mixture(alphas, space, 1.0)


def plain_op(space: FusionSpace) -> str:
    """Return the operation that stands for all: a convolution if there is one."""
    learning = [op for op in space.ops if op not in (ZERO, "skip")]
    return PLAIN if PLAIN in learning else [*learning, *space.real_ops][0]


def only(at: int, logits: Tensor) -> Tensor:
    """Return weights of the shape of ``logits`` in which one operation counts."""
    weights = torch.zeros_like(logits)
    weights[:, at] = 1
    return weights


def relaxing(settings: SearchSettings) -> Relaxing:
    """Return the relaxation that proposes, and its settings."""
    most, warm_up = settings.propose.epochs, settings.propose.warm_up
    epochs = min(most, max(settings.budget // PAYS, 1))
    warm_up = warm_up * epochs // most
    return Levels(), replace(settings.relax, epochs=epochs, warm_up=warm_up, order=1)


def search(study: Study) -> Genotype:
    """Search by proposing and judging, within the budget."""
    settings = study.settings
    require_affordable(settings, settings.train.epochs)
    relaxed = Relaxed(study, *relaxing(settings))
    relaxed.run()
    judge, epochs = Judge(study), settings.train.epochs
    random = np.random.default_rng(settings.seed)
    left = max(settings.budget - in_epochs(study), epochs)
    judged: list[Verdict[Genotype]] = []
    searching = left if FINAL * left < 2 * SEEDS * epochs else (1 - FINAL) * left
    first = min(max(int(FIRST * searching / epochs), LEAST), MOST)
    while not judged or judge.spent + epochs <= searching:
        guided = len(judged) >= first
        tried = promising(study.space, relaxed.expected(), judged, guided, random)
        if tried is None:
            break
        judged.append(judge(tried, epochs))
        judged.sort(key=lambda verdict: verdict.rank, reverse=True)
        study.propose(judged[0].genotype)
    return finals(judge, judged, epochs, left).genotype


def promising(
    space: FusionSpace,
    mixture: Mixture,
    judged: Sequence[Verdict[Genotype]],
    guided: bool,
    random: Draw,
) -> Genotype | None:
    """Return what to train next: a proposal, or what all trainings so far let expect most of.

    ``judged`` are these, the best first. Where nothing is left to be trained, nothing is returned.
    """
    seen = {digest(verdict.genotype) for verdict in judged}
    near = [each for verdict in judged[:BEST] for each in space.mutants(verdict.genotype)]
    proposals = list(candidates(space, mixture, POOL, random))
    pool = [each for each in unique([*proposals, *near]) if digest(each) not in seen]
    if not pool:
        return None
    if not guided:
        # Proposals while there are any: they come first.
        return pool[random.integers(min(len(pool), len(proposals)))]
    accuracies = [verdict.accuracy for verdict in judged]
    hopes = expected([verdict.genotype for verdict in judged], accuracies, pool)
    return pool[int(np.argmax(hopes))]


def in_epochs(study: Study) -> float:
    """Return what was spent so far in epochs of one candidate."""
    steps = len(in_batches(np.arange(len(study.halves.weights)), study.settings.train.batch))
    return study.budget.cell_steps / steps


def candidates(
    space: FusionSpace, mixture: Mixture, count: int, random: Draw
) -> Iterator[Genotype]:
    """Return up to ``count`` genotypes: most with levels as proposed, the others drawn blindly.

    What leaves an input out is not proposed; blindly, it may come.
    """
    blind = round(BLIND * count)
    drawn = unique(space.draw(random) for _ in range(DRAWN * count))
    whole = [each for each in drawn if len(canonical(each).inputs) == len(space.choices)]
    for genotype in whole[: count - blind]:
        yield replace(genotype, inputs=drawn_levels(space, mixture, random))
    yield from [each for each in drawn if each not in whole[: count - blind]][:blind]


def drawn_levels(space: FusionSpace, mixture: Mixture, random: Draw) -> tuple[Input, ...]:
    """Draw a level for each input, each as likely as its weight."""
    return tuple(
        slot[int(random.choice(len(slot), p=weights / weights.sum()))]
        for slot, weights in zip(
            space.choices, (each.double().cpu().numpy() for each in mixture.levels), strict=True
        )
    )


def finals(
    judge: Judge, judged: list[Verdict[Genotype]], epochs: int, most: float
) -> Verdict[Genotype]:
    """Train the last few again with other seeds, as the budget allows; the mean decides."""
    affordable = int((most - judge.spent) // (SEEDS * epochs))
    finalists = judged[: min(affordable, FINALISTS)]
    if len(finalists) < 2:
        return judged[0]
    tried = []
    for verdict in finalists:
        more = [judge(verdict.genotype, epochs, seed) for seed in range(1, SEEDS + 1)]
        mean = np.mean([each.rank for each in (verdict, *more)], axis=0)
        tried.append((tuple(mean), verdict))
    return max(tried, key=lambda each: each[0])[1]


def unique(genotypes: Iterable[Genotype]) -> list[Genotype]:
    """Return each genotype once, in the order given."""
    found: dict[str, Genotype] = {}
    for genotype in genotypes:
        found.setdefault(digest(genotype), genotype)
    return list(found.values())
