"""Whatever a file is, there is an outcome with its reason, and what can be seen is right."""

import random
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from adf.errors import InvalidInput
from adf.extract.video.decoding import Decoded, decode
from adf.extract.video.recipe import Recipe
from adf.extract.video.sampling import Views, Window
from tests.extract.video.samples import film, numbers, sound

FRAMES = 60


def look(path: Path, length: int = FRAMES, windows: Sequence[Window] = (Window(),)) -> Decoded:
    return decode(path, windows, Recipe(Views(length=length)))


def shown(path: Path, length: int = FRAMES) -> list[int]:
    done = look(path, length)
    assert [(o.status, o.reason) for o in done.outcomes] == [("ok", "")]
    found: list[int] = numbers(done.arrays["square"][0]).tolist()
    assert done.frames[0].tolist() == found
    return found


def reason(path: Path, status: str = "failed") -> str:
    done = look(path)
    (outcome,) = done.outcomes
    assert outcome.status == status
    assert outcome.reason
    assert "\n" not in outcome.reason
    if status == "failed":
        assert not any(array.any() for array in done.arrays.values())
        assert (done.frames == -1).all()
        assert np.isnan(done.seconds).all()
    return outcome.reason


@pytest.mark.parametrize(
    ("name", "codec", "pixels", "size"),
    [
        ("large.mp4", "libx264", "yuv420p", (1920, 1080)),
        ("odd.avi", "mpeg4", "yuv420p", (321, 241)),
        ("odd.mp4", "libx264", "yuv444p", (321, 241)),
        ("deep.mp4", "libx264", "yuv420p10le", (64, 48)),
        ("grey.mp4", "libx264", "gray", (64, 48)),
        ("grey.mkv", "ffv1", "gray", (64, 48)),
        ("wide.mp4", "libx264", "yuv422p", (320, 64)),
        ("tall.mp4", "libx264", "yuv420p", (48, 320)),
        ("rgb.avi", "rawvideo", "bgr24", (64, 48)),
    ],
)
def test_frames_of_any_kind(
    tmp_path: Path, name: str, codec: str, pixels: str, size: tuple[int, int]
) -> None:
    path = film(tmp_path / name, codec, frames=10, size=size, pixels=pixels)
    assert shown(path, 10) == list(range(10))


def test_one_frame_is_shown_again(tmp_path: Path) -> None:
    done = look(film(tmp_path / "one.mp4", frames=1), 5)
    assert done.outcomes[0].status == "ok"
    assert done.frames.tolist() == [[0] * 5]


def test_any_name(tmp_path: Path) -> None:
    for name in (
        "with space.mp4",
        "čas_時間 é.mp4",
        "100%03d.mp4",
        "file:a.mp4",
        "-i.mp4",
        "a'b\".mp4",
    ):
        assert shown(film(tmp_path / "plain.mp4", frames=3).rename(tmp_path / name), 3) == [0, 1, 2]


def test_variable_rate_is_read_by_time(tmp_path: Path) -> None:
    times = [0, 1, 2, 3, 10, 20, 21, 22, 30, 31]
    path = film(tmp_path / "vfr.mkv", frames=10, times=times)
    assert shown(path, 10) == list(range(10))
    assert np.allclose(look(path, 10).seconds * 25, times, atol=0.05)
    timed = decode(path, [Window()], Recipe(Views(length=7, fps=Fraction(5))))
    assert numbers(timed.arrays["square"]).tolist() == [[0, 3, 4, 4, 5, 7, 8]]


@pytest.mark.parametrize("turn", [0, 90, 180, 270, -90])
def test_turned_films_are_shown_upright(tmp_path: Path, turn: int) -> None:
    path = film(tmp_path / "turned.mp4", frames=5, turn=turn)
    stored = np.rot90(look(path, 5).arrays["square"], -turn // 90 % 4, axes=(2, 3))
    assert numbers(stored).tolist() == [[0, 1, 2, 3, 4]]


def test_files_that_are_no_videos(tmp_path: Path) -> None:
    assert reason(tmp_path / "missing.mp4") == "cannot be opened: No such file or directory"
    assert reason(tmp_path) == "is a folder, not a video file"
    (tmp_path / "empty.mp4").touch()
    assert reason(tmp_path / "empty.mp4") == "is empty: it has 0 bytes"
    for name in ("text.txt", "text.avi", "text"):
        (tmp_path / name).write_text("No video at all.\n" * 99)
        assert reason(tmp_path / name).startswith("is ")
    (tmp_path / "random.mp4").write_bytes(random.Random(0).randbytes(4000))
    assert reason(tmp_path / "random.mp4").startswith("is no video that can be read: ")
    assert reason(sound(tmp_path / "sound.m4a")) == "has no video stream"
    assert reason(Path("/dev/null")) == "is no regular file"


def test_a_file_cannot_name_other_files(tmp_path: Path) -> None:
    film(tmp_path / "film.ts", frames=5)
    (tmp_path / "list.m3u8").write_text(f"#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:9/{tmp_path}\n")
    assert reason(tmp_path / "list.m3u8")


def test_a_window_without_frames_fails_alone(tmp_path: Path) -> None:
    path = film(tmp_path / "film.mp4", frames=20)
    done = look(path, 4, [Window(), Window(20), Window(25, 30), Window(6, 10, flip=True)])
    assert [outcome.status for outcome in done.outcomes] == ["ok", "failed", "failed", "ok"]
    assert done.outcomes[2].reason == "no frame lies in the window 25:30 of its 20 frames"
    assert done.frames[[0, 3]].tolist() == [[8, 9, 10, 11], [6, 7, 8, 9]]
    assert not done.arrays["square"][1].any()
    with pytest.raises(InvalidInput, match="view 1 is asked for"):
        look(path, 4, [Window(view=1)])
