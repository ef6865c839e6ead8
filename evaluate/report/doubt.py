"""How much of a score may be chance: of the seeds, and of which videos happen to be tested."""

import math
from fractions import Fraction

# Standard errors to each side that hold 95 %, and how many more it takes where the error itself
# is known from a few trials only: Student's t by their number.
SURE = 2.0
STUDENT = (12.71, 4.30, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26)
# Standard errors by which a score must exceed its ceiling before it is called a fault.
BEYOND = 3.0
# Rounding alone is no fault: where the ceiling is 1, so may be the score.
ROUNDING = 1e-9


def beyond(score: float, ceiling: float | Fraction, videos: int) -> bool:
    """Return whether an accuracy exceeds its ceiling by more than chance: something leaks.

    ``videos`` are the different ones of all splits: seeds tested on the same ones add nothing.
    """
    most = float(ceiling)
    return score > most + BEYOND * binomial(most, videos) + ROUNDING


def margin(score: float, videos: int, error: float | None, trials: int) -> float:
    """Return how far to each side 95 % lie, by the choice of videos and the ``error`` of seeds.

    An error that nobody knows adds nothing: then this is the least that it can be.
    """
    return math.hypot(SURE * binomial(score, videos), student(trials) * (error or 0.0))


def binomial(share: float, videos: int) -> float:
    """Return the standard error of a share of so many videos."""
    return math.sqrt(max(share * (1 - share), 0.0) / max(videos, 1))


def student(trials: int) -> float:
    """Return how many standard errors of so many trials hold 95 %."""
    return STUDENT[trials - 2] if 2 <= trials < len(STUDENT) + 2 else SURE
