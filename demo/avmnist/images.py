"""Digits drawn with a pen, and then told less of: only a quarter of their energy is kept."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
SIZE = 28
KEPT = 0.25
# Points along the pen, of a box from -1 to 1; each stroke is a list of corners that are rounded.
STROKES: tuple[tuple[tuple[tuple[float, float], ...], ...], ...] = (
    (((0, -1), (0.7, -0.6), (0.7, 0.6), (0, 1), (-0.7, 0.6), (-0.7, -0.6), (0, -1)),),
    (((-0.4, -0.6), (0.1, -1), (0.1, 1)),),
    (((-0.6, -0.6), (0, -1), (0.6, -0.6), (0.4, 0), (-0.7, 1), (0.7, 1)),),
    (((-0.6, -0.9), (0.5, -0.9), (0.6, -0.4), (0, 0), (0.7, 0.4), (0.4, 1), (-0.6, 0.9)),),
    (((0.3, -1), (-0.7, 0.3), (0.7, 0.3)), ((0.3, -0.3), (0.3, 1))),
    (((0.6, -1), (-0.5, -1), (-0.6, -0.1), (0.3, -0.2), (0.7, 0.4), (0.2, 1), (-0.6, 0.8)),),
    (((0.4, -1), (-0.4, -0.3), (-0.6, 0.5), (0, 1), (0.6, 0.5), (0, 0.1), (-0.5, 0.4)),),
    (((-0.6, -1), (0.6, -1), (0.1, 0), (-0.2, 1)),),
    (
        ((0, -1), (0.5, -0.6), (0, -0.1), (-0.5, -0.6), (0, -1)),
        ((0, -0.1), (0.6, 0.5), (0, 1), (-0.6, 0.5), (0, -0.1)),
    ),
    (((0.5, -0.4), (0, -0.1), (-0.5, -0.6), (0, -1), (0.5, -0.6), (0.4, 0.3), (0, 1)),),
)
# Points that a stroke is drawn with.
POINTS = 40


def drawn(labels: NDArray[np.int64], random: np.random.Generator) -> Floats:
    """Return pictures ``N 28 28`` from 0 to 1, each written by another hand."""
    return np.stack([_written(int(label), random) for label in labels])


def _written(digit: int, random: np.random.Generator) -> Floats:
    turn, slant = random.normal(0, 0.16), random.normal(0.1, 0.18)
    wide, high = random.uniform(6, 9), random.uniform(8, 10.5)
    shape = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    shape = shape @ np.array([[wide, -slant * wide], [0, high]])
    middle = SIZE / 2 + random.normal(0, 1, 2)
    pen, grid = random.uniform(0.9, 1.9), np.arange(SIZE) + 0.5
    ink = np.zeros((SIZE, SIZE))
    for corners in STROKES[digit]:
        moved = np.array(corners) + random.normal(0, 0.09, (len(corners), 2))
        path = _rounded(moved) @ shape.T + middle
        away = np.hypot(grid[None, :, None] - path[:, 0], grid[:, None, None] - path[:, 1]).min(-1)
        ink = np.maximum(ink, (pen + 0.5 - away).clip(0, 1))
    return ink.astype(np.float32)


def _rounded(corners: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return points along corners, which Catmull and Rom's curve goes through."""
    ends = np.concatenate([corners[:1], corners, corners[-1:]])
    at = np.linspace(0, len(corners) - 1 - 1e-9, POINTS)
    piece, share = at.astype(int), (at % 1)[:, None]
    a, b, c, d = (ends[piece + step] for step in range(4))
    curve = (c - a) * share + (2 * a - 5 * b + 4 * c - d) * share**2
    return np.asarray(b + 0.5 * (curve + (3 * b - a - 3 * c + d) * share**3))


class Dimmed:
    """Pictures seen through the few directions that hold a share of the energy of some.

    As AV-MNIST does: with all of it, pictures alone would name every digit.
    """

    def __init__(self, pictures: Floats, kept: float = KEPT) -> None:
        flat = pictures.reshape(len(pictures), -1)
        self._mean = flat.mean(0)
        _, sizes, directions = np.linalg.svd(flat - self._mean, full_matrices=False)
        shares = np.cumsum(sizes**2) / np.sum(sizes**2)
        self.directions: Floats = directions[: 1 + int(np.searchsorted(shares, kept))]

    def __call__(self, pictures: Floats) -> Floats:
        """Return pictures ``N 28 28`` as they are seen."""
        flat = pictures.reshape(len(pictures), -1) - self._mean
        seen = self._mean + flat @ self.directions.T @ self.directions
        return np.asarray(seen.reshape(pictures.shape), np.float32)
