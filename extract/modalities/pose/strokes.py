"""Joints and limbs as pictures: every pixel takes the strongest of the strokes that reach it.

The centre of pixel i is at i + 0.5. A stroke is exp(-d^2 / 2 s^2) times visibility, d being the
distance from the line between two joints, or from a joint, and s 2/112 of the side for joints and
half of it for limbs; from 4 s on it is 0. A limb is as visible as the less visible of its joints.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from adf.extract.modalities.pose.skeleton import Floats, People, Skeleton

SIGMA = 2 / 112
CUT = 4.0


class Stroke(NamedTuple):
    """A line between two joints, or one joint twice."""

    group: int
    start: Floats
    end: Floats

    @property
    def visible(self) -> float:
        """How visible the less visible of its joints is."""
        return float(min(self.start[2], self.end[2]))


def heatmap(people: People, size: int) -> Floats:
    """Return ``T size size 3``, 0 to 1: left limbs, right limbs, torso and head."""
    canvas = np.zeros((len(people.joints), size, size, 3), np.float32)
    for picture, persons in zip(canvas, people.joints, strict=True):
        for joints in persons:
            for stroke in strokes(joints, people.skeleton):
                sigma = SIGMA * size / (1 if stroke.start is stroke.end else 2)
                part, distance = around(picture[..., stroke.group], stroke, CUT * sigma)
                drawn = stroke.visible * np.exp(-((distance / sigma) ** 2) / 2)
                np.maximum(part, np.where(distance < CUT * sigma, drawn, 0), out=part)
    return canvas


def strokes(joints: Floats, skeleton: Skeleton) -> Iterator[Stroke]:
    """Yield what is to be drawn of a person ``J 3``."""
    for joint, group in zip(joints, skeleton.groups, strict=True):
        if joint[2] > 0:
            yield Stroke(group, joint, joint)
    for first, second in skeleton.limbs:
        if joints[first, 2] > 0 and joints[second, 2] > 0:
            yield Stroke(skeleton.groups[second], joints[first], joints[second])


def around(picture: Floats, stroke: Stroke, reach: float) -> tuple[Floats, Floats]:
    """Return the part of a picture within reach of a stroke, and its distances ``H W`` from it."""
    size = len(picture)
    start, end = stroke.start[:2] * size, stroke.end[:2] * size
    low = np.floor(np.minimum(start, end) - reach).clip(0, size).astype(int)
    high = np.ceil(np.maximum(start, end) + reach).clip(0, size).astype(int)
    x = np.arange(low[0], high[0], dtype=np.float32) + np.float32(0.5) - start[0]
    y = np.arange(low[1], high[1], dtype=np.float32)[:, None] + np.float32(0.5) - start[1]
    across, down = end - start
    length = across**2 + down**2
    # How far along the line the nearest point of it is.
    along = ((x * across + y * down) / length).clip(0, 1) if length else np.float32(0)
    distance = np.hypot(x - along * across, y - along * down)
    return picture[low[1] : high[1], low[0] : high[0]], distance
