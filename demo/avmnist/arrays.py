"""Arrays of pictures and spectrograms in the published layout, which this reads and writes.

audio/train_data.npy    N 112 112          audio/test_data.npy
images/train_data.npy   N 784 (or 28 28)   images/test_data.npy    the folder may be called image/
train_labels.npy        N, 0 to 9          test_labels.npy
"""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from adf.errors import InputNotFound, InvalidInput

PARTS = ("train", "test")
IMAGE, AUDIO = (28, 28), (112, 112)
DIGITS = 10
# How the folder of the pictures is called: here and there.
IMAGES = ("images", "image")


class Pairs(NamedTuple):
    """Pictures ``N 28 28`` and spectrograms ``N 112 112`` of the same digits."""

    images: NDArray[np.generic]
    audio: NDArray[np.generic]
    labels: NDArray[np.int64]


def write(folder: Path, part: str, pairs: Pairs) -> None:
    """Write one part in the published layout."""
    for name in ("audio", IMAGES[0]):
        (folder / name).mkdir(parents=True, exist_ok=True)
    np.save(folder / "audio" / f"{part}_data.npy", pairs.audio)
    np.save(folder / IMAGES[0] / f"{part}_data.npy", pairs.images.reshape(len(pairs.labels), -1))
    np.save(folder / f"{part}_labels.npy", pairs.labels)


def read(folder: Path, part: str) -> Pairs:
    """Read one part; the arrays stay on disk until they are used."""
    images = next((folder / name for name in IMAGES if (folder / name).is_dir()), folder / "images")
    pairs = Pairs(
        _shaped(images / f"{part}_data.npy", IMAGE),
        _shaped(folder / "audio" / f"{part}_data.npy", AUDIO),
        _labels(folder / f"{part}_labels.npy"),
    )
    counts = {len(values) for values in pairs}
    if len(counts) > 1:
        raise InvalidInput(
            f"{folder}: the {part} part has {len(pairs.images)} pictures, {len(pairs.audio)}"
            f" spectrograms and {len(pairs.labels)} labels: they belong together one by one"
        )
    return pairs


def chunks(values: NDArray[np.generic], size: int = 500) -> Iterator[NDArray[np.float32]]:
    """Yield float32 parts of an array."""
    for start in range(0, len(values), size):
        yield np.asarray(values[start : start + size], np.float32)


def _opened(path: Path) -> NDArray[np.generic]:
    try:
        found: NDArray[np.generic] = np.load(path, mmap_mode="r", allow_pickle=False)
    except FileNotFoundError:
        raise InputNotFound(
            f"there is no {path}: the folder has audio/, images/ and the labels, or is made by"
            " adf demo avmnist make"
        ) from None
    except (ValueError, EOFError) as error:
        raise InvalidInput(f"{path} is no array of numbers: {error}") from None
    return found


def _shaped(path: Path, shape: tuple[int, int]) -> NDArray[np.generic]:
    values = _opened(path)
    flat = shape[0] * shape[1]
    if values.ndim < 2 or values[:0].size or int(np.prod(values.shape[1:])) != flat:
        raise InvalidInput(f"{path}: {values.shape} is not N {shape[0]} {shape[1]}")
    if values.dtype.kind not in "uif":
        raise InvalidInput(f"{path}: {values.dtype} is no kind of number that a picture has")
    return values.reshape(len(values), *shape)


def _labels(path: Path) -> NDArray[np.int64]:
    values = np.asarray(_opened(path)).reshape(-1)
    if values.dtype.kind not in "ui" or not ((values >= 0) & (values < DIGITS)).all():
        raise InvalidInput(f"{path}: labels are whole numbers from 0 to {DIGITS - 1}")
    return values.astype(np.int64)
