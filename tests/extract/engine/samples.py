"""Clips, engines for them, and the same levels calculated without any of the engine's tricks."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional as F

from adf.extract.backbones import BACKBONES, Backbone
from adf.extract.backbones.base import Options
from adf.extract.engine.engine import Engine, Features
from adf.extract.engine.pooling import Pooling
from adf.extract.engine.slots import Clips
from tests.extract.backbones.samples import enlivened

FRAMES, SIZE = 4, 36
NAMES = ("r3d18", "r2plus1d_18")


@lru_cache(maxsize=4)
def backbone(name: str, channels: int = 3) -> Backbone:
    """Return a backbone whose every number matters; do not change it."""
    options: Options = {"in_channels": channels}
    return enlivened(BACKBONES[name](**options))


def engine(network: Backbone, **options: Any) -> Engine:
    """Return an engine for small clips."""
    usual: dict[str, Any] = {
        "normalisation": network.format.normalisation,
        "pooling": Pooling.parse("5x7"),
        "dtype": "float32",
        "frames": FRAMES,
        "size": SIZE,
        "way": "folded",
    }
    return Engine(network, **(usual | options))


def clips(count: int, channels: int = 3, seed: int = 0) -> Clips:
    """Return smooth and noisy clips ``B T H W C``."""
    generator = np.random.default_rng(seed)
    noise = generator.integers(0, 256, (count, FRAMES, SIZE, SIZE, channels))
    ramp = np.linspace(0, 255, SIZE)[:, None]
    return np.asarray((noise + ramp * generator.random((count, 1, 1, 1, 1))) / 2, dtype=np.uint8)


def batches(given: Clips, size: int) -> Iterator[tuple[int, Clips]]:
    """Yield ``given`` in batches, with the number of the first clip of each."""
    for first in range(0, len(given), size):
        yield first, given[first : first + size]


def joined(results: Iterator[tuple[int, Features]]) -> dict[str, NDArray[Any]]:
    """Return all results as one batch, copied when they were yielded."""
    copies = [{name: level.copy() for name, level in levels.items()} for _, levels in results]
    return {name: np.concatenate([levels[name] for levels in copies]) for name in copies[0]}


def plain(network: Backbone, given: Clips, height: int = 5, width: int = 7) -> Features:
    """Return the levels of each clip alone, by the formulas as they are written down."""
    preset = network.format.normalisation
    found: list[dict[str, NDArray[Any]]] = []
    for clip in given:
        value = clip.astype(np.float64) / 255 * preset.top
        value = (value - np.array(preset.mean)) / np.array(preset.std)
        levels = network(torch.from_numpy(value.astype(np.float32)).permute(3, 0, 1, 2)[None])
        found.append(
            {
                name: F.adaptive_avg_pool3d(
                    level,
                    (level.shape[2], min(height, level.shape[3]), min(width, level.shape[4])),
                ).numpy()
                for name, level in levels.items()
            }
        )
    return {name: np.concatenate([levels[name] for levels in found]) for name in found[0]}


def errors(
    found: Mapping[str, NDArray[Any]], wanted: Mapping[str, NDArray[Any]]
) -> dict[str, float]:
    """Return for each level how large the difference is, relative to the level."""
    assert list(found) == list(wanted)
    sizes = {name: float(np.linalg.norm(level)) for name, level in wanted.items()}
    return {
        name: float(np.linalg.norm(found[name].astype(np.float64) - level)) / sizes[name]
        for name, level in wanted.items()
    }


def same_bits(one: Mapping[str, NDArray[Any]], other: Mapping[str, NDArray[Any]]) -> bool:
    """Return whether all levels are the same to the last bit."""
    return list(one) == list(other) and all(
        one[name].dtype == other[name].dtype and one[name].tobytes() == other[name].tobytes()
        for name in one
    )
