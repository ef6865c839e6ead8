"""Batches of cached features: from memory where they fit, else read ahead by a thread."""

import logging
import math
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from adf.cache import FeatureCache
from adf.errors import InvalidInput
from adf.search.genotypes.genotype import Input
from adf.search.nets.stem import Features, Grid
from adf.search.rows import Rows
from adf.search.team import sharers

LOG = logging.getLogger("adf.search")
# Of the memory that is free: networks and their gradients need room as well.
SHARE = 0.5
# Rows read at a time while levels are loaded.
CHUNK = 256
# Where a container is told how much memory it may take.
GROUP = Path("/sys/fs/cgroup")


class Source(Protocol):
    """What gives the features of rows."""

    def batches(self, rows: Sequence[Rows]) -> Iterator[Features]:
        """Return the features of each batch of rows, float32 on the device of the source."""


class Loaded:
    """All features of some rows in the memory of the device: a batch is one gather a level."""

    def __init__(self, features: Features, rows: Rows) -> None:
        self._features = features
        self._device = next(iter(features.values())).device
        self._place = np.full(int(rows.max()) + 1, -1, np.int64)
        self._place[rows] = np.arange(len(rows))

    def batches(self, rows: Sequence[Rows]) -> Iterator[Features]:
        """Return the features of each batch of rows."""
        for each in rows:
            index = torch.from_numpy(self._place[each]).to(self._device)
            yield {level: values.index_select(0, index) for level, values in self._features.items()}


class Reading:
    """Features that are read from the cache, one batch ahead of what is asked for."""

    def __init__(
        self, cache: FeatureCache, levels: Sequence[Input], grid: Grid, device: torch.device
    ) -> None:
        self._cache, self._levels, self._grid, self._device = cache, levels, grid, device

    def batches(self, rows: Sequence[Rows]) -> Iterator[Features]:
        """Return the features of each batch of rows."""
        with ThreadPoolExecutor(1) as ahead:
            waiting = [ahead.submit(self._read, each) for each in rows[:2]]
            for at in range(len(rows)):
                found = waiting.pop(0).result()
                if at + 2 < len(rows):
                    waiting.append(ahead.submit(self._read, rows[at + 2]))
                yield {
                    level: values.to(self._device, non_blocking=True)
                    for level, values in found.items()
                }

    def _read(self, rows: Rows) -> Features:
        pin = self._device.type == "cuda"
        found = {level: read_level(self._cache, rows, level, self._grid) for level in self._levels}
        return {level: values.pin_memory() if pin else values for level, values in found.items()}


def open_source(
    cache: FeatureCache,
    levels: Sequence[Input],
    rows: Rows,
    grid: Grid,
    device: torch.device,
    *,
    quiet: bool = False,
) -> Source:
    """Load the features of ``rows`` if half of the memory free to us holds them, and say so.

    ``quiet`` tells only of what does not fit: for the many trainings of one run.
    """
    needed = len(rows) * sum(level_bytes(cache, level, grid) for level in levels)
    free = free_memory(device)
    sizes = f"{needed / 2**30:.2f} GiB of features, {free / 2**30:.1f} GiB free on {device}"
    if needed > SHARE * free:
        LOG.info("reading features batch by batch: %s", sizes)
        return Reading(cache, levels, grid, device)
    LOG.log(logging.DEBUG if quiet else logging.INFO, "features in memory: %s", sizes)
    return Loaded({level: load_level(cache, rows, level, grid, device) for level in levels}, rows)


def widths(cache: FeatureCache, levels: Sequence[Input]) -> dict[Input, int]:
    """Return the channels of each level."""
    return {level: cache.spec(*level).channels for level in levels}


def load_level(
    cache: FeatureCache, rows: Rows, level: Input, grid: Grid, device: torch.device
) -> Tensor:
    """Return a level of all rows, brought down to the grid on the way."""
    found = torch.empty((len(rows), *loaded_shape(cache, level, grid)), device=device)
    done = 0
    for part in np.array_split(rows, max(1, len(rows) // CHUNK)):
        found[done : done + len(part)] = read_level(cache, part, level, grid)
        done += len(part)
    return found


def read_level(cache: FeatureCache, rows: Rows, level: Input, grid: Grid) -> Tensor:
    """Return rows of a level as ``B C T H W`` in float32, no larger than the grid."""
    x = down_to(torch.from_numpy(five_axes(cache.read(rows, *level))), grid)
    require_finite(x, rows, level)
    return x


def require_finite(x: Tensor, rows: Rows, level: Input) -> None:
    """Refuse features that would spoil whatever they meet, in scores without a trace."""
    bad = ~x.flatten(1).isfinite().all(dim=1).cpu().numpy()
    if bad.any():
        raise InvalidInput(
            f"the features of {level} are not finite in rows {', '.join(map(str, rows[bad][:10]))}:"
            " extract them again, or leave the level out (space.levels)"
        )


def down_to(x: Tensor, grid: Grid) -> Tensor:
    """Pool ``B C T H W`` to the grid on the axes where it is larger.

    A mean over places and a convolution of single places give the same in either order; done
    here, it makes all that comes later smaller.
    """
    x = x.float()
    frames, height, width = map(min, x.shape[2:], grid)
    size = (frames, height, width)
    return x if size == x.shape[2:] else F.adaptive_avg_pool3d(x, size)


def five_axes(values: NDArray[np.floating]) -> NDArray[np.floating]:
    """Return ``B C``, ``B C T`` or ``B C H W`` as ``B C T H W``."""
    shape = values.shape
    if len(shape) == 4:
        return values[:, :, None]
    return values.reshape(*shape, *(1,) * (5 - len(shape)))


def level_sizes(cache: FeatureCache, level: Input) -> Grid:
    """Return ``T H W`` of a level."""
    shape = cache.spec(*level).shape
    if len(shape) == 3:
        return 1, shape[1], shape[2]
    frames, height, width = (*shape[1:], 1, 1, 1)[:3]
    return frames, height, width


def loaded_shape(cache: FeatureCache, level: Input, grid: Grid) -> tuple[int, ...]:
    """Return ``C T H W`` of a level once it is loaded."""
    places = (min(have, want) for have, want in zip(level_sizes(cache, level), grid, strict=True))
    return cache.spec(*level).channels, *places


def level_bytes(cache: FeatureCache, level: Input, grid: Grid) -> int:
    """Return the bytes of one row of a level once it is loaded."""
    return int(np.prod(loaded_shape(cache, level, grid), dtype=np.int64)) * 4


def free_memory(device: torch.device) -> int:
    """Return this process's part of the bytes that are free on the device."""
    if device.type == "cuda":
        free = torch.cuda.mem_get_info(device)[0]
    else:
        free = int(min(free_on_machine(), free_in_group(GROUP)))
    return free // sharers(device)


def free_in_group(group: Path) -> float:
    """Return the bytes that a container may still take; endless where it has no limit."""
    try:
        limit = int((group / "memory.max").read_text())
        used = int((group / "memory.current").read_text())
        lines = (group / "memory.stat").read_text().splitlines()
        # Copies of files, which count as used, give way.
        files = dict(line.split() for line in lines)["inactive_file"]
        return max(0, limit - used + int(files))
    except (OSError, KeyError, ValueError):
        return math.inf


def free_on_machine() -> int:
    """Return the bytes that are free, as the system tells it."""
    try:
        lines = dict(line.split(":") for line in Path("/proc/meminfo").read_text().splitlines())
        return int(lines["MemAvailable"].split()[0]) * 1024
    except (OSError, KeyError, ValueError):
        return os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
