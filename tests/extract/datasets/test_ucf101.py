"""UCF101 in its official format, and in the formats its copies have."""

from pathlib import Path

import pytest

from adf.extract.datasets import VideoList
from adf.extract.datasets.ucf101 import ucf101
from tests.extract.datasets.official import UCF_CLASSES
from tests.extract.datasets.official import ucf101 as make
from tests.extract.datasets.samples import Sample, rows_of, touch, write


@pytest.fixture
def sample(tmp_path: Path) -> Sample:
    return make(tmp_path)


def read(sample: Sample, *, unlisted: bool = False) -> VideoList:
    return ucf101(sample.videos, lists=sample.lists, unlisted=unlisted)


def test_rows_are_the_lists(sample: Sample) -> None:
    videos = read(sample)
    assert videos.classes == tuple(UCF_CLASSES)
    assert len(videos) == 3 * 4 * 2
    rows = rows_of(videos)
    assert rows["Hammering/v_Hammering_g01_c02.avi"] == (
        *("Hammering", "Hammering/g01", "test", "train", "train"),
    )
    assert rows["HandstandPushups/v_HandStandPushups_g22_c01.avi"] == (
        *("HandstandPushups", "HandstandPushups/g22", "train", "train", "train"),
    )
    assert videos.remarks == ("3 of the 101 classes of ucf101 are listed; counts not checked",)
    plan = videos.plan()
    assert not any(plan.leaking_groups(split) for split in plan.splits)


@pytest.mark.parametrize("end", ["\r\n", " \n", "\r", "\n\n \n"])
def test_line_ends_and_blank_lines(sample: Sample, end: str) -> None:
    assert sample.lists
    wanted = read(sample).plan().digest
    for file in sample.lists.iterdir():
        write(file, file.read_text().splitlines(), end)
    first = sample.lists / "testlist01.txt"
    first.write_bytes(b"\xef\xbb\xbf" + first.read_bytes())
    assert read(sample).plan().digest == wanted


def test_lists_without_folders_and_with_the_other_spelling(sample: Sample) -> None:
    wanted = read(sample).plan().digest
    assert sample.lists
    for file in sample.lists.glob("t*.txt"):
        lines = file.read_text().splitlines()
        bare = [line.split("/")[1] for line in lines]
        write(file, bare)
    assert read(sample).plan().digest == wanted
    write(sample.lists / "classInd.txt", ["1 Hammering", "2 HammerThrow", "3 HandStandPushups"])
    other = read(sample)
    assert other.classes[2] == "HandStandPushups"
    assert set(other.frame["label"]) == set(other.classes)


def test_the_lists_may_lie_among_the_videos_or_a_folder_below(sample: Sample) -> None:
    assert sample.lists
    wanted = read(sample).plan().digest
    below = sample.videos / "ucfTrainTestlist"
    sample.lists.rename(below)
    assert ucf101(sample.videos).plan().digest == wanted
    for file in below.iterdir():
        touch(sample.videos, [f"._{file.name}"])
        file.rename(sample.videos / file.name)
    assert ucf101(sample.videos).plan().digest == wanted


def test_a_copy_in_another_container_is_found_and_said(sample: Sample) -> None:
    for video in list(sample.videos.rglob("*.avi")):
        suffix = ".AVI" if "Throw" in video.name else ".mp4"
        video.rename(video.with_suffix(suffix))
    videos = read(sample)
    assert len(videos) == 24
    assert not videos.missing
    assert videos.remarks[1].startswith(
        "24 videos are spelled otherwise on the disk than on the lists: "
        "HammerThrow/v_HammerThrow_g01_c01.avi -> HammerThrow/v_HammerThrow_g01_c01.AVI, "
    )
    # Of two with the same stem the one that is spelled as listed is meant.
    touch(sample.videos, ["HammerThrow/v_HammerThrow_g01_c01.avi"])
    videos = read(sample)
    assert videos.unlisted == ("HammerThrow/v_HammerThrow_g01_c01.AVI",)


def test_unlisted_videos_can_be_taken(sample: Sample) -> None:
    extra = ["Hammering/v_Hammering_g30_c01.avi", "Hammering/me.avi", "v_Swing_g01_c01.avi"]
    touch(sample.videos, extra)
    assert read(sample).unlisted == tuple(sorted(extra))
    videos = read(sample, unlisted=True)
    assert len(videos) == 25
    assert rows_of(videos)[extra[0]] == ("Hammering", "Hammering/g30", "", "", "")
    assert videos.unlisted == ("Hammering/me.avi", "v_Swing_g01_c01.avi")
