"""Pictures made by other programs: found by name and number, cut, scaled, or missed."""

import os
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from adf.extract.modalities.clip import Clip, NoPictures
from adf.extract.modalities.frames import FLOW_X, FLOW_Y, POSE, Names, mirrored, read_pictures
from adf.extract.modalities.pose import PoseSettings, make_pose
from adf.extract.video.geometry import Geometry, Painter
from tests.extract.pose.samples import FRAMES, SIZE, VIDEO, clip, noise, picture_folder

# As large as what is cut out of the pictures, so that nothing is scaled.
WHOLE = Geometry("square", VIDEO[1], VIDEO[1])
LEFT = (VIDEO[0] - VIDEO[1]) // 2
LAYOUTS: dict[str, tuple[Names, str]] = {
    "autodeepfuse-pose": (POSE, "frames/img_{:05d}.png"),
    "autodeepfuse-x": (FLOW_X, "flow_x/x_{:05d}.png"),
    "autodeepfuse-y": (FLOW_Y, "flow_y/y_{:05d}.png"),
    "mars-pose": (POSE, "{:05d}.png"),
    "mars-x": (FLOW_X, "TVL1jpg_x_{:05d}.png"),
    "mars-y": (FLOW_Y, "TVL1jpg_y_{:05d}.png"),
}


def cut(number: int, shape: tuple[int, ...] = (3,)) -> np.ndarray:
    return noise(VIDEO[1], VIDEO[0], *shape, seed=number)[:, LEFT : LEFT + VIDEO[1]]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_frame_is_the_picture_of_the_next_number(layout: str, tmp_path: Path) -> None:
    names, pattern = LAYOUTS[layout]
    picture_folder(tmp_path / "swing" / "v", pattern)
    # All of MARS's pictures lie in one folder.
    (tmp_path / "swing" / "v" / "other_00001.png").touch()
    shown = clip(Path("/videos/swing/v.avi"), WHOLE, frames=[0, 3, 3, 5])
    found = read_pictures(tmp_path, shown, WHOLE, names)
    assert (found == np.stack([cut(number) for number in (1, 4, 4, 6)])).all()
    flipped = Clip(shown.path, shown.pixels, shown.frames, flip=True)
    assert (read_pictures(tmp_path, flipped, WHOLE, names) == found[:, :, ::-1]).all()


def test_grey_pictures_are_read_as_such(tmp_path: Path) -> None:
    picture_folder(tmp_path / "v", "flow_x/x_{:05d}.png", mode="L")
    found = read_pictures(tmp_path, clip(Path("v.avi"), WHOLE), WHOLE, FLOW_X, mode="L")
    assert (found == np.stack([cut(number + 1, ()) for number in range(FRAMES)])).all()


def test_scaling_is_that_of_the_video(tmp_path: Path) -> None:
    rough = Image.fromarray(noise(12, 16, 3))
    smooth = np.asarray(rough.resize((320, 240), Image.Resampling.BICUBIC))
    (tmp_path / "v").mkdir()
    Image.fromarray(smooth).save(tmp_path / "v" / "00001.jpg", quality=98)
    square = Geometry("square", 64, 64)
    frame = av.VideoFrame.from_ndarray(smooth, format="rgb24")
    (expected,) = Painter([square]).paint(frame)
    found = read_pictures(tmp_path, clip(Path("v.avi"), square, frames=[0]), square, POSE)[0]
    assert np.abs(found.astype(int) - expected).mean() < 2
    assert np.abs(found[:, ::-1].astype(int) - expected).mean() > 20


def test_the_longest_end_of_a_path_is_taken(tmp_path: Path) -> None:
    for place in ("swing/v", "v", "deep/swing/v"):
        (tmp_path / place).mkdir(parents=True)
    for video, expected in {
        "/data/swing/v.avi": "swing/v",
        "/data/deep/swing/v.avi": "deep/swing/v",
        "/data/jump/v.avi": "v",
        "swing/v.x.avi": None,
    }.items():
        found = mirrored(tmp_path, Path(video))
        assert found == (expected and tmp_path / expected)


def test_a_short_gap_is_stood_in_for_by_the_picture_before(tmp_path: Path) -> None:
    folder = picture_folder(tmp_path / "v", "frames/img_{:05d}.png")
    (folder / "frames" / "img_00003.png").unlink()
    shown = clip(Path("v.avi"), WHOLE, frames=[2, 3, 5])
    found = read_pictures(tmp_path, shown, WHOLE, POSE)
    assert (found == np.stack([cut(number) for number in (2, 4, 6)])).all()
    end = Clip(shown.path, shown.pixels, np.array([5, 6, 8]))
    assert (read_pictures(tmp_path, end, WHOLE, POSE) == cut(6)).all()
    beyond = Clip(shown.path, shown.pixels, np.array([5, 6, 9]))
    with pytest.raises(NoPictures, match="no pictures 7 to 10, only 1 to 6: make one of each"):
        read_pictures(tmp_path, beyond, WHOLE, POSE)


def test_nothing_comes_before_the_first_picture(tmp_path: Path) -> None:
    folder = picture_folder(tmp_path / "v", "{:05d}.png")
    (folder / "00001.png").unlink()
    with pytest.raises(NoPictures, match="no pictures 1 to 1, only 2 to 6"):
        read_pictures(tmp_path, clip(Path("v.avi"), WHOLE), WHOLE, POSE)


def test_folders_without_pictures(tmp_path: Path) -> None:
    shown = clip(Path("/videos/swing/v.avi"), WHOLE)
    with pytest.raises(NoPictures, match=r"has no folder of v.avi"):
        read_pictures(tmp_path, shown, WHOLE, POSE)
    (tmp_path / "v" / "frames").mkdir(parents=True)
    os.mkfifo(tmp_path / "v" / "frames" / "img_00001.jpg")
    for name in ("img_1.jpg", "img_00001.gif", "img_00001.jpg.tmp", "x_00001.jpg"):
        (tmp_path / "v" / "frames" / name).touch()
    with pytest.raises(NoPictures, match=r"none is named as in frames/img_00001.jpg, 00001.jpg"):
        read_pictures(tmp_path, shown, WHOLE, POSE)


def bomb(path: Path) -> None:
    Image.new("1", (10000, 9000)).save(path, "PNG")


def large(path: Path) -> None:
    Image.new("1", (8300, 8300)).save(path, "PNG")


def deep(path: Path) -> None:
    Image.fromarray(np.full((30, 40), 3000, np.uint16)).save(path, "PNG")


def gif(path: Path) -> None:
    Image.new("RGB", (40, 30)).save(path, "GIF")


def short(path: Path) -> None:
    Image.fromarray(noise(30, 40, 3)).save(path, "JPEG")
    path.write_bytes(path.read_bytes()[:700])


def text(path: Path) -> None:
    path.write_text("no picture\n")


def empty(path: Path) -> None:
    path.write_bytes(b"")


@pytest.mark.parametrize("write", [bomb, large, deep, gif, short, text, empty])
def test_what_is_no_picture_costs_one_clip(write: Callable[[Path], None], tmp_path: Path) -> None:
    folder = picture_folder(tmp_path / "v", "{:05d}.png")
    write(folder / "00003.png")
    with pytest.raises(NoPictures, match=r"^cannot read picture .*00003.png: ") as caught:
        read_pictures(tmp_path, clip(Path("v.avi"), WHOLE), WHOLE, POSE)
    assert "\n" not in str(caught.value)
    read_pictures(tmp_path, clip(Path("v.avi"), WHOLE, frames=[0, 1]), WHOLE, POSE)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA"])
def test_pictures_of_every_colouring_are_read(mode: str, tmp_path: Path) -> None:
    (tmp_path / "v").mkdir()
    Image.new("RGB", VIDEO, (255, 255, 255)).convert(mode).save(tmp_path / "v" / "00001.png")
    found = read_pictures(tmp_path, clip(Path("v.avi"), WHOLE, frames=[0]), WHOLE, POSE)
    assert (found == 255).all()


def test_as_a_modality(tmp_path: Path) -> None:
    picture_folder(tmp_path / "swing" / "v", "frames/img_{:05d}.png")
    modality = make_pose(PoseSettings(method="frames", folder=str(tmp_path)), SIZE)
    shown = clip(Path("swing/v.avi"), modality.geometry)
    assert modality.geometry == Geometry("square", SIZE, SIZE)
    found = modality.render(shown)
    assert (found == read_pictures(tmp_path, shown, modality.geometry, POSE)).all()
