"""Persons as joints, and what is drawn between them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
LEFT, RIGHT, MIDDLE = 0, 1, 2
FARTHEST = 1e3


@dataclass(frozen=True)
class Skeleton:
    """The group of each joint (0 left limb, 1 right limb, 2 torso and head), and pairs of joints.

    A limb has the colour of its second joint: name them from the trunk outwards.
    """

    groups: tuple[int, ...]
    limbs: tuple[tuple[int, int], ...]

    def mirrored(self) -> "Skeleton":
        """Return the skeleton of who stands in a mirror: left is right."""
        swapped = (RIGHT, LEFT, MIDDLE)
        return Skeleton(tuple(swapped[group] for group in self.groups), self.limbs)


@dataclass(frozen=True)
class People:
    """Joints ``T A J 3`` of up to A persons: x and y, each 0 to 1 across the picture, and how
    visible a joint is, 0 to 1; with 0, a joint is not there.
    """

    joints: Floats
    skeleton: Skeleton


# Nose, eyes, ears, shoulders, elbows, wrists, hips, knees, ankles: each left, then right.
COCO = Skeleton(
    groups=(2,) * 7 + (0, 1) * 2 + (2, 2) + (0, 1) * 2,
    limbs=(
        *((0, 1), (0, 2), (1, 3), (2, 4)),
        *((5, 6), (5, 11), (6, 12), (11, 12), (0, 5), (0, 6)),
        *((5, 7), (7, 9), (6, 8), (8, 10)),
        *((11, 13), (13, 15), (12, 14), (14, 16)),
    ),
)


def tidy(joints: NDArray[np.floating]) -> Floats:
    """Return joints without those that lie nowhere, or absurdly far away."""
    near = np.isfinite(joints).all(-1) & (np.abs(joints) < FARTHEST).all(-1)
    kept = np.where(near[..., None], joints, 0).astype(np.float32)
    kept[..., 2] = kept[..., 2].clip(0, 1)
    return kept
