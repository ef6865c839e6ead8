"""Clips whose motion is known exactly: textures are waves, drawn anew at every position."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from adf.extract.modalities.clip import Clip
from adf.extract.modalities.flow.motion import Motion, steadied
from adf.extract.video.geometry import Pixels

Field = NDArray[np.float64]
Texture = Callable[[Field, Field], Field]
STEPS = 4


@dataclass(frozen=True)
class Known:
    """A clip ``T H W 3``, its motion ``T-1 H W 2`` in pixels, and where that is to be compared."""

    pixels: Pixels
    motion: Field
    seen: NDArray[np.bool_]

    @property
    def clip(self) -> Clip:
        """The clip of a video that begins and ends with it."""
        return Clip(Path("known.mp4"), self.pixels, np.arange(len(self.pixels)))

    def error(self, found: Motion) -> float:
        """Return by how many pixels motion ``T H W 2`` ends elsewhere, on average."""
        return float(np.linalg.norm(found[:-1] - self.motion, axis=-1)[:, self.seen].mean())

    def median(self, found: Motion) -> Motion:
        """Return the median motion ``T-1 2`` of what is compared, less that of the camera."""
        medians: Motion = np.median(steadied(found[:-1])[:, self.seen], 1)
        return medians


def texture(generator: np.random.Generator, finest: float, waves: int = 60) -> Texture:
    """Return grey levels of zero mean and unit variance as a function of x and y.

    The shortest wave is ``finest`` pixels long.
    """
    angle = generator.uniform(0, 2 * np.pi, waves)
    pace = 2 * np.pi * generator.uniform(0.01, 1 / finest, waves)
    phase = generator.uniform(0, 2 * np.pi, waves)

    def grey(x: Field, y: Field) -> Field:
        turns = x[..., None] * (pace * np.cos(angle)) + y[..., None] * (pace * np.sin(angle))
        levels: Field = np.sin(turns + phase).sum(-1) * np.sqrt(2 / waves)
        return levels

    return grey


def grid(width: int, height: int) -> tuple[Field, Field]:
    """Return x and y of all pixels, from the middle, ``H W`` each."""
    y, x = np.mgrid[:height, :width].astype(np.float64)
    return x - (width - 1) / 2, y - (height - 1) / 2


def photographed(frames: list[Field], noise: float, generator: np.random.Generator) -> Pixels:
    """Return frames ``H W`` of unit contrast as noisy pictures ``T H W 3``."""
    grey = 127 + 35 * np.stack(frames)
    grey += noise * generator.standard_normal(grey.shape)
    return np.clip(np.rint(grey), 0, 255).astype(np.uint8)[..., None].repeat(3, -1)


def shifted(
    step: float, width: int = 112, height: int = 112, noise: float = 2, seed: int = 0
) -> Known:
    """Return a texture that moves ``step`` pixels a frame, in another direction each time."""
    generator = np.random.default_rng(seed)
    grey, (x, y) = texture(generator, 6), grid(width, height)
    angles = generator.uniform(0, 2 * np.pi, STEPS)
    moves = step * np.stack([np.cos(angles), np.sin(angles)], -1)
    places = np.concatenate([np.zeros((1, 2)), moves.cumsum(0)])
    frames = [grey(x - right, y - down) for right, down in places]
    motion = np.broadcast_to(moves[:, None, None], (STEPS, height, width, 2)).astype(np.float64)
    return Known(photographed(frames, noise, generator), motion, inner(x, y, step))


def turned(degrees: float, width: int = 112, height: int = 112, seed: int = 0) -> Known:
    """Return a texture that turns about the middle."""
    generator = np.random.default_rng(seed)
    grey, (x, y) = texture(generator, 6), grid(width, height)
    frames = []
    for angle in np.radians(degrees) * np.arange(STEPS + 1):
        frames.append(
            grey(x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle))
        )
    cos, sin = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    motion = np.stack([x * cos - y * sin - x, x * sin + y * cos - y], -1)
    return Known(
        photographed(frames, 2, generator),
        np.repeat(motion[None], STEPS, 0),
        inner(x, y, float(np.abs(motion).max())),
    )


def scrolling(
    scroll: float, width: int = 112, height: int = 112, noise: float = 5, seed: int = 0
) -> Known:
    """Return two still discs before a still wall: within one, the texture moves sideways.

    The camera walks at random, the outline of the discs stays where they are on the wall.
    """
    generator = np.random.default_rng(seed)
    wall, skin, (x, y) = texture(generator, 5), texture(generator, 4), grid(width, height)
    walk = generator.normal(0, 0.6, (STEPS, 2))
    places = np.concatenate([np.zeros((1, 2)), walk.cumsum(0)])
    frames = []
    for number, (right, down) in enumerate(places):
        seen_x, seen_y = x - right, y - down
        picture = wall(seen_x, seen_y)
        for middle, moved in ((-21, scroll * number), (21, 0.0)):
            disc = np.hypot(seen_x - middle, seen_y) < 11
            picture = np.where(disc, skin(seen_x - moved, seen_y), picture)
        frames.append(picture)
    torso = np.hypot(x + 21, y) < 7
    motion = np.zeros((STEPS, height, width, 2)) + walk[:, None, None]
    motion += scroll * torso[..., None] * np.array([1.0, 0.0])
    return Known(photographed(frames, noise, generator), motion, torso)


def inner(x: Field, y: Field, most: float) -> NDArray[np.bool_]:
    """Return the pixels that are in sight before and after a step of ``most`` pixels."""
    edge = most + 3
    within: NDArray[np.bool_] = (abs(x) < x.max() - edge) & (abs(y) < y.max() - edge)
    return within
