"""Pictures made before by another program: folders in the layouts of AutoDeepFuse and MARS.

    root = existing_folder("/data/pose", "pose.folder")
    pictures = read_pictures(root, clip, Geometry(), POSE)               # T H W 3
    x = read_pictures(root, clip, Geometry(), FLOW_X, mode="L")          # T H W

The pictures of ``CLASS/VIDEO.avi`` lie in ``ROOT/CLASS/VIDEO``: the longest end of the video's path
that is there counts. Below it, a layout is what the file names begin with: ``frames/img_00001.jpg``
of AutoDeepFuse, ``00001.jpg`` of MARS. They count from 1, so that picture 1 shows frame 0. They are
cut and scaled as the video is, whatever their size, and mirrored where the clip is. The x of a flow
is mirrored as a picture only: its values are the caller's to turn round.

A picture that is not there is stood in for by the nearest before it, for at most ``REACH`` frames:
programs disagree about the last frames of a video, and a flow has one picture fewer than frames. A
longer gap fails the clip, because the pictures are then not those of the video's own frames.
"""

import os
import re
import warnings
from pathlib import Path
from typing import Literal

import numpy as np

from adf.errors import ConfigError, InputNotFound
from adf.extract.modalities.clip import Clip, NoPictures
from adf.extract.video.container import one_line
from adf.extract.video.geometry import MOST_PIXELS, Geometry, Pixels

Names = tuple[str, ...]
POSE: Names = ("frames/img_", "")
FLOW_X: Names = ("flow_x/x_", "TVL1jpg_x_")
FLOW_Y: Names = ("flow_y/y_", "TVL1jpg_y_")
REACH = 3
FORMATS = ("JPEG", "PNG")
NUMBERED = re.compile(r"(.*?)(\d{5,})\.(?:jpe?g|png)", re.ASCII | re.IGNORECASE)


def existing_folder(text: str, field: str) -> Path:
    """Return the folder a setting names, or say which setting has to name one."""
    if not text:
        raise ConfigError(f"{field} is empty: name the folder with the pictures of the videos")
    folder = Path(text).expanduser()
    if not folder.is_dir():
        raise InputNotFound(f"{field}: there is no folder {folder}; name one that is there")
    return folder


def mirrored(root: Path, video: Path, suffix: str = "") -> Path | None:
    """Return what stands for ``video`` below ``root``: the longest end of its path that is there.

    ``suffix`` takes the place of the video's own.
    """
    ends = Path(os.path.abspath(video)).with_suffix(suffix).parts[1:]
    tails = (root.joinpath(*ends[begin:]) for begin in range(len(ends)))
    return next((tail for tail in tails if tail.exists()), None)


def read_pictures(
    root: Path, clip: Clip, geometry: Geometry, names: Names, mode: Literal["RGB", "L"] = "RGB"
) -> Pixels:
    """Return ``T H W 3`` of the clip's pictures, ``T H W`` in mode L; or raise NoPictures."""
    folder = mirrored(root, clip.path)
    if folder is None or not folder.is_dir():
        raise NoPictures(f"no pictures: {root} has no folder of {clip.path.name}")
    found = next(filter(None, (listed(folder, name) for name in names)), None)
    if found is None:
        known = ", ".join(f"{name}00001.jpg" for name in names)
        raise NoPictures(f"no pictures in {folder}: none is named as in {known}")
    numbers, places = np.unique(clip.frames, return_inverse=True)
    drawn = [picture(nearest(found, int(number) + 1), geometry, mode) for number in numbers]
    pictures = np.stack(drawn)[places]
    return pictures[:, :, ::-1] if clip.flip else pictures


def listed(folder: Path, name: str) -> dict[int, Path]:
    """Return the pictures whose names begin with ``name``, by number."""
    inner = folder / name if name.endswith("/") else (folder / f"{name}0").parent
    beginning = name.rpartition("/")[2]
    if not inner.is_dir():
        return {}
    found = {}
    with os.scandir(inner) as entries:
        for entry in entries:
            match = NUMBERED.fullmatch(entry.name)
            # Opening a pipe would wait for ever.
            if match and match[1] == beginning and entry.is_file():
                found[int(match[2])] = Path(entry.path)
    return found


def nearest(found: dict[int, Path], number: int) -> Path:
    """Return the picture of a number, or the one shortly before it."""
    for place in range(number, number - REACH - 1, -1):
        if place in found:
            return found[place]
    raise NoPictures(
        f"no pictures {max(number - REACH, 1)} to {number}, only {min(found)} to {max(found)}: "
        "make one of each frame of the video, at its own frame rate"
    )


def picture(path: Path, geometry: Geometry, mode: Literal["RGB", "L"]) -> Pixels:
    """Return one picture, cut and scaled; or raise NoPictures, whatever the file is."""
    from PIL import Image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(path, formats=FORMATS) as image:
                if image.width * image.height > MOST_PIXELS:
                    raise ValueError(f"{image.width}x{image.height} pixels are too many")
                if image.mode[0] in "IF":
                    raise ValueError("more than 8 bits a channel")
                wide, high, left, top = geometry.source(*image.size)
                return np.asarray(
                    image.convert(mode).resize(
                        (geometry.width, geometry.height),
                        Image.Resampling.BILINEAR,
                        box=(left, top, left + wide, top + high),
                    )
                )
    except Exception as error:  # Damaged pictures are met with nearly every kind of exception.
        raise NoPictures(f"cannot read picture {path}: {one_line(error)}") from error
