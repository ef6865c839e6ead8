"""The source task: what tiny backbones learn from. Two textured shapes fly, and nobody acts.

Which hues, shapes and directions are in a clip is to be told. None of them is a factor of
``who-does-what``; of its code only the strength of a colour is used here, so that both datasets
are equally bright. Places are in pixels, x to the right and y down.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from adf.demo.render import GREY, colour
from adf.extract.modalities.pose.rendering import shrunk
from adf.extract.modalities.pose.skeleton import People, Skeleton
from adf.extract.modalities.pose.strokes import heatmap

Floats = NDArray[np.float32]
Pixels = NDArray[np.uint8]

# The number names what is filmed: whatever changes a clip takes the next one.
VERSION = 1
QUARTERS = [np.array([[c, s], [-s, c]]) for c, s in ((1, 0), (0, 1), (-1, 0), (0, -1))]


def ring(corners: int, *radii: float) -> Floats:
    """Return corners ``N 2`` at equal angles, their distances from the middle taking turns."""
    angles = 2 * np.pi * np.arange(corners) / corners
    far = np.resize(radii, corners)
    return np.stack([far * np.cos(angles), far * np.sin(angles)], 1).astype(np.float32)


# Every point of a shape is seen from its middle.
SHAPES = {
    "triangle": ring(3, 1.2),
    "square": ring(4, 1.1),
    "star": ring(10, 1.2, 0.5),
    "cross": np.concatenate([[(1, -0.35), (1, 0.35), (0.35, 0.35)] @ q for q in QUARTERS]),
}
HUES = {"orange": 27, "lime": 87, "teal": 158, "cyan": 190, "violet": 264, "pink": 312}
COMPASS = ("east", "southeast", "south", "southwest", "west", "northwest", "north", "northeast")
DIRECTIONS = {name: 45.0 * number for number, name in enumerate(COMPASS)}
FACTORS = {"hue": tuple(HUES), "shape": tuple(SHAPES), "direction": COMPASS}
# What can be seen in each modality.
TOLD = {
    "rgb": ("hue", "shape", "direction"),
    "flow": ("shape", "direction"),
    "pose": ("shape", "direction"),
}

FLYERS = 2
RADIUS = (9.0, 14.0)
SPEED = (0.8, 2.4)
TURN = 0.35
GAP = (22.0, 32.0)
CAMERA = 0.5
SPECKLE = 40.0
NOISE = 6.0
GAIN = 0.15
# As pose networks do, joints are a little off and at times not found.
UNSURE, LOST = 1.0, 0.1


@dataclass(frozen=True)
class Flyer:
    """One of the shapes: the names of what it shows, and where it is."""

    hue: str
    shape: str
    direction: str
    outline: Floats
    """Corners ``N 2`` around its middle."""
    path: Floats
    """``T 2``: its middle in each frame."""


@dataclass(frozen=True)
class Scene:
    """A clip before it is drawn; its looks are drawn from ``seed``."""

    flyers: tuple[Flyer, ...]
    camera: Floats
    size: int
    seed: tuple[int, ...]

    def labels(self, modality: str) -> list[bool]:
        """Return of all that can be told of a modality whether it is there."""
        return [
            any(getattr(flyer, factor) == name for flyer in self.flyers)
            for factor, name in questions(modality)
        ]


def questions(modality: str) -> list[tuple[str, str]]:
    """Return what is asked of a clip: each factor that can be seen, with each of its names."""
    return [(factor, name) for factor in TOLD[modality] for name in FACTORS[factor]]


def scene(seed: Sequence[int], frames: int, size: int) -> Scene:
    """Return what is in a clip, the same whatever other clips are made."""
    random = np.random.default_rng((*seed, 0))
    walk = np.cumsum(random.normal(0, CAMERA, (frames, 2)), 0)
    camera = walk - walk.mean(0)
    angle, gap = random.uniform(0, 2 * np.pi), random.uniform(*GAP)
    away = gap / 2 * np.array([np.cos(angle), np.sin(angle)])
    flyers = tuple(
        _flyer(random, size / 2 + side * away + random.uniform(-4, 4, 2), camera)
        for side in (-1, 1)
    )
    return Scene(flyers, camera.astype(np.float32), size, tuple(seed))


def _flyer(random: np.random.Generator, middle: NDArray[Any], camera: NDArray[Any]) -> Flyer:
    hue, shape, direction = (names[random.integers(len(names))] for names in FACTORS.values())
    heading = np.deg2rad(DIRECTIONS[direction] + random.uniform(-10, 10))
    course = np.array([np.cos(heading), np.sin(heading)]) * random.uniform(*SPEED)
    steps = np.arange(len(camera)) - (len(camera) - 1) / 2
    turn = random.uniform(-TURN, TURN) + np.pi / 2 * random.integers(4)
    cos, sin = np.cos(turn), np.sin(turn)
    outline = random.uniform(*RADIUS) * SHAPES[shape] @ np.array([[cos, sin], [-sin, cos]])
    path = middle + camera + steps[:, None] * course
    return Flyer(hue, shape, direction, outline.astype(np.float32), path.astype(np.float32))


def pixels(scene: Scene) -> Pixels:
    """Return the frames ``T H W 3`` of a scene."""
    random = np.random.default_rng((*scene.seed, 1))
    behind = random.uniform(15, 30) * _waves(random, scene.camera, scene.size, (5, 40))
    canvas = np.repeat(GREY + behind[..., None], 3, -1)
    for flyer in scene.flyers:
        texture = SPECKLE * np.tanh(_waves(random, flyer.path, scene.size, (4, 12)))
        share = covered(flyer, scene.size)[..., None]
        canvas += share * (colour(HUES[flyer.hue]) + texture[..., None] - canvas)
    canvas *= np.float32(1 + random.uniform(-GAIN, GAIN))
    canvas += NOISE * random.standard_normal(canvas.shape, np.float32)
    return np.rint(canvas).clip(0, 255).astype(np.uint8)


def _waves(
    random: np.random.Generator, path: Floats, size: int, lengths: tuple[float, float]
) -> Floats:
    """Return a texture of waves that moves along a path, ``T H W``, of variance 1."""
    count = 16
    angle, beat = random.uniform(0, 2 * np.pi, count), 2 * np.pi / random.uniform(*lengths, count)
    phase = random.uniform(0, 2 * np.pi, count)
    along = np.arange(size) + 0.5 - path[..., None]
    over_x = (beat * np.cos(angle))[:, None] * along[:, :1]
    over_y = (beat * np.sin(angle))[:, None] * along[:, 1:] + phase[:, None]
    # The cosine of a sum, from those of its parts.
    ways_x = np.concatenate([np.cos(over_x), np.sin(over_x)], 1, dtype=np.float32)
    ways_y = np.concatenate([np.cos(over_y), -np.sin(over_y)], 1, dtype=np.float32)
    # No product of matrices: threads that wait for each other cost many times these small sums.
    total = np.einsum("tkh,tkw->thw", ways_y, ways_x)
    return np.asarray(total * np.float32(np.sqrt(2 / count)))


def covered(flyer: Flyer, size: int) -> Floats:
    """Return how much of each pixel a shape covers, ``T H W``; its edge is a pixel soft."""
    along = np.arange(size, dtype=np.float32) + np.float32(0.5)
    x, y = along - flyer.path[:, 0, None, None], along[:, None] - flyer.path[:, 1, None, None]
    depth = np.full((len(flyer.path), size, size), -1, np.float32)
    for (ax, ay), (bx, by) in zip(flyer.outline, np.roll(flyer.outline, -1, 0), strict=True):
        area = ax * by - ay * bx
        # A pixel is so much of one corner and so much of the next, as seen from the middle.
        first, second = (x * by - y * bx) / area, (y * ax - x * ay) / area
        side = area / np.hypot(bx - ax, by - ay)
        np.copyto(depth, (1 - first - second) * side, where=(first >= 0) & (second >= 0))
    return np.asarray((depth + np.float32(0.5)).clip(0, 1))


def outlines(scene: Scene, side: int) -> Pixels:
    """Return corners and edges ``T H W 3`` as the modality ``pose`` draws joints and limbs.

    They are as thick as in pictures of ``side`` pixels, of which the scene is a part.
    """
    random = np.random.default_rng((*scene.seed, 2))
    joints: list[NDArray[Any]] = []
    groups: list[int] = []
    limbs: list[tuple[int, int]] = []
    for flyer in scene.flyers:
        number, first = len(flyer.outline), len(groups)
        joints.append(flyer.path[:, None] + flyer.outline)
        # A third of the corners, one after another, has the colour of each part of a body.
        parts = random.permutation(3)[np.arange(number) * 3 // number]
        groups += parts.tolist()
        limbs += [(first + corner, first + (corner + 1) % number) for corner in range(number)]
    places = np.concatenate(joints, 1)
    places += random.normal(0, UNSURE, places.shape)
    found = random.random(places.shape[:2]) >= LOST
    people = np.concatenate([places / side, found[..., None]], -1, dtype=np.float32)
    drawn = heatmap(People(people[:, None], Skeleton(tuple(groups), tuple(limbs))), side)
    return shrunk(drawn[:, : scene.size, : scene.size], scene.size)
