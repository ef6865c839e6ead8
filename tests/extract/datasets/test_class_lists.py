"""HMDB51 and JHMDB21: one list a class and split, and class names that contain one another."""

from collections.abc import Callable
from pathlib import Path

import pytest

from adf.errors import InputNotFound, InvalidInput
from adf.extract.datasets import DATASETS, VideoList
from adf.extract.datasets.hmdb51 import hmdb51
from tests.extract.datasets.official import FILM_CLASSES, film_name, full_hmdb, full_jhmdb
from tests.extract.datasets.official import hmdb51 as make
from tests.extract.datasets.samples import ODD, Sample, rows_of, touch, write


@pytest.fixture
def sample(tmp_path: Path) -> Sample:
    return make(tmp_path)


def read(sample: Sample, *, unlisted: bool = False) -> VideoList:
    return hmdb51(sample.videos, lists=sample.lists, unlisted=unlisted)


def test_rows_are_the_lists(sample: Sample) -> None:
    videos = read(sample)
    assert videos.classes == tuple(sorted(FILM_CLASSES))
    assert len(videos) == len(FILM_CLASSES) * len(ODD) * 2
    rows = rows_of(videos)
    for label in FILM_CLASSES:
        for film in ODD:
            row = rows[f"{label}/{film_name(film, label, 11)}"]
            assert row[:2] == (label, f"{label}/{film}")
    assert rows["sword/" + film_name(ODD[0], "sword", 0)][2:] == ("train", "test", "")
    assert rows["sword/" + film_name(ODD[4], "sword", 0)][2:] == ("", "test", "train")
    plan = videos.plan()
    assert not any(plan.leaking_groups(split) for split in plan.splits)


def test_a_film_may_be_named_like_its_class(sample: Sample) -> None:
    assert sample.lists
    name = film_name("how_to_climb_u_cm_sword", "climb", 10)
    write(sample.lists / "climb_test_split1.txt", [f"{name} 1 "])
    touch(sample.videos, [f"climb/{name}"])
    assert rows_of(read(sample))[f"climb/{name}"][1] == "climb/how_to_climb_u_cm_sword"


def test_unlisted_videos_are_of_the_class_that_fits_best(sample: Sample) -> None:
    extra = {
        film_name("f", "draw_sword", 0): "draw_sword",
        f"sword/{film_name('g_draw', 'sword', 0)}": "sword",
        f"somewhere/{film_name('h', 'sword_exercise', 0)}": "sword_exercise",
    }
    touch(sample.videos, [*extra, "climb/me.avi"])
    videos = read(sample, unlisted=True)
    rows = rows_of(videos)
    assert {video: rows[video][0] for video in extra} == extra
    assert {rows[video][2:] for video in extra} == {("", "", "")}
    assert videos.unlisted == ("climb/me.avi",)


def test_accents_may_be_encoded_otherwise(sample: Sample) -> None:
    name = f"climb/{film_name('mühle 水', 'climb', 0)}"
    (sample.videos / name).rename(sample.videos / name.replace("ü", "u\u0308"))
    videos = read(sample)
    assert not videos.missing
    assert (
        "1 video is spelled otherwise on the disk than on the lists: " + name in videos.remarks[1]
    )


@pytest.mark.parametrize(
    ("line", "what"),
    [
        (
            "x_climb_u_cm_np1_fr_med_0.avi",
            "is not of the form 'video.avi CODE', CODE being 0, 1 or 2",
        ),
        ("x_climb_u_cm_np1_fr_med_0.avi 3 ", "is not of the form"),
        ("1 ", "is not of the form"),
        ("x_climb_stairs_u_cm_np1_fr_med_0.avi 1 ", "is not named SOURCE_climb_..._np1_..._0; cor"),
        ("_climb_u_cm_np1_fr_med_0.avi 1 ", "is not named SOURCE_climb_..._np1_..._0; correct the"),
    ],
)
def test_a_wrong_line_is_named(sample: Sample, line: str, what: str) -> None:
    assert sample.lists
    file = write(sample.lists / "climb_test_split1.txt", ["", line])
    with pytest.raises(InvalidInput) as caught:
        read(sample)
    assert str(caught.value).startswith(f"{file}, line 2: {line.split(' ')[0]!r}"[:-1])
    assert what in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_video_of_two_classes_is_refused(sample: Sample) -> None:
    assert sample.lists
    # The film 'f_draw' with a sword, or the film 'f' with drawing one?
    files = [sample.lists / f"{label}_test_split3.txt" for label in ("draw_sword", "sword")]
    for file in files:
        write(file, [f"{film_name('f', 'draw_sword', 0)} 1 "])
    text = f"^{files[1]}, line 1: .* is 'sword' here and 'draw_sword' in {files[0]}, line 1; corr"
    with pytest.raises(InvalidInput, match=text):
        read(sample)


def test_a_lost_list_is_named(sample: Sample) -> None:
    assert sample.lists
    lost = sample.lists / "sword_test_split2.txt"
    lost.unlink()
    with pytest.raises(InputNotFound, match=f"^{lost} is not there, but other lists of 'sword'"):
        read(sample)


def test_lists_in_two_places_are_refused(sample: Sample) -> None:
    assert sample.lists
    for name in ("old", "new"):
        write(sample.lists / "up" / name / "climb_test_split1.txt", [])
    sample.lists = sample.lists / "up"
    with pytest.raises(InvalidInput, match="up: both new and old hold some lists of hmdb51 "):
        read(sample)


FULL = [("hmdb51", full_hmdb, 6766), ("jhmdb21", full_jhmdb, 928)]


@pytest.mark.parametrize(("name", "make_lists", "videos"), FULL)
def test_the_full_lists_have_the_official_numbers(
    tmp_path: Path,
    name: str,
    make_lists: Callable[[Path], list[str]],
    videos: int,
) -> None:
    names = make_lists(tmp_path / "lists")
    # Counts are those of the lists, whatever is missing on the disk.
    touch(tmp_path / "videos", names[::7])
    found = DATASETS[name](tmp_path / "videos", lists=tmp_path / "lists")
    assert len(found) + len(found.missing) == videos
    assert set(found.frame["video"]) == set(names[::7])
    assert found.remarks == ()
    file = sorted((tmp_path / "lists").glob("*_split3.txt"))[0]
    file.write_text(file.read_text().replace(" 2", " 1", 1))
    with pytest.raises(
        InvalidInput, match=rf"^{name}, split_3: [\d,]+ train videos on the lists, "
    ):
        DATASETS[name](tmp_path / "videos", lists=tmp_path / "lists")
