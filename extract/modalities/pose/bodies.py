"""Joints and limbs as masks, for those who know no outline of a person.

A limb, or a joint, is 1 up to a distance r and 0 from r + 1 pixel on; r is 6 % of the larger extent
of the joints that are there. The trunk is filled: the joints of torso and head, joined in the order
of their directions as seen from their mean.
"""

import numpy as np

from adf.extract.modalities.pose.skeleton import MIDDLE, Floats, People
from adf.extract.modalities.pose.strokes import around, strokes

THICKNESS = 0.06


def limb_mask(people: People, size: int) -> Floats:
    """Return ``T size size``, 0 to 1: where limbs and trunks are."""
    middle = np.array(people.skeleton.groups) == MIDDLE
    canvas = np.zeros((len(people.joints), size, size), np.float32)
    for picture, persons in zip(canvas, people.joints, strict=True):
        for joints in persons:
            visible = joints[:, 2] > 0
            if not visible.any():
                continue
            radius = THICKNESS * size * float(np.ptp(joints[visible, :2], axis=0).max())
            for stroke in strokes(joints, people.skeleton):
                part, distance = around(picture, stroke, radius + 1)
                np.maximum(part, (radius + 1 - distance).clip(0, 1), out=part)
            picture[_trunk(joints[visible & middle, :2] * size, size)] = 1
    return canvas


def _trunk(corners: Floats, size: int) -> np.ndarray:
    """Return whether pixels ``size size`` lie among corners ``N 2``."""
    inside = np.zeros((size, size), bool)
    if len(corners) < 3:
        return inside
    middle = corners.mean(0)
    out = corners - middle
    out = out[np.argsort(np.arctan2(out[:, 1], out[:, 0]))]
    x = np.arange(size, dtype=np.float32) + np.float32(0.5) - middle[0]
    y = np.arange(size, dtype=np.float32)[:, None] + np.float32(0.5) - middle[1]
    for (ax, ay), (bx, by) in zip(out, np.roll(out, -1, 0), strict=True):
        area = ax * by - ay * bx
        if area > 0:
            # A pixel is so much of one corner and so much of the other, as seen from the middle.
            first, second = (x * by - y * bx) / area, (ax * y - ay * x) / area
            inside |= (first >= 0) & (second >= 0) & (first + second <= 1)
    return inside
