"""Persons from a file ``VIDEO.npz`` beside the video, or in a folder that mirrors the videos.

It holds either of

* ``keypoints``: ``T actors J 3``, for each frame of the video the x, y and visibility (0 to 1; 0 is
  not there) of each joint, in pixels of the video as it is shown, the centre of its first pixel at
  0.5; ``size``: the width and height of the video; and, if the joints are not the 17 of COCO,
  ``limbs``: ``L 2`` pairs of joints from the trunk outwards, and ``groups``: ``J`` numbers, 0 of a
  left limb, 1 of a right limb, 2 of torso or head;
* ``masks``: ``T H W`` or ``T actors H W`` of any size in the proportions of the video: booleans,
  bytes 0 to 255, or fractions 0 to 1.

Keypoints drawn as a mask are limbs as thick as those of a person.
"""

import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from adf.errors import AdfError
from adf.extract.modalities.clip import Clip, NoPictures, Place
from adf.extract.modalities.frames import mirrored
from adf.extract.modalities.pose.skeleton import COCO, Floats, People, Skeleton, tidy
from adf.extract.video.container import one_line
from adf.extract.video.geometry import Geometry

MOST_BYTES = 1 << 30
FIELDS = ("keypoints", "size", "limbs", "groups", "masks")
MOST_JOINTS = 1000
Arrays = Mapping[str, NDArray[Any]]


@dataclass(frozen=True)
class Sidecar:
    """Reads what is known of the persons in a clip; without a folder, beside the video."""

    folder: Path | None = None
    place: Place = "decoder"

    def find(self, clip: Clip, geometry: Geometry) -> Floats | People:
        """Return persons, or masks ``T H W``, in the part of the frames that is seen."""
        beside = clip.path.with_suffix(".npz")
        path = beside if self.folder is None else mirrored(self.folder, clip.path, ".npz")
        if path is None or not path.is_file():
            raise NoPictures(f"no sidecar {path or beside.name} of {clip.path.name}")
        try:
            return _found(_read(path), clip, geometry)
        except AdfError:
            raise
        except NoPictures as error:
            raise NoPictures(f"sidecar {path} {error}") from error
        except Exception as error:  # Damaged files are met with nearly every kind of exception.
            raise NoPictures(f"sidecar {path} cannot be read: {one_line(error)}") from error

    def as_json(self) -> Mapping[str, Any]:
        """Return the name of the folder: what lies in it is not looked at beforehand."""
        return {"sidecar": 1, "folder": self.folder.name if self.folder else ""}


def _read(path: Path) -> Arrays:
    with zipfile.ZipFile(path) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > MOST_BYTES:
            raise NoPictures(f"holds more than {MOST_BYTES >> 20} MiB")
    with np.load(path, allow_pickle=False) as archive:
        arrays = {name: archive[name] for name in FIELDS if name in archive}
    for name, array in arrays.items():
        if array.dtype.kind not in "biuf":
            raise NoPictures(f"has no numbers in {name}")
    return arrays


def _found(arrays: Arrays, clip: Clip, geometry: Geometry) -> Floats | People:
    named = [name for name in ("keypoints", "masks") if name in arrays]
    if len(named) != 1:
        raise NoPictures(f"holds {' and '.join(named) or 'neither'}: one of keypoints, masks")
    frames = len(arrays[named[0]]) if arrays[named[0]].ndim else 0
    if clip.frames.max() >= frames:
        raise NoPictures(f"ends before frame {clip.frames.max()}: it holds {frames}")
    read = _people if named == ["keypoints"] else _masks
    return read(arrays, clip, geometry)


def _people(arrays: Arrays, clip: Clip, geometry: Geometry) -> People:
    keypoints, size = arrays["keypoints"], arrays.get("size")
    if keypoints.ndim != 4 or keypoints.shape[-1] != 3:
        raise NoPictures(f"has keypoints {keypoints.shape}, not (T, actors, joints, 3)")
    if size is None or size.shape != (2,) or not (size >= 1).all():
        raise NoPictures("has no size: give the width and height of the video, its unit of x and y")
    skeleton = _skeleton(arrays, keypoints.shape[2])
    wide, high, left, top = geometry.source(*(int(side) for side in size))
    joints = keypoints[clip.frames].astype(np.float64)
    joints[..., :2] = (joints[..., :2] - (left, top)) / (wide, high)
    if clip.flip:
        joints[..., 0] = 1 - joints[..., 0]
    return People(tidy(joints), skeleton.mirrored() if clip.flip else skeleton)


def _skeleton(arrays: Arrays, joints: int) -> Skeleton:
    limbs, groups = arrays.get("limbs"), arrays.get("groups")
    if limbs is None and groups is None and joints == len(COCO.groups):
        return COCO
    if limbs is None or groups is None:
        raise NoPictures(
            f"has {joints} joints: give limbs and groups, which only COCO's 17 need not"
        )
    if not 1 <= joints <= MOST_JOINTS or groups.shape != (joints,) or not _within(groups, 3):
        raise NoPictures(f"has groups that are no {joints} numbers 0 (left), 1 (right), 2 (middle)")
    if limbs.ndim != 2 or limbs.shape[1] != 2 or not _within(limbs, joints):
        raise NoPictures(f"has limbs that are no pairs of numbers 0 to {joints - 1}")
    return Skeleton(tuple(groups.tolist()), tuple((int(a), int(b)) for a, b in limbs))


def _within(numbers: NDArray[Any], stop: int) -> bool:
    return numbers.dtype.kind in "iu" and bool(((numbers >= 0) & (numbers < stop)).all())


def _masks(arrays: Arrays, clip: Clip, geometry: Geometry) -> Floats:
    from PIL import Image

    masks = arrays["masks"]
    if masks.ndim not in (3, 4) or 0 in masks.shape[-2:]:
        raise NoPictures(f"has masks {masks.shape}, not (T, H, W) or (T, actors, H, W)")
    if masks.dtype.kind in "iu" and masks.dtype != np.uint8:
        raise NoPictures(f"has masks of {masks.dtype}: give bool, uint8 or fractions")
    shown = masks[clip.frames].astype(np.float32) / (255 if masks.dtype == np.uint8 else 1)
    if shown.ndim == 4:
        shown = shown.max(1, initial=0)
    high, wide = shown.shape[1:]
    seen_w, seen_h, left, top = geometry.source(wide, high)
    box = (left, top, left + seen_w, top + seen_h)
    size = (geometry.width, geometry.height)
    scaled = np.stack(
        [
            np.asarray(Image.fromarray(mask).resize(size, Image.Resampling.BILINEAR, box=box))
            for mask in np.nan_to_num(shown).clip(0, 1)
        ]
    )
    return scaled[:, :, ::-1] if clip.flip else scaled
