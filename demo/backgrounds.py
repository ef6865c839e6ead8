"""What is behind the actors, in grey levels around 0."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Grey = NDArray[np.float32]
CELL = (7.0, 14.0)
CONTRAST = (12.0, 24.0)


def checker(random: np.random.Generator, size: int) -> Grey:
    """Return a turned chessboard on a faint texture, ``size size``."""
    cell, angle = random.uniform(*CELL), random.uniform(0, np.pi)
    y, x = np.mgrid[:size, :size].astype(np.float32)
    across = np.sin((x * np.cos(angle) + y * np.sin(angle)) * np.pi / cell + random.uniform(0, 9))
    down = np.sin((y * np.cos(angle) - x * np.sin(angle)) * np.pi / cell + random.uniform(0, 9))
    # Edges as soft as a lens draws them.
    board = np.clip(across * down * cell, -1, 1)
    shown = random.uniform(*CONTRAST) * board + texture(random, size) / 2
    return np.asarray(shown, np.float32)


def texture(random: np.random.Generator, size: int) -> Grey:
    """Return clouds of several sizes, ``size size``."""
    clouds = np.zeros((size, size), np.float32)
    for coarse in (4, 8, 16):
        small = random.standard_normal((size // coarse + 1,) * 2, np.float32)
        large = Image.fromarray(small).resize((size, size), Image.Resampling.BICUBIC)
        clouds += np.asarray(large) * np.float32(random.uniform(6, 12))
    return clouds


BACKGROUNDS: dict[str, Callable[[np.random.Generator, int], Grey]] = {
    "checker": checker,
    "texture": texture,
}
