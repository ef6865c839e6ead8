"""Late fusion: each modality decides alone, by its best level; the decisions are averaged.

A decision is a logarithm of probabilities. The weighted mean has the weights that validation likes.
"""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from adf.evaluate.baselines import single
from adf.evaluate.entrants import BASELINE, Entrant
from adf.evaluate.field import Field
from adf.evaluate.metrics import Chances
from adf.evaluate.outcome import Outcome, Row

STEPS = 50


def entrants(field: Field) -> list[Entrant]:
    """Return the networks of single levels: there are no others."""
    return single.entrants(field)


def rows(field: Field) -> list[Row]:
    """Return the plain and the weighted mean."""
    alone = [row.outcomes for row in single.best_levels(field)]
    trials = list(zip(*alone, strict=True))
    equal = [mean(each, np.full(len(each), 1 / len(each))) for each in trials]
    weights = [tuned(each) for each in trials]
    weighted = [mean(each, share) for each, share in zip(trials, weights, strict=True)]
    # What the weights have in common only makes surer.
    shares = np.mean([each / each.sum() for each in weights], axis=0)
    names = zip(field.modalities, shares, strict=True)
    note = "shares: " + ", ".join(f"{name} {share:.2f}" for name, share in names)
    return [
        Row("late fusion, mean", BASELINE, field.apart, equal),
        Row("late fusion, weighted", BASELINE, field.apart, weighted, note),
    ]


def mean(outcomes: Sequence[Outcome], weights: Chances) -> Outcome:
    """Return what several say together in one trial."""
    first = outcomes[0]
    return Outcome(
        " + ".join(each.entrant for each in outcomes),
        " + ".join(each.reads for each in outcomes),
        first.trial,
        normal(sum(w * each.validation for w, each in zip(weights, outcomes, strict=True))),
        first.targets,
        normal(sum(w * each.test for w, each in zip(weights, outcomes, strict=True))),
        sum(each.parameters for each in outcomes),
        sum(each.flops for each in outcomes),
        sum(each.latency_ms for each in outcomes),
    )


def normal(scores: Chances) -> Chances:
    """Return scores as logarithms of probabilities again."""
    top = scores.max(axis=1, keepdims=True)
    total = np.log(np.exp(scores - top).sum(axis=1, keepdims=True))
    return np.asarray(scores - top - total)


def tuned(outcomes: Sequence[Outcome]) -> Chances:
    """Return the weights, above 0, with the smallest loss on validation; it has one minimum."""
    said = torch.stack([torch.from_numpy(each.validation).double() for each in outcomes])
    targets = torch.from_numpy(outcomes[0].targets)
    logs = torch.zeros(len(outcomes), dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS([logs], max_iter=STEPS, line_search_fn="strong_wolfe")

    def loss() -> Tensor:
        optimizer.zero_grad()
        found = F.cross_entropy((logs.exp()[:, None, None] * said).sum(dim=0), targets)
        # A weight that no video speaks for must not run away.
        found = found + 1e-4 * logs.square().sum()
        found.backward()  # type: ignore[no-untyped-call]
        return found

    optimizer.step(loss)  # type: ignore[no-untyped-call]
    return np.asarray(logs.detach().exp().numpy())
