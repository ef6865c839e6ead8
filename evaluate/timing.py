"""How long one clip takes through a network: measured one network after another, at the end."""

import time

import numpy as np
import torch

from adf.cache import FeatureCache
from adf.evaluate.entrants import Entrant, network
from adf.search.data import load_level, widths
from adf.search.rows import Rows

WARM_UP, TIMED = 3, 15


@torch.no_grad()
def latency(entrant: Entrant, cache: FeatureCache, rows: Rows, device: torch.device) -> float:
    """Return the milliseconds of the first of ``rows``, its features being in memory."""
    clip = {
        level: load_level(cache, rows[:1], level, entrant.grid, device) for level in entrant.levels
    }
    made = network(entrant, widths(cache, entrant.levels), len(cache.classes), 0.0)
    made.to(device).eval()
    times = []
    for _ in range(WARM_UP + TIMED):
        start = time.perf_counter()
        made(clip)
        if device.type == "cuda":
            torch.cuda.synchronize(device)
        times.append(time.perf_counter() - start)
    return 1000 * float(np.median(times[WARM_UP:]))
