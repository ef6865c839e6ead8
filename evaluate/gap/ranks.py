"""How far two orders agree: Kendall's tau-b and Spearman's rho, and how sure that is."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]
# Of two orders, for each row of numbers that say how often each member counts.
Agreement = Callable[[Values, Values, Values], Values]

RESAMPLED = 1000


def taus(one: Values, other: Values, counts: Values) -> Values:
    """Return tau-b: pairs in the same order less those in the opposite one, ties left out.

    ``counts`` are ``R G``; the result has one number a row. Values that tell nothing apart agree
    with nothing: 0.
    """
    first, second = (np.sign(np.subtract.outer(each, each)) for each in (one, other))
    same, own, others = (
        ((counts @ pairs) * counts).sum(axis=1)
        for pairs in (first * second, np.abs(first), np.abs(second))
    )
    return ratio(same, own * others)


def rhos(one: Values, other: Values, counts: Values) -> Values:
    """Return the correlation of ranks; equal values share the mean of theirs."""
    first, second = (centred(ranks(each, counts), counts) for each in (one, other))
    same, own, others = (
        (counts * pairs).sum(axis=1) for pairs in (first * second, first**2, second**2)
    )
    return ratio(same, own * others)


def ranks(values: Values, counts: Values) -> Values:
    """Return ``R G``: how much is below each value, and half of what equals it."""
    below = 0.5 + 0.5 * np.sign(np.subtract.outer(values, values))
    found: Values = counts @ below.T
    return found


def centred(values: Values, counts: Values) -> Values:
    """Return the differences from the mean of each row."""
    means = (counts * values).sum(axis=1, keepdims=True) / counts.sum(axis=1, keepdims=True)
    found: Values = values - means
    return found


def ratio(above: Values, below: Values) -> Values:
    """Return ``above`` by the root of ``below``, 0 where that is 0."""
    found: Values = np.divide(above, below**0.5, out=np.zeros_like(above), where=below > 0)
    return found


def tau_b(one: Values, other: Values) -> float:
    """Return Kendall's tau-b."""
    return float(taus(one, other, np.ones((1, len(one))))[0])


def spearman(one: Values, other: Values) -> float:
    """Return Spearman's rho."""
    return float(rhos(one, other, np.ones((1, len(one))))[0])


def agreement(how: Agreement, estimates: Sequence[Values], truth: Values) -> dict[str, float]:
    """Return the mean agreement of several estimates with the truth, and where it lies by chance.

    The interval holds 95 % of what other genotypes and other seeds, drawn from these, would say.
    """
    random, size = np.random.default_rng(0), len(truth)
    resampled = random.multinomial(size, np.full(size, 1 / size), RESAMPLED)
    counts = np.vstack([np.ones(size), resampled.astype(np.float64)])
    found = np.array([how(estimate, truth, counts) for estimate in estimates])
    seeds = random.integers(len(found), size=(RESAMPLED, len(found)))
    chance = found[seeds, np.arange(1, RESAMPLED + 1)[:, None]].mean(axis=1)
    low, high = np.percentile(chance, [2.5, 97.5]).tolist()
    return {"value": float(found[:, 0].mean()), "low": low, "high": high}


def ceiling(scores: Values) -> float | None:
    """Return the mean tau between single trainings of ``G S``: how far training knows itself."""
    seeds = range(scores.shape[1])
    pairs = [tau_b(scores[:, one], scores[:, other]) for one in seeds for other in range(one)]
    return float(np.mean(pairs)) if pairs else None
