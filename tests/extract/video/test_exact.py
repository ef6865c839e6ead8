"""Every frame is the one asked for, however it was reached."""

from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adf.extract.video.container import Source
from adf.extract.video.decoding import decode
from adf.extract.video.frames import Frameserver
from adf.extract.video.geometry import Geometry
from adf.extract.video.index import read_index
from adf.extract.video.recipe import Recipe
from adf.extract.video.sampling import Views, Window
from tests.extract.video.samples import KINDS, film, numbers

FRAMES = 150


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder, made = tmp_path_factory.mktemp("films"), {}
    for kind, (codec, name, options) in KINDS.items():
        if codec in av.codecs_available:
            made[kind] = film(folder / name, codec, options, frames=FRAMES)
    return made


@pytest.fixture(params=KINDS)
def path(request: pytest.FixtureRequest, films: dict[str, Path]) -> Path:
    if request.param not in films:
        pytest.skip(f"no encoder for {request.param}")
    return films[request.param]


def test_a_whole_film(path: Path) -> None:
    done = decode(path, [Window()], Recipe(Views(length=FRAMES)))
    assert [(o.status, o.reason) for o in done.outcomes] == [("ok", "")]
    assert done.frames.tolist() == [list(range(FRAMES))]
    assert numbers(done.arrays["square"]).tolist() == done.frames.tolist()
    assert np.allclose(np.diff(done.seconds), 1 / 25, atol=0.002)


def test_every_frame_alone_is_the_one_of_the_whole_film(path: Path) -> None:
    recipe = Recipe(Views(length=1), (Geometry(width=32, height=32),))
    whole = decode(path, [Window()], Recipe(Views(length=FRAMES), recipe.geometries))
    for number in range(0, FRAMES, 7):
        alone = decode(path, [Window(number)], Recipe(Views(length=1), recipe.geometries))
        one = decode(path, [Window(number, number + 1)], recipe)
        assert one.frames.item() == number
        assert one.arrays["square"][0, 0].tobytes() == whole.arrays["square"][0, number].tobytes()
        assert alone.outcomes == one.outcomes


def test_several_views_in_one_call_are_those_of_the_whole_film(path: Path) -> None:
    recipe = Recipe(Views(count=5, length=4, stride=3), (Geometry(width=32, height=32),))
    whole = decode(path, [Window()], Recipe(Views(length=FRAMES), recipe.geometries))
    windows = [Window(view=v) for v in (3, 0, 4, 1, 2)] + [Window(5, 9), Window(20, 21)]
    done = decode(path, windows, recipe)
    assert {outcome.status for outcome in done.outcomes} == {"ok"}
    assert (done.arrays["square"] == whole.arrays["square"][0][done.frames]).all()


@given(wanted=st.sets(st.integers(0, FRAMES - 1), min_size=1, max_size=12))
def test_any_frames_in_one_pass(films: dict[str, Path], wanted: set[int]) -> None:
    for kind in ("h264-open-gop", "mpeg4-b-avi"):
        with Source(films[kind]) as source:
            index = read_index(source)
            server = Frameserver(source, index, np.array(sorted(wanted)))
            found = {number: frame.pts for number, frame in server}
        pts = index.timeline.pts
        assert pts is not None
        assert found == {number: pts[number] for number in wanted}
        assert (server.errors, server.corrupt, server.stand_ins) == (0, 0, 0)


@pytest.mark.parametrize("kind", ["h264-mp4", "h264-mkv", "mpeg4-b-avi"])
def test_a_clip_decodes_few_frames(
    films: dict[str, Path], kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    decoded = []
    genuine = Frameserver._decode

    def counted(self: Frameserver, packets: object) -> object:
        for frame in genuine(self, packets):  # type: ignore[arg-type]
            decoded.append(frame)
            yield frame

    monkeypatch.setattr(Frameserver, "_decode", counted)
    done = decode(films[kind], [Window(100, 104)], Recipe(Views(length=4)))
    assert numbers(done.arrays["square"]).tolist() == [[100, 101, 102, 103]]
    assert len(decoded) < 24


def test_times_that_are_those_of_decoding_are_not_believed(films: dict[str, Path]) -> None:
    for kind, path in films.items():
        with Source(path) as source:
            assert read_index(source).timed == (kind != "h264-avi"), kind
