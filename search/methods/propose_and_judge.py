"""A cheap relaxation proposes levels, real training judges whole genotypes: our own method.

Which levels are fused decides most, and a relaxation finds it quickly where nothing else is
relaxed: every edge has the plainest operation, only the levels are weighed. Genotypes with levels
drawn from what it learned, and some drawn blindly, go through successive halving by real training.
The budget that is left goes to genotypes that differ from the best in one choice; the last few are
trained again with other seeds. A relaxation that errs costs a share of the budget, not the result.

Cost: the budget, of which propose.epochs of a supernet of plain edges come first.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from adf.search.genotypes.canonical import canonical, digest
from adf.search.genotypes.genotype import ZERO, Genotype, Input
from adf.search.genotypes.space import Draw, FusionSpace
from adf.search.judge import Judge, Verdict
from adf.search.methods.darts import Darts
from adf.search.methods.successive_halving import affordable, halved
from adf.search.nets.mixture import Alphas, Mixture
from adf.search.relaxing.relaxed import Relaxed
from adf.search.study import Study
from adf.search.train import in_batches

# The share of the candidates that is drawn blindly.
BLIND = 0.25
# How many are drawn for each candidate: those that use every input are found among them.
DRAWN = 4
# Of the budget: for halving; for other seeds of the finalists. The rest is for neighbours.
HALVING, FINAL = 0.5, 0.2
FINALISTS, SEEDS = 3, 2
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


def search(study: Study) -> Genotype:
    """Search by proposing and judging, within the budget."""
    settings = study.settings
    relax = replace(
        settings.relax, epochs=settings.propose.epochs, warm_up=settings.propose.warm_up, order=1
    )
    relaxed = Relaxed(study, Levels(), relax)
    relaxed.run()
    judge, epochs = Judge(study), settings.train.epochs
    random = np.random.default_rng(settings.seed)
    left = max(settings.budget - in_epochs(study), epochs)
    count = affordable(HALVING * left, epochs)
    proposed = list(candidates(study.space, relaxed.expected(), count, random))
    judged = halved(study, judge, proposed, epochs)
    judged = climbed(study, judge, judged, (1 - FINAL) * left, random)
    return finals(judge, judged, epochs, left).genotype


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


def climbed(
    study: Study, judge: Judge, judged: list[Verdict], most: float, random: Draw
) -> list[Verdict]:
    """Judge neighbours of the best until ``most`` epochs are spent; return all, the best first."""
    epochs = study.settings.train.epochs
    seen = {digest(verdict.genotype) for verdict in judged}
    while judge.spent + epochs <= most:
        mutants = study.space.mutants(judged[0].genotype)
        near = [mutant for mutant in mutants if digest(mutant) not in seen]
        if not near:
            break
        tried = near[random.integers(len(near))]
        seen.add(digest(tried))
        judged = sorted([*judged, judge(tried, epochs)], key=lambda each: each.rank, reverse=True)
        study.propose(judged[0].genotype)
    return judged


def finals(judge: Judge, judged: list[Verdict], epochs: int, most: float) -> Verdict:
    """Train the last few again with other seeds, as the budget allows; the mean decides."""
    tried: list[tuple[tuple[float, ...], Verdict]] = []
    for verdict in judged[:FINALISTS]:
        if tried and judge.spent + SEEDS * epochs > most:
            break
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
