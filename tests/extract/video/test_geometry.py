"""Pictures: what is cut out, its size, its colours, turned and mirrored."""

from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adf.errors import ConfigError
from adf.extract.video.decoding import decode
from adf.extract.video.geometry import Geometry, Painter
from adf.extract.video.recipe import Recipe
from adf.extract.video.sampling import Views, Window
from tests.extract.video.samples import film, numbers, picture

SQUARE = Geometry(width=48, height=48)
WHOLE = Geometry("whole", 171, 128, "stretch")


def paint(image: np.ndarray, *geometries: Geometry, pixels: str = "rgb24") -> list[np.ndarray]:
    frame = av.VideoFrame.from_ndarray(image, format="rgb24").reformat(format=pixels)
    return Painter(geometries).paint(frame)


def test_the_middle_is_cut_out_and_left_as_it_is() -> None:
    image = np.random.default_rng(0).integers(0, 256, (48, 64, 3), np.uint8)
    (square,) = paint(image, SQUARE)
    assert (square == image[:, 8:56]).all()
    (upright,) = paint(image, Geometry(width=20, height=48))
    assert (upright == image[:, 22:42]).all()


@given(*[st.integers(1, 400)] * 4)
def test_the_part_seen_lies_within_and_has_the_proportions(
    w: int, h: int, ow: int, oh: int
) -> None:
    seen_w, seen_h, left, top = Geometry(width=ow, height=oh).source(w, h)
    assert min(left, top) >= 0
    assert left + seen_w <= w
    assert top + seen_h <= h
    assert seen_w == w or seen_h == h
    assert abs(seen_w * oh - seen_h * ow) <= max(ow, oh) or min(seen_w, seen_h) == 1


def test_colours_are_those_of_the_frame() -> None:
    image = np.zeros((48, 64, 3), np.uint8)
    for colour in ((255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255), (0, 0, 0)):
        image[:] = colour
        for pixels in ("rgb24", "bgr24", "yuv420p", "yuv444p", "yuvj420p", "nv12", "yuv420p10le"):
            for drawn in paint(image, SQUARE, WHOLE, pixels=pixels):
                assert np.abs(drawn.reshape(-1, 3).astype(int) - colour).max() <= 3, pixels


def test_one_decoding_serves_every_size(tmp_path: Path) -> None:
    path = film(tmp_path / "film.mp4", frames=12)
    windows = [Window(), Window(flip=True)]
    both = decode(path, windows, Recipe(Views(length=12), (SQUARE, WHOLE)))
    assert both.arrays["whole"].shape == (2, 12, 128, 171, 3)
    for geometry in (SQUARE, WHOLE):
        alone = decode(path, windows, Recipe(Views(length=12), (geometry,)))
        assert (alone.arrays[geometry.name] == both.arrays[geometry.name]).all()
        first, mirrored = both.arrays[geometry.name]
        assert (mirrored == first[:, :, ::-1]).all()
    border = both.arrays["whole"][0, :, 20:-20, :15].astype(int)
    assert np.abs(border - 128).max() < 40


def test_frames_that_change_their_size_get_a_new_graph() -> None:
    painter = Painter([SQUARE])
    for width, height in ((64, 48), (320, 240), (48, 64), (64, 48)):
        frame = av.VideoFrame.from_ndarray(picture(1234, width, height))
        assert numbers(painter.paint(frame)[0]) == 1234


def test_frames_too_large_are_refused() -> None:
    frame = av.VideoFrame(10000, 10000, "gray")
    with pytest.raises(ValueError, match="10000x10000 pixels are too large"):
        Painter([SQUARE]).paint(frame)


def test_provenance_names_what_changes_values() -> None:
    recipe = Recipe(Views(count=2, stride=3), (SQUARE, WHOLE))
    assert recipe.provenance("square") == {
        "name": "crop-bilinear/1",
        "size": [48, 48],
        "views": 2,
        "clip_length": 16,
        "stride": 3,
        "fps": None,
        "short": "loop",
    }
    assert recipe.provenance("whole")["name"] == "stretch-bilinear/1"
    assert Recipe.from_json(recipe.as_json()) == recipe


def test_sizes_that_cannot_be_are_refused() -> None:
    with pytest.raises(ConfigError, match="no fit 'pad'"):
        Geometry(fit="pad")
    with pytest.raises(ConfigError, match="0x112 is no size"):
        Geometry(width=0)
    with pytest.raises(ConfigError, match="all different"):
        Recipe(Views(), (SQUARE, SQUARE))
