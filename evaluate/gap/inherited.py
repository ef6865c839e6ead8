"""What a supernet says of genotypes: scores with its weights, and odds in its logits."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial

import numpy as np
import torch
from torch.nn.modules.batchnorm import _BatchNorm

from adf.search.genotypes.derive import edge_strengths
from adf.search.genotypes.genotype import Genotype
from adf.search.nets.mixture import Mixture
from adf.search.nets.onehot import chosen_ops, one_hot
from adf.search.relaxing.relaxed import Relaxed
from adf.search.relaxing.unrolled import statistics_kept
from adf.search.train import score

SCORING = 256
LEAST = 1e-12


def masked(relaxed: Relaxed, genotype: Genotype) -> Mixture:
    """Return the mixture of a genotype; operations that were not relaxed stay as they are."""
    space, expected = relaxed.study.space, relaxed.expected()
    mixture = one_hot(space, genotype)
    return mixture if expected.chosen is None else replace(expected, levels=mixture.levels)


def accuracy(relaxed: Relaxed, mixture: Mixture) -> float:
    """Return the accuracy of a mixture with the statistics that the norms have."""
    study = relaxed.study
    relaxed.net.eval()
    found = score(partial(relaxed.net, mixture=mixture), study.bench(study.halves.judging), SCORING)
    return found.accuracy


def recalibrated(relaxed: Relaxed, mixture: Mixture) -> float:
    """Return its accuracy with the statistics of its own, from one pass over what weights saw."""
    bench = relaxed.study.bench(relaxed.study.halves.weights)
    positions = np.arange(len(bench.part.rows))
    batches = np.array_split(positions, -(-len(positions) // SCORING))
    with own_statistics(relaxed.net), torch.no_grad():
        relaxed.net.train()
        for features, _ in bench.batches(batches):
            relaxed.net(features, mixture)
        return accuracy(relaxed, mixture)


@contextmanager
def own_statistics(net: torch.nn.Module) -> Iterator[None]:
    """Within it, norms forget their statistics and take the mean over the batches they meet."""
    norms = [each for each in net.modules() if isinstance(each, _BatchNorm)]
    momenta = [norm.momentum for norm in norms]
    with statistics_kept(net):
        for norm in norms:
            norm.reset_running_stats()
            norm.momentum = None
        try:
            yield
        finally:
            for norm, momentum in zip(norms, momenta, strict=True):
                norm.momentum = momentum


def log_odds(relaxed: Relaxed, genotype: Genotype) -> float:
    """Return the sum of the logarithms of what each choice of a genotype counts in the mixture."""
    space, mixture = relaxed.study.space, relaxed.expected()
    counts = [
        float(weights[slot.index(level)])
        for slot, weights, level in zip(space.choices, mixture.levels, genotype.inputs, strict=True)
    ]
    if mixture.chosen is None:
        for number, weights in enumerate(edge_strengths(mixture)):
            edges = chosen_ops(space, number, genotype.cells[number])
            counts += [float(weights[edge, at]) for edge, ops in enumerate(edges) for at in ops]
    return float(np.log(np.maximum(counts, LEAST)).sum())
