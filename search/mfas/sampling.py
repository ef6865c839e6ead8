"""Which candidates are trained: drawn by what is expected of them, the surer the later it is.

The temperature falls from step to step. At the first one all candidates should be about equally
likely, at the last one almost only the best. The rule that was released, in proportion to
accuracy to the power of 1 / temperature, cannot do the latter: accuracies are close to each other,
and at a temperature of 0.2 one of 85 % is only 2.6 times as likely as one of 70 %. So this is for
``faithful`` alone. ``intent`` takes the softmax of the accuracies at unit variance, over the
temperature: whatever their scale, they decide little at 10 and nearly all at 0.2. ``improved``
takes their ranks, at unit variance as well: outliers say no more than others.
"""

from math import exp

import numpy as np
from numpy.typing import NDArray

from adf.search.mfas.settings import MfasSettings, Mode

Numbers = NDArray[np.float64]
# Iterations of the schedule as it was published.
PUBLISHED = 3
# What an accuracy of nothing counts as, so that its logarithm is a number.
LEAST = 1e-12


def temperature(settings: MfasSettings, place: float) -> float:
    """Return the temperature after as many steps as ``place`` says, counted from 0."""
    first, last = settings.temperature
    return (first - last) * exp(-(((place + 1) / settings.cooling) ** 2)) + last


def cooled(settings: MfasSettings, step: int, steps: int) -> float:
    """Return the temperature that a step draws at; it falls after each.

    As released, an iteration counts as so many steps as there are iterations: at each the same
    temperature is used again. Improved, the whole fall fits into the ``steps`` that can be paid.
    """
    if step == 0:
        return settings.temperature[0]
    done, fusions = step - 1, settings.fusions
    if settings.mode == "faithful":
        return temperature(settings, done // fusions * _iterations(settings) + done % fusions)
    if settings.mode == "improved":
        whole = _iterations(settings) * fusions
        return temperature(settings, step * whole / max(steps - 1, 1) - 1)
    return temperature(settings, done)


def _iterations(settings: MfasSettings) -> int:
    return settings.iterations or PUBLISHED


def log_chances(mode: Mode, expected: Numbers, heat: float) -> Numbers:
    """Return logarithms of the chances of candidates to be drawn first, but for a constant."""
    if mode == "faithful":
        return np.asarray(np.log(expected.clip(LEAST)) / heat)
    values = ranks(expected) if mode == "improved" else expected
    spread = values.std()
    return np.asarray((values - values.mean()) / (spread if spread > 0 else 1.0) / heat)


def ranks(values: Numbers) -> Numbers:
    """Return from 0 how many are smaller, of equals the mean."""
    ordered = np.sort(values)
    below = np.searchsorted(ordered, values, "left")
    return np.asarray((below + np.searchsorted(ordered, values, "right") - 1) / 2)


def drawn(chances: Numbers, count: int, random: np.random.Generator) -> list[int]:
    """Draw up to ``count`` different candidates one after another, given logarithms of chances."""
    # The largest of such sums is a draw; the next largest is one of those that are left.
    noise = random.gumbel(size=len(chances))
    return [int(at) for at in np.argsort(-(chances + noise), kind="stable")[:count]]
