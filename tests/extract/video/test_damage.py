"""Files cut short or spoilt: what is still there is shown, and what is missing is said."""

import random
from pathlib import Path

import pytest

from adf.extract.video.container import Source
from adf.extract.video.sampling import Window
from tests.extract.video.samples import film, numbers
from tests.extract.video.test_inputs import FRAMES, look, reason

MPEG4 = {"sc_threshold": "1000000000"}


def cut(path: Path, share: float) -> Path:
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    return path


def spoil(path: Path) -> Path:
    """Overwrite a tenth of the bytes, in the middle."""
    data = bytearray(path.read_bytes())
    middle, length = len(data) // 2, len(data) // 10
    data[middle : middle + length] = random.Random(1).randbytes(length)
    path.write_bytes(data)
    return path


def test_a_film_cut_short(tmp_path: Path) -> None:
    films = {
        "avi": film(tmp_path / "film.avi", "mpeg4", MPEG4, size=(320, 240)),
        "mkv": film(tmp_path / "film.mkv", size=(320, 240)),
        "mp4": film(tmp_path / "a.mp4", size=(320, 240), muxer={"movflags": "faststart"}),
    }
    for kind, path in films.items():
        whole = look(path).arrays["square"][0]
        assert " of " in reason(cut(path, 0.6), "partial")
        done = look(path, 8, [Window(stop=8)])
        assert done.outcomes[0].status == "partial"
        assert (done.arrays["square"][0] == whole[:8]).all(), kind


def test_frames_dropped_in_avi_are_not_missing(tmp_path: Path) -> None:
    times = [*range(0, 60, 3), *range(60, 300, 7)]
    path = film(tmp_path / "film.avi", "mjpeg", frames=len(times), times=times, size=(320, 240))
    with Source(path) as source:
        assert source.stream.frames > 5 * len(times)
    done = look(path, len(times))
    assert [(o.status, o.reason) for o in done.outcomes] == [("ok", "")]
    assert numbers(done.arrays["square"][0]).tolist() == list(range(len(times)))
    data = path.read_bytes()
    # Frames that are lost, not dropped, are missing as ever, in the middle too.
    starts = [at for at in range(len(data)) if data[at : at + 3] == b"\xff\xd8\xff"]
    path.write_bytes(data[: starts[8]] + data[starts[40] :])
    assert " of 299 frames" in reason(path, "partial")
    path.write_bytes(data)
    reason(cut(path, 0.6), "partial")


def test_an_index_at_the_end_cut_off(tmp_path: Path) -> None:
    path = cut(film(tmp_path / "film.mp4"), 0.6)
    assert reason(path) == "is no video that can be read: Invalid data found when processing input"
    path = film(tmp_path / "first.mp4", muxer={"movflags": "faststart"})
    whole = path.read_bytes()
    for size in (300, 406, 1000):
        path.write_bytes(whole[:size])
        assert reason(path)


@pytest.mark.parametrize(("name", "codec"), [("film.avi", "mpeg4"), ("film.mp4", "libx264")])
def test_a_spoilt_middle(tmp_path: Path, name: str, codec: str) -> None:
    path = film(tmp_path / name, codec, MPEG4 if codec == "mpeg4" else {}, size=(320, 240))
    whole = look(path).arrays["square"][0]
    reason(spoil(path), "partial")
    done = look(path)
    seen = numbers(done.arrays["square"][0]).tolist()
    # AVI counts packets, and some were not found any more; the films of other formats keep time.
    there = len(set(done.frames[0].tolist()))
    assert there >= 50 if codec == "mpeg4" else there == FRAMES
    assert seen[there - 5 : there] == list(range(FRAMES - 5, FRAMES))
    assert (done.arrays["square"][0, :15] == whole[:15]).all()


def test_a_frame_that_is_lost_is_stood_in_for_by_the_one_before(tmp_path: Path) -> None:
    path = film(tmp_path / "film.avi", "mjpeg", frames=20)
    data = bytearray(path.read_bytes())
    starts = [at for at in range(len(data)) if data[at : at + 3] == b"\xff\xd8\xff"]
    for begin, end in ((starts[10], starts[11] - 8), (starts[11], starts[12] - 8)):
        data[begin:end] = bytes(end - begin)
    path.write_bytes(data)
    done = look(path, 20)
    wanted = [*range(10), 9, 9, *range(12, 20)]
    assert numbers(done.arrays["square"][0]).tolist() == wanted
    (outcome,) = done.outcomes
    assert outcome.status == "partial"
    assert outcome.reason.endswith("2 of 20 frames stood in for by the one before")
    assert look(path, 4, [Window(0, 4)]).outcomes[0].status == "ok"
