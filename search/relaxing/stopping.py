"""The early stop of RobustDARTS: where the curvature jumps, the search went too far."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from adf.search.relaxing.relaxed import Relaxed

# Measurements that are averaged, how far back they are compared, and the first epoch to go back to.
WINDOW, BACK, FIRST = 5, 4, 10
# From the last measurement to the middle of the earlier ones.
MIDDLE = BACK + WINDOW // 2


def calm_epoch(relaxed: "Relaxed") -> int | None:
    """Return the epoch to go back to, in the middle of the earlier window, if there was a jump.

    It is not before the tenth, and what was measured while weights learned alone does not count.
    """
    factor, memory = relaxed.settings.guards.curvature_stop, relaxed.study.memory
    if not factor:
        return None
    searched = range(relaxed.settings.warm_up + 1, relaxed.epoch + 1)
    lines = {number: memory.known("epoch", number) or {} for number in searched}
    found = {number: line["curvature"] for number, line in lines.items() if "curvature" in line}
    if not curvature_jumped(list(found.values()), factor):
        return None
    epoch = list(found)[-1 - MIDDLE]
    return epoch if epoch >= FIRST else None


def curvature_jumped(found: Sequence[float], factor: float) -> bool:
    """Return whether the mean of the last measurements is ``factor`` times that of earlier ones.

    What was not positive has not grown by a factor, whatever came of it.
    """
    if len(found) < WINDOW + BACK:
        return False
    now, before = np.mean(found[-WINDOW:]), np.mean(found[-WINDOW - BACK : -BACK])
    return bool(0 < factor * before < now)
