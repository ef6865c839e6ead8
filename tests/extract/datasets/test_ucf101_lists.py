"""Lists of UCF101 that are wrong, and those of full size."""

from pathlib import Path

import pytest

from adf.errors import AdfError, InputNotFound, InvalidInput
from adf.extract.datasets import VideoList, disk
from adf.extract.datasets.ucf101 import ucf101
from tests.extract.datasets.official import full_ucf, ucf_name, write_ucf
from tests.extract.datasets.official import ucf101 as make
from tests.extract.datasets.samples import Sample, touch, write


@pytest.fixture
def sample(tmp_path: Path) -> Sample:
    return make(tmp_path)


@pytest.fixture
def full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Sample:
    """All 13,320 videos; the disk is made up, to make no files."""
    classes, names = full_ucf()
    write_ucf(tmp_path, classes, names)
    monkeypatch.setattr(disk, "walk", lambda *_: reversed(names))
    return Sample(tmp_path, tmp_path)


def read(sample: Sample) -> VideoList:
    return ucf101(sample.videos, lists=sample.lists)


def edit(sample: Sample, name: str, old: str, new: str) -> Path:
    """Change one of the lists."""
    assert sample.lists
    file = sample.lists / name
    text = file.read_bytes().decode()
    assert old in text
    file.write_bytes(text.replace(old, new, 1).encode())
    return file


def refused(sample: Sample, kind: type[AdfError] = InvalidInput) -> str:
    with pytest.raises(kind) as caught:
        read(sample)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_two_that_are_equally_alike_are_refused(sample: Sample) -> None:
    name = ucf_name("Hammering", 1, 1)
    (sample.videos / name).unlink()
    touch(sample.videos, [name.replace(".avi", ".mkv"), name.replace(".avi", ".mp4")])
    text = refused(sample)
    assert "both 'Hammering/v_Hammering_g01_c01.mkv' and 'Hammering/v_Hamm" in text
    assert text.endswith("keep one of them")


@pytest.mark.parametrize(
    ("name", "old", "new", "where", "what"),
    [
        ("classInd.txt", "2 ", "3 ", 2, "'3 HammerThrow' is not '2 ClassName'"),
        ("classInd.txt", "2 HammerThrow", "2", 2, "'2' is not '2 ClassName'"),
        ("trainlist02.txt", ".avi 1", ".avi", 1, "is not of the form 'ClassName/video.avi NUMBER'"),
        ("trainlist02.txt", ".avi 1", ".avi 2", 1, "Hammering is number 1, not 2"),
        ("trainlist02.txt", ".avi 1", ".avi 0", 1, "Hammering is number 1, not 0"),
        ("testlist03.txt", "Hammering/v_Hammering", "Sawing/v_Sawing", 1, "a class of classInd"),
        ("testlist03.txt", "_g15", "_x15", 1, "does not name v_..._g01_c01; correct the line"),
        ("testlist03.txt", "_g15_c02", "_g15_c01", 2, "stands in {} already; remove one of them"),
        ("testlist03.txt", "_g15_c01", "\x00", 1, "has a control character; rename the file"),
    ],
)
def test_a_wrong_line_is_named(
    sample: Sample, name: str, old: str, new: str, where: int, what: str
) -> None:
    file = edit(sample, name, old, new)
    text = refused(sample)
    assert text.startswith(f"{file}, line {where}: ")
    assert what.format(f"{file}, line 1") in text


@pytest.mark.parametrize(
    ("old", "new", "line", "what"),
    [
        ("_g15_c02", "_g22_c01", 2, "stands in {} already; remove one of them"),
        ("Hammering/", "HammerThrow/", 1, "is 'Hammering' here and 'HammerThrow' in {}; correct"),
    ],
)
def test_lists_that_contradict_each_other_are_both_named(
    sample: Sample, old: str, new: str, line: int, what: str
) -> None:
    file = edit(sample, "testlist03.txt", old, new)
    text = refused(sample)
    assert text.startswith(f"{sample.lists}/trainlist0")
    assert what.format(f"{file}, line {line}") in text


def test_a_list_that_is_no_text_is_refused(sample: Sample) -> None:
    assert sample.lists
    file = sample.lists / "testlist02.txt"
    file.write_bytes(b"a\nb\n\xff")
    assert refused(sample) == f"{file}, line 3: is not UTF-8 text; save it as UTF-8"


def test_lost_lists_are_named(sample: Sample) -> None:
    assert sample.lists
    for lost in ("trainlist03.txt", "classInd.txt"):
        (sample.lists / lost).unlink()
        assert lost in refused(sample, InputNotFound)
    for file in list(sample.lists.iterdir()):
        file.unlink()
    assert refused(sample, InputNotFound).startswith("no lists of UCF101 (classInd.txt, train")
    write(sample.lists / "classInd.txt", ["1 Hammering"])
    assert "without trainlist01.txt" in refused(sample, InputNotFound)


def test_one_split_is_enough(sample: Sample) -> None:
    assert sample.lists
    for file in sample.lists.glob("*[23].txt"):
        file.unlink()
    assert read(sample).splits == ["split_1"]


def test_the_wrong_folder_is_said(sample: Sample, tmp_path: Path) -> None:
    sample.videos = tmp_path / "lists"
    text = refused(sample, InputNotFound)
    assert text.startswith(f"none of the 24 videos of ucf101 is in {tmp_path / 'lists'}: Hammer")
    assert text.endswith("; is the folder right?")


def test_the_full_lists_have_the_official_numbers(full: Sample) -> None:
    videos = read(full)
    assert len(videos) == 13_320
    assert videos.remarks == ()
    sizes = [videos.frame[split].value_counts().to_dict() for split in videos.splits]
    assert sizes == [
        {"train": 9537, "test": 3783},
        {"train": 9586, "test": 3734},
        {"train": 9624, "test": 3696},
    ]
    assert videos.frame["group"].nunique() == 101 * 25
    assert sum(videos.frame["video"].str.contains("HandStandPushups")) > 100
    assert len(videos.plan()) == 13_320


def test_a_changed_full_list_is_refused(full: Sample) -> None:
    edit(full, "testlist02.txt", "Action009/v_Action009_g08_c01.avi\n", "")
    assert refused(full).startswith(
        "ucf101, split_2: 3,733 test videos on the lists, but 3,734 on the official ones; take the"
    )
