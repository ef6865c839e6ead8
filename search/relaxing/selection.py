"""From a trained supernet to a genotype: by the logits, or by what hurts most (DARTS-PT).

By perturbation, the choices are made one after the other in random order: each candidate is left
out in turn, and kept is the one without which the supernet does worst. Levels and operations come
first, then which edges a node keeps. The weights stay as they are between the choices: they are
those of the last epoch, also where the curvature ended the search.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from adf.search.genotypes.genotype import Edge, Genotype
from adf.search.genotypes.space import Draw, FusionSpace
from adf.search.nets.cost import flops, in_steps
from adf.search.nets.mixture import Mixture
from adf.search.relaxing.relaxation import Relaxation
from adf.search.relaxing.relaxed import Relaxed
from adf.search.relaxing.unrolled import statistics_kept
from adf.search.settings import RelaxSettings
from adf.search.study import Stopwatch, Study
from adf.search.train import score

# Clips scored at once, whose statistics the norms take.
SCORING = 256
# Of a training step, the pass forward is one part in so many.
FORWARD = 3
PURPOSE = 4

Worth = Callable[[], tuple[float, float]]


def searched(study: Study, method: Relaxation, settings: RelaxSettings) -> Genotype:
    """Train a supernet by a method and return what is selected from it."""
    relaxed = Relaxed(study, method, settings)
    relaxed.run()
    return selected(relaxed)


def selected(relaxed: Relaxed) -> Genotype:
    """Return the genotype of a trained supernet, by the rule that ``guards.selection`` names."""
    if relaxed.settings.guards.selection == "strongest":
        return relaxed.found()
    memory, watch = relaxed.study.memory, Stopwatch()
    line = memory.known("selected")
    if line is None:
        genotype, evaluations = by_perturbation(relaxed)
        line = memory.tell(
            "selected",
            genotype=genotype.as_dict(),
            **spent(relaxed, evaluations),
            seconds=watch.seconds(),
        )
    relaxed.study.budget.add(line["samples"], line["cell_steps"], line["seconds"])
    return Genotype.from_dict(line["genotype"])


def spent(relaxed: Relaxed, evaluations: int) -> dict[str, float]:
    """Return what evaluations cost: clips that only go forward count as a third of a training."""
    study = relaxed.study
    samples = round(evaluations * len(study.halves.judging.rows) / FORWARD)
    work = flops(relaxed.net, study.clip, separate(relaxed.expected()))
    return {"samples": samples, "cell_steps": in_steps(study, work, samples)}


def by_perturbation(relaxed: Relaxed) -> tuple[Genotype, int]:
    """Return the genotype of the candidates without which the supernet does worst.

    Beside it stands how many times the supernet was evaluated.
    """
    space = relaxed.study.space
    mixture = separate(relaxed.expected())
    random = np.random.default_rng([relaxed.study.settings.seed, PURPOSE])
    evaluations = 0

    def now() -> tuple[float, float]:
        nonlocal evaluations
        evaluations += 1
        return worth(relaxed, mixture)

    real = [space.ops.index(op) for op in space.real_ops]
    ops = [(weights, real) for each in mixture.ops for weights in each]
    levels = [(weights, list(range(len(weights)))) for weights in mixture.levels]
    for weights, candidates in shuffled([*levels, *ops], random):
        best = most_missed(weights, candidates, 1, now)
        weights.zero_()[best] = 1
    assert mixture.edges is not None
    nodes = [
        part
        for number, edges in enumerate(mixture.edges)
        for part in torch.split(edges, space.sources(number))
    ]
    for weights, candidates in shuffled([(each, list(range(len(each)))) for each in nodes], random):
        kept = most_missed(weights, candidates, space.kept(len(weights)), now)
        weights[[at for at in candidates if at not in kept]] = 0
    return read_off(space, mixture), evaluations


def worth(relaxed: Relaxed, mixture: Mixture) -> tuple[float, float]:
    """Return how the supernet does with a mixture, as something to sort by: more is better.

    Norms take the statistics of the clips at hand: the running ones are those of other mixtures.
    """
    bench = relaxed.study.bench(relaxed.study.halves.judging)
    relaxed.net.train()
    with statistics_kept(relaxed.net):
        found = score(lambda features: relaxed.net(features, mixture), bench, SCORING)
    return found.accuracy, -found.loss


def separate(mixture: Mixture) -> Mixture:
    """Return a copy to write into, in which each edge has a weight of its own."""
    edges = mixture.edges
    return replace(
        mixture,
        levels=[weights.clone() for weights in mixture.levels],
        ops=[weights.clone() for weights in mixture.ops],
        edges=[
            torch.ones_like(weights[:, 0]) if edges is None else edges[number].clone()
            for number, weights in enumerate(mixture.ops)
        ],
    )


def most_missed(weights: Tensor, candidates: Sequence[int], count: int, now: Worth) -> list[int]:
    """Return the ``count`` candidates without whose weight the supernet does worst."""
    if len(candidates) <= count:
        return list(candidates)

    def without(candidate: int) -> tuple[float, float]:
        weight = weights[candidate].clone()
        weights[candidate] = 0
        found = now()
        weights[candidate] = weight
        return found

    return sorted(candidates, key=without)[:count]


def shuffled(
    choices: Sequence[tuple[Tensor, list[int]]], random: Draw
) -> Iterator[tuple[Tensor, list[int]]]:
    """Return the choices in random order."""
    return (choices[at] for at in random.permutation(len(choices)))


def read_off(space: FusionSpace, mixture: Mixture) -> Genotype:
    """Return the genotype of a mixture in which each choice has been made."""
    inputs = tuple(
        slot[int(weights.argmax())]
        for slot, weights in zip(space.choices, mixture.levels, strict=True)
    )
    assert mixture.edges is not None
    cells = []
    for number, (ops, edges) in enumerate(zip(mixture.ops, mixture.edges, strict=True)):
        sources = space.sources(number)
        parts = zip(torch.split(ops, sources), torch.split(edges, sources), strict=True)
        cells.append([_node(space.ops, rows, kept) for rows, kept in parts])
    return space.build(inputs, cells)


def _node(names: Sequence[str], rows: Tensor, kept: Tensor) -> tuple[Edge, ...]:
    return tuple(
        Edge(names[int(row.argmax())], at)
        for at, (row, weight) in enumerate(zip(rows, kept, strict=True))
        if weight
    )
