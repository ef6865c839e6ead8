"""Folders whose names are the classes."""

from pathlib import Path

import pytest

from adf.errors import AdfError, ConfigError, InputNotFound, InvalidInput
from adf.extract.datasets.folder import folder
from tests.extract.datasets.samples import ODD, rows_of, touch
from tests.extract.datasets.samples import folder as make


def refused(place: Path, kind: type[AdfError] = InvalidInput) -> str:
    with pytest.raises(kind) as caught:
        folder(place)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_sub_folders_are_classes(tmp_path: Path) -> None:
    names = [f"{label}/{name}.mp4" for label in ("a", "a b", "a_b") for name in ODD]
    touch(tmp_path, [*names, "a/actor 1/x.MOV", "a/note.txt", "docs/readme.txt"])
    (tmp_path / "empty").mkdir()
    videos = folder(tmp_path)
    rows = rows_of(videos)
    assert videos.classes == ("a", "a b", "a_b")
    assert videos.splits == []
    assert set(rows) == {*names, "a/actor 1/x.MOV"}
    assert rows["a/actor 1/x.MOV"] == ("a", "a/actor 1/x")
    assert rows[f"a b/{ODD[0]}.mp4"] == ("a b", f"a b/{ODD[0]}")
    assert videos.remarks == ("2 folders without a video left out: docs, empty",)


def test_numbers_are_sorted_as_numbers(tmp_path: Path) -> None:
    touch(tmp_path, [f"{label}/x.avi" for label in range(12)])
    assert folder(tmp_path).classes == tuple(str(n) for n in range(12))
    touch(tmp_path, ["a/x.avi"])
    assert folder(tmp_path).classes[:3] == ("0", "1", "10")


def test_top_folders_are_splits(tmp_path: Path) -> None:
    make(tmp_path)
    (tmp_path / "test" / "c").mkdir()
    videos = folder(tmp_path)
    assert videos.classes == ("a", "b")
    assert videos.remarks == ("1 folder without a video left out: c",)
    rows = rows_of(videos)
    assert rows[f"Validation/b/{ODD[1]}.mp4"] == ("b", f"Validation/b/{ODD[1]}", "val")
    assert videos.frame["split_1"].value_counts().to_dict() == dict.fromkeys(
        ("train", "val", "test"), 12
    )


def test_a_class_may_be_called_train(tmp_path: Path) -> None:
    touch(tmp_path, ["train/x.avi", "bus/x.avi"])
    assert folder(tmp_path).classes == ("bus", "train")


def test_two_that_differ_in_the_extension_are_one_film(tmp_path: Path) -> None:
    touch(tmp_path, ["a/x.avi", "a/x.mp4", "a/X.mp4", "b/x.avi"])
    assert list(folder(tmp_path).frame["group"]) == ["a/X", "a/x", "a/x", "b/x"]


@pytest.mark.parametrize(
    ("names", "what"),
    [
        (["a/x.avi", "y.avi"], "'y.avi' is in the folder of no class; move it into one"),
        (["train/a/x.avi", "more/a/x.avi"], "'train/a/x.avi' is inside train, val or test and 'mo"),
        (["train/a/x.avi", "test/y.avi"], "and 'test/y.avi' is not; use folders of one kind"),
    ],
)
def test_a_wrong_place_is_named(tmp_path: Path, names: list[str], what: str) -> None:
    touch(tmp_path, names)
    text = refused(tmp_path)
    assert text.startswith(f"{tmp_path}: ")
    assert what in text


@pytest.mark.parametrize("odd", ["a/\udcff.avi", "a/x\n.avi", "a/x\\y.avi", "b\n/x.avi"])
def test_a_name_that_cannot_be_printed_is_left_out_and_told(tmp_path: Path, odd: str) -> None:
    touch(tmp_path, ["a/x.avi", odd])
    found = folder(tmp_path)
    assert list(found.frame["video"]) == ["a/x.avi"]
    assert any("1 left out (links to nowhere" in remark for remark in found.remarks)


def test_a_folder_without_videos_is_refused(tmp_path: Path) -> None:
    touch(tmp_path, ["a/x.txt"])
    assert refused(tmp_path, InputNotFound).endswith("is the folder right?")
    with pytest.raises(ConfigError, match="has no lists"):
        folder(tmp_path, lists=tmp_path)
