"""Clips of noise, and files about the persons in them."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from adf.extract.modalities.clip import Clip
from adf.extract.video.geometry import Geometry, Pixels

SIZE = 16
FRAMES = 6
VIDEO = (40, 30)
# A head, a left and a right hand, and the hip they hang from.
GROUPS = (2, 0, 1, 2)
LIMBS = ((3, 0), (3, 1), (3, 2))


def noise(*shape: int, seed: int = 0) -> NDArray[np.uint8]:
    """Return random bytes."""
    return np.random.default_rng(seed).integers(0, 256, shape, np.uint8)


def clip(path: Path, geometry: Geometry, *, flip: bool = False, frames: Any = None) -> Clip:
    """Return a clip of noise, the same for equal frames, mirrored as decoding does."""
    numbers = np.arange(FRAMES) if frames is None else np.array(frames)
    pixels: Pixels = noise(FRAMES, geometry.height, geometry.width, 3)[numbers]
    return Clip(path, pixels[:, :, ::-1] if flip else pixels, numbers, flip)


def joints(seed: int = 1, count: int = len(GROUPS)) -> NDArray[np.float64]:
    """Return joints of two persons ``T 2 J 3`` in pixels of the video, some of them not there."""
    drawn = np.random.default_rng(seed).random((FRAMES, 2, count, 3))
    drawn[..., :2] *= VIDEO
    drawn[..., 2] = drawn[..., 2] > 0.2
    return drawn


def keypoint_file(path: Path, **changes: Any) -> Path:
    """Write a sidecar of joints; a change to None leaves the field out."""
    fields = {"keypoints": joints(), "size": VIDEO, "limbs": LIMBS, "groups": GROUPS, **changes}
    np.savez(path, **{name: value for name, value in fields.items() if value is not None})
    return path


def mask_file(path: Path, shape: tuple[int, ...] = (FRAMES, VIDEO[1], VIDEO[0])) -> Path:
    """Write a sidecar of masks."""
    np.savez(path, masks=noise(*shape, seed=2))
    return path


def picture_folder(folder: Path, pattern: str, count: int = FRAMES, mode: str = "RGB") -> Path:
    """Write numbered pictures of noise, the first of them number 1."""
    for number in range(1, count + 1):
        path = folder / pattern.format(number)
        path.parent.mkdir(parents=True, exist_ok=True)
        shape = (VIDEO[1], VIDEO[0], 3) if mode == "RGB" else (VIDEO[1], VIDEO[0])
        Image.fromarray(noise(*shape, seed=number)).save(path)
    return folder
