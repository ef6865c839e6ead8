"""What is watched while a supernet is trained: the known ways in which relaxations fail."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from torch import Tensor

from adf.search.genotypes.genotype import Genotype
from adf.search.nets.mixture import Mixture
from adf.search.nets.onehot import one_hot
from adf.search.train import score

if TYPE_CHECKING:
    from adf.search.relaxing.relaxed import Relaxed

SCORING = 256


def observe(relaxed: "Relaxed", genotype: Genotype) -> dict[str, Any]:
    """Return the measurements of an epoch.

    ``skip_mass`` and ``skip_kept``: the share of skips in the mixture and among the edges that
    would be kept. ``entropy``: of the operations of an edge, 1 where all are alike. ``accuracy``
    of the mixture, ``kept_accuracy`` of the genotype with the same weights; ``drop`` is between.
    """
    mixture, study = relaxed.expected(), relaxed.study
    bench = study.bench(study.halves.judging)
    relaxed.net.eval()
    soft = score(partial(relaxed.net, mixture=mixture), bench, SCORING)
    kept = score(partial(relaxed.net, mixture=one_hot(study.space, genotype)), bench, SCORING)
    relaxed.net.train()
    edges = genotype.edges()
    return {
        "accuracy": soft.accuracy,
        "kept_accuracy": kept.accuracy,
        "drop": soft.accuracy - kept.accuracy,
        "skip_mass": skip_mass(mixture, study.space.ops),
        "skip_kept": sum(edge.op == "skip" for edge in edges) / len(edges),
        "entropy": entropy([*mixture.ops]),
        "level_entropy": entropy([*mixture.levels]),
        "levels": [weights.tolist() for weights in mixture.levels],
        "ops": [weights.tolist() for weights in mixture.ops],
    }


def skip_mass(mixture: Mixture, ops: Sequence[str]) -> float:
    """Return the mean weight of skip on an edge."""
    if "skip" not in ops:
        return 0.0
    at = list(ops).index("skip")
    return float(np.mean([float(weights[:, at].mean()) for weights in mixture.ops]))


def entropy(weights: Sequence[Tensor]) -> float:
    """Return the mean entropy of distributions, as a share of the largest possible."""
    rows = [row for each in weights for row in each.view(-1, each.shape[-1]) if len(row) > 1]
    shares = [
        float(-(row * row.clamp_min(1e-12).log()).sum() / np.log(row.shape[-1])) for row in rows
    ]
    return float(np.mean(shares)) if shares else 0.0
