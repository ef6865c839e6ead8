"""A CSV file of the user's own."""

from pathlib import Path

import pytest

from adf.errors import AdfError, ConfigError, InputNotFound, InvalidInput
from adf.extract.datasets.manifest import csv
from tests.extract.datasets.samples import ODD, rows_of, touch, write
from tests.extract.datasets.samples import csv as make


def manifest(place: Path, *lines: str, end: str = "\n") -> Path:
    touch(place, ["x.avi", "y.avi"])
    return write(place / "list.csv", lines, end)


def refused(file: Path, kind: type[AdfError] = InvalidInput) -> str:
    with pytest.raises(kind) as caught:
        csv(None, lists=file)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_rows_are_the_lines(tmp_path: Path) -> None:
    make(tmp_path)
    videos = csv(tmp_path)
    assert videos.classes == ("9", "10")
    columns = ["video", "label", "group", "start", "stop", "mood", "split_1", "split_2"]
    assert list(videos.frame.columns) == columns
    row = ("10", "film0", 1, -1, "x", "train", "test")
    assert rows_of(videos)[f"10/{ODD[1]}.mp4"] == row
    clips = videos.plan(2).frame
    assert list(clips["start"][:4]) == [2, 2, 0, 0]
    assert set(clips["mood"]) == {"x"}


def test_the_shortest_list(tmp_path: Path) -> None:
    videos = csv(None, lists=manifest(tmp_path, "path,label", "./y.avi,b", "x.avi,a"))
    assert rows_of(videos) == {"x.avi": ("a", "x"), "y.avi": ("b", "y")}
    assert videos.plan().splits == []


@pytest.mark.parametrize("end", ["\r\n", "\n\n", "\r"])
def test_spaces_line_ends_and_a_mark_at_the_start(tmp_path: Path, end: str) -> None:
    lines = ["\ufeffpath , label,split", ' "x.avi" , a b ,Validation', "y.avi,c,"]
    file = manifest(tmp_path, *lines[:1], lines[1].strip().replace('" ,', '",'), lines[2], end=end)
    rows = rows_of(csv(None, lists=file))
    assert rows == {"x.avi": ("a b", "x", "val"), "y.avi": ("c", "y", "")}


def test_paths_start_at_the_list_or_the_videos(tmp_path: Path) -> None:
    touch(tmp_path / "far", ["x.avi"])
    file = write(tmp_path / "lists" / "mine.CSV", ["path,label", "x.avi,a"])
    assert csv(tmp_path / "far", lists=file).folder == tmp_path / "far"
    assert csv(tmp_path / "far", lists=file.parent).folder == tmp_path / "far"
    assert "none of the 1 video of csv is in" in refused(file, InputNotFound)
    with pytest.raises(InputNotFound, match="nowhere cannot be read"):
        csv(tmp_path / "nowhere", lists=file)
    assert "cannot be read: No such file" in refused(tmp_path / "no.csv", InputNotFound)
    write(file.with_name("other.csv"), [])
    assert "both mine.CSV and other.csv may be the list" in refused(file.parent)


def test_case_may_differ_but_nothing_is_taken_twice(tmp_path: Path) -> None:
    touch(tmp_path, ["a/v.AVI", ".hidden/v.avi"])
    file = manifest(tmp_path, "path,label", "a/v.avi,a", ".hidden/v.avi,a", "v.avi,a")
    videos = csv(None, lists=file)
    assert set(rows_of(videos)) == {"a/v.AVI", ".hidden/v.avi"}
    assert videos.missing == ("v.avi",)
    assert "1 video is spelled otherwise on the disk than on the lists: a/v.avi" in " ".join(
        videos.remarks
    )
    file = manifest(tmp_path, "path,label", "a/v.avi,a", "a/V.avi,b")
    assert "'a/V.avi' and 'a/v.avi' of the lists would both be 'a/v.AVI'" in refused(file)


@pytest.mark.parametrize(
    ("lines", "what"),
    [
        (["path,split", "x.avi,train"], ": has no column 'label'; it has: path, split"),
        (["path;label", "x.avi;a"], " it has: path;label (cells are separated by ';' here: s"),
        (["path\tlabel", "x.avi\ta"], "label (cells are separated by tabs here: save it with com"),
        ([], ": has no column 'path'; it has: "),
        (["path,label"], " has no rows; write one a video below 'path,label'"),
        (["path,label,split,split_1"], ": has the column 'split_1' twice; remove one of them"),
        (["path,label,video"], ": the column 'video' has a meaning of its own; rename it"),
        (["path,label,,"], ": a column has no name in the first line; give it one"),
        (["path,label", "x.avi,a,b"], ", line 2: has not 2 cells as the first line; put quot"),
        (["path,label", "", "x.avi"], ", line 3: has not 2 cells as the first line"),
        (["path,label", "x.avi,"], ", line 2: the label '' is empty or not printable"),
        (["path,label", '"x.avi","a\nb"'], ", line 3: the label 'a\\nb' is empty or not print"),
        (["path,label", '"x.avi,a', "y.avi,b"], ", line 2: is not CSV: unexpected end of data"),
        (["path,label,split", "x.avi,a,dev"], ", line 2: split 'dev' is not train, val, test or"),
        (["path,label,split_b", "x.avi,a,1"], ", line 2: split_b '1' is not train, val, test or"),
        (["path,label,start", "x.avi,a,one"], ", line 2: start and stop are numbers of frames: "),
        (["path,label,start", "x.avi,a,-2"], ", line 2: no frame is from -2 to -1; correct start"),
        (["path,label,start,stop", "x.avi,a,5,5"], ", line 2: no frame is from 5 to 5"),
        (["path,label", "x.avi,a", "./x.avi,a"], "line 3: 'x.avi' stands in "),
        (["path,label", "x.avi,a", "x.avi,b"], ", line 3: 'x.avi' is 'b' here and 'a' in "),
    ],
)
def test_a_wrong_list_is_refused(tmp_path: Path, lines: list[str], what: str) -> None:
    file = manifest(tmp_path, *lines)
    text = refused(file)
    assert text.startswith(str(file))
    assert what in text


def test_a_video_without_a_line_has_no_label(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="add them to the CSV file"):
        csv(tmp_path, unlisted=True)
