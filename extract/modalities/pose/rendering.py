"""Frames and masks as pictures of persons; values are rounded once, after shrinking.

* ``masked-rgb``: frame * mask + grey * (1 - mask), the grey being 0.43 of white, about the mean
  of the pictures networks are trained with;
* ``mask``: the probability of a person, its outline (1 where the probability is 0.5 or more, and
  less than that at a neighbour to the left, right, above or below), and luminance (0.299 R +
  0.587 G + 0.114 B) * mask.
"""

import numpy as np

from adf.extract.modalities.pose.skeleton import Floats
from adf.extract.video.geometry import Pixels

# Values of the pictures: a change of what they mean needs the next number.
VERSIONS = {"masked-rgb": "masked-rgb/1", "mask": "mask/1", "heatmap": "heatmap/1"}
WHITE = np.float32(255)
GREY = np.float32(0.43)
LUMINANCE = np.array([0.299, 0.587, 0.114], np.float32)


def masked_rgb(pixels: Pixels, mask: Floats) -> Floats:
    """Return ``T H W 3``, 0 to 1, from frames ``T H W 3`` and their masks ``T H W``."""
    shown = mask[..., None]
    return np.asarray(pixels / WHITE * shown + GREY * (1 - shown), np.float32)


def mask_channels(pixels: Pixels, mask: Floats) -> Floats:
    """Return ``T H W 3``, 0 to 1, from frames ``T H W 3`` and their masks ``T H W``."""
    luminance = pixels @ LUMINANCE / WHITE
    return np.stack([mask, outline(mask), luminance * mask], -1)


def outline(mask: Floats) -> Floats:
    """Return 1 where a person ends, ``T H W``; the edge of the picture ends nobody."""
    inside = np.pad(mask >= 0.5, ((0, 0), (1, 1), (1, 1)), "edge")
    middle = inside[:, 1:-1, 1:-1]
    surrounded = (
        inside[:, :-2, 1:-1] & inside[:, 2:, 1:-1] & inside[:, 1:-1, :-2] & inside[:, 1:-1, 2:]
    )
    return (middle & ~surrounded).astype(np.float32)


def shrunk(pictures: Floats, size: int) -> Pixels:
    """Return ``T size size 3`` of pictures a whole number of times larger: means of squares."""
    times = pictures.shape[1] // size
    # One pixel of each square at a time: several times faster than a mean over strided axes.
    total = np.zeros_like(pictures[:, ::times, ::times])
    for down in range(times):
        for across in range(times):
            total += pictures[:, down::times, across::times]
    return np.asarray(np.floor(total * (WHITE / times**2) + np.float32(0.5)), np.uint8)
