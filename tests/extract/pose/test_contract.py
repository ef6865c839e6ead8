"""What every way to make the modality ``pose`` promises."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from adf.errors import MissingDependency
from adf.extract.modalities import build
from adf.extract.modalities.clip import Clip, Modality, NoPictures
from adf.extract.modalities.pose import PoseSettings, make_pose
from tests.extract.pose.samples import (
    FRAMES,
    SIZE,
    clip,
    keypoint_file,
    mask_file,
    picture_folder,
)

Prepare = Callable[[Path], object]
VIDEO_FILE = Path("class/v.avi")


def beside(write: Prepare) -> Prepare:
    def prepare(folder: Path) -> None:
        (folder / "class").mkdir()
        write(folder / "class" / "v.npz")

    return prepare


def pictures(folder: Path) -> object:
    return picture_folder(folder / "class" / "v", "frames/img_{:05d}.png")


def nothing(folder: Path) -> None:
    """Prepare no files."""


WAYS: dict[str, tuple[dict[str, Any], Prepare]] = {
    "frames": ({"method": "frames"}, pictures),
    "sidecar-keypoints-heatmap": (
        {"method": "sidecar", "rendering": "heatmap"},
        beside(keypoint_file),
    ),
    "sidecar-keypoints-mask": ({"method": "sidecar", "rendering": "mask"}, beside(keypoint_file)),
    "sidecar-keypoints-rgb": ({"method": "sidecar"}, beside(keypoint_file)),
    "sidecar-masks-mask": ({"method": "sidecar", "rendering": "mask"}, beside(mask_file)),
    "sidecar-masks-rgb": ({"method": "sidecar", "scale": 3}, beside(mask_file)),
    "lraspp-mask": ({"weights": "random:1", "rendering": "mask"}, nothing),
    "lraspp-rgb": ({"weights": "random:1", "scale": 4}, nothing),
    "mediapipe-mask": ({"method": "mediapipe", "rendering": "mask"}, nothing),
    "mediapipe-rgb": ({"method": "mediapipe"}, nothing),
}
FILES = ("frames", "sidecar")


def prepared(name: str, folder: Path) -> dict[str, Any]:
    settings, prepare = WAYS[name]
    prepare(folder)
    named = {"folder": str(folder)} if settings.get("method") in FILES else {}
    return {**settings, **named}


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, Any]:
    return prepared(request.param, tmp_path)


@pytest.fixture(params=[name for name in WAYS if name.startswith(FILES)])
def read(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, Any]:
    """Return a way that reads files, and does not look for persons in a frame."""
    return prepared(request.param, tmp_path)


def made(way: dict[str, Any]) -> Modality:
    try:
        return make_pose(PoseSettings(**way), SIZE)
    except MissingDependency as missing:
        pytest.skip(str(missing))


def test_pictures_have_the_shape_promised(way: dict[str, Any]) -> None:
    modality = made(way)
    given = clip(VIDEO_FILE, modality.geometry)
    before = given.pixels.copy()
    drawn = modality.render(given)
    assert (modality.name, modality.channels) == ("pose", 3)
    assert drawn.shape == (FRAMES, SIZE, SIZE, 3)
    assert drawn.dtype == np.uint8
    assert drawn.std() > 0
    assert (given.pixels == before).all()
    assert modality.place == ("device" if way.get("method", "lraspp") == "lraspp" else "decoder")
    assert modality.geometry.fit == "crop"
    assert modality.geometry.width == modality.geometry.height
    assert modality.geometry.width % SIZE == 0


def test_the_same_clip_gives_the_same_pictures(way: dict[str, Any]) -> None:
    first, second = made(way), build("pose", SIZE, json.loads(json.dumps(way)))
    given = clip(VIDEO_FILE, first.geometry)
    drawn = first.render(given)
    assert (second.render(given) == drawn).all()
    assert second.as_json() == first.as_json()
    assert (first.render(given) == drawn).all()


def test_repeated_frames_repeat_their_pictures(way: dict[str, Any]) -> None:
    modality = made(way)
    order = [3, 3, 5, 0, 0, 3]
    whole = modality.render(clip(VIDEO_FILE, modality.geometry))
    found = modality.render(clip(VIDEO_FILE, modality.geometry, frames=order))
    assert np.abs(found.astype(int) - whole[order]).max() <= 1


def test_a_mirrored_clip_is_the_mirror_of_the_clip(read: dict[str, Any]) -> None:
    modality = made(read)
    plain = modality.render(clip(VIDEO_FILE, modality.geometry)).astype(int)
    if read.get("rendering") == "heatmap":
        plain = plain[..., [1, 0, 2]]
    mirror = modality.render(clip(VIDEO_FILE, modality.geometry, flip=True))
    assert np.abs(mirror[:, :, ::-1] - plain).max() <= 2


def test_a_video_without_its_file_costs_one_clip(read: dict[str, Any]) -> None:
    modality = made(read)
    with pytest.raises(NoPictures, match="other"):
        modality.render(clip(Path("class/other.avi"), modality.geometry))


def test_provenance_is_json(way: dict[str, Any]) -> None:
    document = dict(made(way).as_json())
    assert json.loads(json.dumps(document)) == document


def test_pictures_lie_where_the_clip_was_read_only(way: dict[str, Any]) -> None:
    """Clips come out of memory shared with other processes."""
    modality = made(way)
    given = clip(VIDEO_FILE, modality.geometry)
    given.pixels.setflags(write=False)
    modality.render(Clip(given.path, given.pixels, given.frames))


CHANGES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "rendering": ({"weights": "random"}, {"rendering": "mask"}),
    "scale": ({"weights": "random"}, {"scale": 3}),
    "seed": ({"weights": "random"}, {"weights": "random:1"}),
    "method": ({"weights": "random"}, {"method": "keypointrcnn"}),
    "threshold": ({"weights": "random", "method": "keypointrcnn"}, {"threshold": 0.9}),
    "sidecar": ({"method": "sidecar", "folder": "a"}, {"folder": "b"}),
    "sidecar-frames": ({"method": "sidecar", "folder": "a"}, {"method": "frames"}),
    "frames": ({"method": "frames", "folder": "a"}, {"folder": "b"}),
    "sidecar-rendering": ({"method": "sidecar"}, {"rendering": "heatmap"}),
    "sidecar-scale": ({"method": "sidecar"}, {"scale": 1}),
}


@pytest.mark.parametrize("change", CHANGES)
def test_provenance_changes_with_every_setting(
    change: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in "ab":
        (tmp_path / name).mkdir()
    base, other = CHANGES[change]
    assert made(base).as_json() != made({**base, **other}).as_json()


def test_what_does_not_matter_is_not_recorded(tmp_path: Path) -> None:
    base = {"method": "sidecar", "rendering": "heatmap"}
    assert made(base).as_json() == made({**base, "scale": 5, "threshold": 0.1}).as_json()
    moved = [tmp_path / place / "pose" for place in "ab"]
    for folder in moved:
        folder.mkdir(parents=True)
    first, second = (made({**base, "folder": str(folder)}).as_json() for folder in moved)
    assert first == second


def test_the_size_is_recorded() -> None:
    settings = PoseSettings("sidecar", scale=1)
    assert make_pose(settings, 16).as_json() != make_pose(settings, 32).as_json()
