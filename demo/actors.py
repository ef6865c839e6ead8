"""What is to be drawn in a clip: two actors, decoys, and how all of it moves.

The cues are given; everything else comes from random numbers that know nothing of them. Places are
in pixels, x to the right and y down, from the upper left corner of the picture.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from adf.demo.factors import Clip, Cues, Factors

Course = NDArray[np.float64]

# Of an actor of scale 1, around the middle of its torso.
TORSO = 11.0
HEAD = 6.0
HEAD_AT = (0.0, -17.0)
SHOULDER = (8.0, -9.0)
UPPER_ARM = FOREARM = 9.0
# How far from an actor a ball is no part of it, and how far from the edge it is seen whole.
APART = 32.0
EDGE = 8.0

JOINTS = ("head", *(f"{side} {part}" for part in ("shoulder", "elbow", "hand") for side in "lr"))
# For the sidecar: 0 is of the left arm, 1 of the right, 2 of the middle.
GROUPS = (2, 2, 2, 0, 1, 0, 1)
LIMBS = ((1, 0), (2, 0), (1, 2), (1, 3), (2, 4), (3, 5), (4, 6))
ARMS = LIMBS[3:]


@dataclass(frozen=True)
class Actor:
    """One of the two: what it shows, and how it stands."""

    hue: float
    speeds: tuple[float, ...]
    posture: tuple[float, float]
    scale: float
    tilt: float
    path: Course
    """``T 2``: the middle of its torso in each frame."""
    texture: int
    start: float
    """Where the texture begins, in pixels: any place is as likely, so that no single frame tells
    whether it moves."""
    shade: int
    """1 if its arms are lighter than what is behind them, -1 if darker; their mean is neither."""

    def scrolled(self) -> NDArray[np.float64]:
        """Return ``T``: how far right of its torso the texture is."""
        return self.start + np.cumsum((0.0, *self.speeds[:-1]))

    def body(self) -> NDArray[np.float64]:
        """Return the joints ``J 2``, from the middle of the torso."""
        upper, lower = np.deg2rad(self.posture)
        points = [HEAD_AT, (-SHOULDER[0], SHOULDER[1]), SHOULDER]
        x, y = SHOULDER
        for angle, length in ((upper, UPPER_ARM), (lower, FOREARM)):
            x, y = x + length * np.sin(angle), y + length * np.cos(angle)
            points += [(-x, y), (x, y)]
        cos, sin = np.cos(self.tilt), np.sin(self.tilt)
        turned = np.array(points) @ np.array([[cos, sin], [-sin, cos]])
        return np.asarray(self.scale * turned)


@dataclass(frozen=True)
class Shot:
    """A clip before it is drawn: the target is the first of the actors."""

    actors: tuple[Actor, Actor]
    balls: tuple[tuple[float, Course], ...]
    """Hue and places ``T 2`` of each decoy."""
    camera: Course
    """``T 2``: how far everything has moved."""
    gain: NDArray[np.float64]
    background: tuple[int, ...]
    noise: tuple[int, ...]
    doubt: tuple[int, ...]
    """Seeds, as the two before: of what stands behind, of the pixels, and of the joints found."""


def shot(factors: Factors, clip: Clip) -> Shot:
    """Return what is seen in a clip, the same whatever other clips are made."""
    seed = (factors.seed, clip.number + 1, clip.scene)
    chance, bodies, world = (np.random.default_rng((*seed, part)) for part in range(3))
    known = factors.distractors()
    other = known[chance.integers(len(known))]
    camera = _walk(factors, world)
    target_hue, other_hue = factors.hues.target[clip.cues.hue], factors.hues.distractor[other.hue]
    knobs, middle = factors.knobs, factors.size / 2
    centre = middle + bodies.uniform(-knobs.centre, knobs.centre, 2)
    half = np.array([bodies.choice([-0.5, 0.5]) * bodies.uniform(*knobs.gap), 0])
    actors = (
        _actor(factors, clip.cues, target_hue, centre + half, camera, bodies),
        _actor(factors, other, other_hue, centre - half, camera, bodies),
    )
    drift = np.linspace(-0.5, 0.5, factors.frames) * world.uniform(-1, 1)
    return Shot(
        actors=actors,
        balls=tuple(_balls(factors, [centre + half, centre - half], camera, world)),
        camera=camera,
        gain=1 + knobs.gain * (world.uniform(-0.5, 0.5) + drift),
        background=(factors.seed, 0, clip.scene),
        noise=(*seed, 3),
        doubt=(*seed, 4),
    )


def _actor(
    factors: Factors,
    cues: Cues,
    hue: float,
    place: NDArray[np.float64],
    camera: Course,
    random: np.random.Generator,
) -> Actor:
    knobs = factors.knobs
    tilt = np.deg2rad(knobs.tilt)
    turn = 2 * np.pi * (np.arange(factors.frames) / factors.frames + random.random())
    sway = np.stack([random.uniform(*knobs.sway) * np.sin(turn), 0 * turn], 1)
    return Actor(
        hue=hue,
        speeds=tuple(factors.speeds(cues.motion)),
        posture=factors.postures[cues.posture],
        scale=random.uniform(*knobs.scale),
        tilt=random.uniform(-tilt, tilt),
        path=place + sway + camera,
        texture=int(random.integers(2**32)),
        start=random.uniform(0, 1 << 16),
        shade=int(random.choice([-1, 1])),
    )


def _walk(factors: Factors, random: np.random.Generator) -> Course:
    """Return the walk ``T 2`` of the camera, its mean at 0."""
    walk = np.cumsum(random.normal(0, factors.knobs.camera, (factors.frames, 2)), 0)
    return np.asarray(walk - walk.mean(0))


def _balls(
    factors: Factors, taken: list[NDArray[np.float64]], camera: Course, random: np.random.Generator
) -> list[tuple[float, Course]]:
    """Return decoys away from the places taken; where no room is, as far away as there is."""
    hues, balls = sorted(factors.hues.decoys.values()), []
    for _ in range(factors.knobs.decoys):
        places = random.uniform(EDGE, factors.size - EDGE, (64, 2))
        away = np.min([np.linalg.norm(places - other, axis=1) for other in taken], 0)
        place = places[np.argmax(np.minimum(away, APART * factors.knobs.scale[1]))]
        taken = [*taken, place]
        balls.append((hues[random.integers(len(hues))], place + camera))
    return balls
