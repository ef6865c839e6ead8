"""Flow that another program wrote as pictures."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from adf.extract.modalities.clip import Clip, NoPictures
from adf.extract.modalities.flow import Flow, FlowSettings, make_flow
from adf.extract.video.geometry import Pixels
from tests.extract.flow.samples import FRAMES, PATTERN, SIZE, ramp, render_pictures

MARS = {"x": "TVL1jpg_x_{:05d}.jpg", "y": "TVL1jpg_y_{:05d}.jpg"}


def flow_in(root: Path) -> Flow:
    return make_flow(FlowSettings("frames", folder=str(root)), SIZE)


def clip_of(video: str, frames: list[int], flip: bool = False) -> Clip:
    pixels = np.zeros((len(frames), SIZE, SIZE, 3), np.uint8)
    return Clip(Path(video), pixels, np.array(frames), flip)


def read(root: Path, pattern: str, frame: int) -> Pixels:
    return np.asarray(Image.open(root / pattern.format(frame + 1)))


@pytest.mark.parametrize("patterns", [PATTERN, MARS], ids=["AutoDeepFuse", "MARS"])
def test_grey_levels_stay_what_they_are(tmp_path: Path, patterns: dict[str, str]) -> None:
    render_pictures(tmp_path / "jump" / "a", patterns)
    pictures = flow_in(tmp_path).render(clip_of("/videos/jump/a.avi", [1, 3, 0]))
    for place, frame in enumerate([1, 3, 0]):
        for channel, axis in enumerate("xy"):
            wanted = read(tmp_path / "jump" / "a", patterns[axis], frame)
            np.testing.assert_array_equal(pictures[place, ..., channel], wanted)
    assert abs(pictures[0, ..., 0] - ramp(2, "x").astype(float)).mean() < 2


@pytest.mark.parametrize("bound", [20.0, 7.3])
def test_every_grey_level_comes_back(tmp_path: Path, bound: float) -> None:
    levels = np.arange(256, dtype=np.uint8).reshape(16, 16)
    for pattern in PATTERN.values():
        path = tmp_path / "a" / pattern.format(1).replace("jpg", "png")
        path.parent.mkdir(parents=True)
        Image.fromarray(levels).save(path)
    flow = make_flow(FlowSettings("frames", bound=bound, folder=str(tmp_path)), 16)
    clip = Clip(Path("a.mp4"), np.zeros((1, 16, 16, 3), np.uint8), np.array([0]))
    np.testing.assert_array_equal(flow.render(clip)[0, ..., 0], levels)
    mirrored = flow.render(replace(clip, flip=True))[0]
    np.testing.assert_array_equal(mirrored[..., 0], 255 - levels[:, ::-1])
    np.testing.assert_array_equal(mirrored[..., 1], levels[:, ::-1])


def test_a_flow_picture_fewer_than_frames_is_stood_in_for(tmp_path: Path) -> None:
    render_pictures(tmp_path / "a", count=FRAMES - 1)
    pictures = flow_in(tmp_path).render(clip_of("a.avi", [FRAMES - 2, FRAMES - 1]))
    np.testing.assert_array_equal(pictures[0], pictures[1])


def test_a_video_without_pictures_fails_alone(tmp_path: Path) -> None:
    render_pictures(tmp_path / "a", {"x": PATTERN["x"]})
    with pytest.raises(NoPictures, match="has no folder of b.avi"):
        flow_in(tmp_path).render(clip_of("b.avi", [0]))
    with pytest.raises(NoPictures, match="none is named as in flow_y/y_00001.jpg"):
        flow_in(tmp_path).render(clip_of("a.avi", [0]))
