"""Motion between the frames of a clip, and its picture.

The picture follows the convention of the field: clipped to ``bound`` pixels either way, no motion
is 128 and the bound is at the ends of 0..255. A third channel, if wanted, is the length of the
motion on the same scale, from 128 upwards: a clip that stands still is uniformly grey in all of
them, near the mean that networks subtract.
"""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from adf.extract.modalities.clip import Clip
from adf.extract.video.geometry import Geometry, Pixels
from adf.extract.video.sampling import Frames

Motion = NDArray[np.float32]
# Pictures ``N H W 3`` before and after to the motion ``N H W 2`` between them, in pixels.
Pairwise = Callable[[Pixels, Pixels], Motion]
STILL = 128.0


class Estimator(Protocol):
    """A way to find the motion of a clip, ready for use."""

    @property
    def still(self) -> float:
        """The grey level of no motion."""

    def __call__(self, clip: Clip, geometry: Geometry) -> Motion:
        """Return ``T H W 2``: u and v in pixels from each frame to the next, the last repeated."""

    def as_json(self) -> Mapping[str, Any]:
        """Return what changes the values."""


class Computed:
    """Motion found by comparing each frame with the next."""

    still = STILL

    def __init__(self, pairwise: Pairwise, parameters: Mapping[str, Any]) -> None:
        self.pairwise = pairwise
        self.parameters = parameters

    def __call__(self, clip: Clip, geometry: Geometry) -> Motion:
        """Return the motion ``T H W 2`` of the clip."""
        return between_frames(clip.pixels, clip.frames, self.pairwise)

    def as_json(self) -> Mapping[str, Any]:
        """Return the parameters."""
        return self.parameters


def between_frames(pixels: Pixels, frames: Frames, pairwise: Pairwise) -> Motion:
    """Return ``T H W 2`` of pixels ``T H W 3``.

    Equal neighbours do not move. Where a short video began again, the motion before is repeated:
    nothing moved from its last frame to its first.
    """
    steps = np.diff(frames)
    motion = np.zeros((*pixels.shape[:-1], 2), np.float32)
    ahead = np.flatnonzero(steps > 0)
    if len(ahead):
        motion[ahead] = pairwise(pixels[ahead], pixels[ahead + 1])
    for seam in np.flatnonzero(np.append(steps, -1) < 0).tolist():
        motion[seam] = motion[max(seam - 1, 0)]
    return motion


def steadied(motion: Motion) -> Motion:
    """Return motion ``T H W 2`` less the median of each frame, which is that of the camera."""
    return motion - np.median(motion, (1, 2), keepdims=True)


def with_length(motion: Motion) -> Motion:
    """Return motion ``T H W 2`` with its length as a third channel."""
    return np.concatenate([motion, np.linalg.norm(motion, axis=-1, keepdims=True)], -1)


def painted(motion: Motion, bound: float, still: float = STILL) -> Pixels:
    """Return motion of any shape as bytes; ``still`` stands for none."""
    levels = np.rint(still + 255 / (2 * bound) * motion)
    pictures: Pixels = np.clip(levels, 0, 255).astype(np.uint8)
    return pictures


def unpainted(pictures: Pixels, bound: float, still: float) -> Motion:
    """Return the motion that bytes stand for."""
    return (pictures.astype(np.float32) - np.float32(still)) * np.float32(2 * bound / 255)
