"""The list of clips: checked when it is made, the same ever after, and every error points."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest

from adf.cache import ClipPlan
from adf.cache.clips_table import NUMBERS
from adf.errors import InvalidInput


def table(**columns: Any) -> pd.DataFrame:
    """Return a frame of three sound rows with some columns changed."""
    return pd.DataFrame({"id": ["c0", "c1", "c2"], "label": ["a", "b", "a"], **columns})


def refused(frame: pd.DataFrame, classes: Sequence[str] | None = None) -> str:
    """Return the one line a frame is refused with."""
    with pytest.raises(InvalidInput) as caught:
        ClipPlan.from_frame(frame, classes=classes)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def at(row: int, column: str) -> str:
    """Return how an error says where it is."""
    return f"list of clips, row {row} (line {row + 2}), column '{column}': "


def test_what_is_missing_is_filled_in() -> None:
    frame = ClipPlan.from_frame(table(split=["train", "test", ""], fps=[25, 30, 25])).frame
    wanted = ["id", "label", "video", "group", *NUMBERS, "split_1", "fps"]
    assert list(frame.columns) == wanted
    assert list(frame.iloc[0]) == ["c0", "a", "c0", "c0", 0, 0, -1, 1, 0, "train", "25"]


@pytest.mark.parametrize("missing", ["id", "label"])
def test_a_column_that_must_be_there_is_named(missing: str) -> None:
    text = refused(table().drop(columns=missing))
    assert text.startswith(f"the list of clips has no column '{missing}'; it has: ")


def test_a_plan_without_rows_is_refused() -> None:
    assert refused(table().iloc[:0]) == "the list of clips has no rows"


@pytest.mark.parametrize("column", ["view", "start", "stop", "step", "flip"])
@pytest.mark.parametrize("wrong", ["x", "1.5", "", "nan", "inf", "True"])
def test_what_is_no_whole_number_is_refused(column: str, wrong: str) -> None:
    text = refused(table(**{column: ["0", wrong, "1"]}))
    assert text == at(1, column) + f"{wrong!r} is not a whole number"


@pytest.mark.parametrize("large", ["1e300", "9" * 30, str(2**63)])
def test_a_number_that_is_too_large_is_refused(large: str) -> None:
    assert refused(table(start=["0", large, "1"])).startswith(at(1, "start"))


def test_large_whole_numbers_are_kept_exactly() -> None:
    for last in (str(2**53 + 1), 2**53 + 1):
        plan = ClipPlan.from_frame(table(start=["0", "1", last]))
        assert plan.frame["start"].tolist() == [0, 1, 2**53 + 1]


@pytest.mark.parametrize("column", ["id", "label", "video", "group"])
@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("", "is empty"),
        ("  ", "is empty"),
        ("a\nb", "has a control character"),
        ("a\x00", "has a control character"),
        ("a\x1b[31m", "has a control character"),
        ("\u202egpj.exe", "has a control character"),
        ("x" * 513, "is longer than 512 bytes"),
        ("é" * 257, "is longer than 512 bytes"),
    ],
)
def test_names_that_break_a_line_or_a_file_system_are_refused(
    column: str, name: str, problem: str
) -> None:
    assert refused(table(**{column: ["x", "y", name]})) == at(2, column) + f"{name!r} {problem}"


@pytest.mark.parametrize("column", ["id", "video"])
@pytest.mark.parametrize("path", ["/etc/passwd", "..", "../a", "a/../../b", "a/..", "a\\..\\b"])
def test_paths_that_lead_out_of_their_folder_are_refused(column: str, path: str) -> None:
    text = refused(table(**{column: ["x", path, "z"]}))
    assert text == at(1, column) + (
        f"{path!r} leads out of its folder; use a relative path with '/' and without '..'"
    )


@pytest.mark.parametrize("path", ["a/b/c.avi", "a..b", "...", ".hidden", "v_é (1).mp4", "C:/x"])
def test_other_paths_will_do(path: str) -> None:
    assert ClipPlan.from_frame(table(id=["x", path, "z"])).frame["id"][1] == path


def test_a_label_may_look_like_a_path() -> None:
    ClipPlan.from_frame(table(label=["../a", "/b", "c\\d"]))


def test_a_repeated_id_is_refused() -> None:
    text = refused(table(id=["a", "b", "a"]))
    assert text == at(2, "id") + "'a' stands in row 0 already; ids must be unique"


@pytest.mark.parametrize("use", ["TRAIN", "training", "0", " "])
def test_unknown_uses_are_refused(use: str) -> None:
    text = refused(table(split_2=["train", "test", use]))
    assert text == at(2, "split_2") + f"{use!r} is not train, test, val or empty (unused)"


def test_a_label_that_is_no_class_is_refused() -> None:
    assert refused(table(), classes=["a", "c"]) == at(1, "label") + "'b' is none of the 2 classes"


@pytest.mark.parametrize("classes", [["a", "b", "a"], ["a", "b", ""]])
def test_classes_must_be_unique_and_not_empty(classes: Sequence[str]) -> None:
    text = refused(table(), classes=classes)
    assert text == f"class names must be unique and not empty: {', '.join(classes)}"


@pytest.mark.parametrize("column", ["label", "group", "split_1"])
def test_views_of_one_video_must_agree(column: str) -> None:
    same = {"label": ["a"] * 3, "group": ["g"] * 3, "split_1": ["train"] * 3}
    frame = table(video=["v", "w", "v"], **same)
    ClipPlan.from_frame(frame)
    frame.loc[2, column] = "test" if column == "split_1" else "other"
    assert refused(frame) == at(2, column) + "differs from row 0 of the same video 'v'"


@pytest.mark.parametrize("column", ["id", "label", "video", "group", "note"])
@pytest.mark.parametrize("nothing", [None, np.nan, pd.NA])
def test_a_missing_value_is_refused_or_empty(column: str, nothing: Any) -> None:
    frame = table(**{column: ["x", nothing, "z"]})
    if column == "note":
        assert ClipPlan.from_frame(frame).frame["note"].tolist() == ["x", "", "z"]
    else:
        assert refused(frame).startswith(at(1, column))


@pytest.mark.parametrize("columns", [["id", "label", "label"], ["id", "label", "x", "x"]])
def test_a_repeated_column_is_refused(columns: list[str]) -> None:
    frame = pd.DataFrame([["c", "a", "b", "d"][: len(columns)]], columns=columns)
    assert f"'{columns[-1]}'" in refused(frame)


def test_split_and_split_1_together_are_refused() -> None:
    assert "split_1" in refused(table(split=["train"] * 3, split_1=["test"] * 3))


@pytest.mark.parametrize(
    "data",
    [b"", b"\xff\xfe\x00", b"id,label\n\xe9,a\n", b'id,label\n"a,b\n', b"id,label\na,b\nc\x00"],
)
def test_what_is_no_csv_file_is_refused(data: bytes) -> None:
    with pytest.raises(InvalidInput, match="list of clips"):
        ClipPlan.from_csv(data)


@pytest.mark.parametrize("lines", [b"a,b,c\n", b"a,b\nc,d,e\n", b"a,b,c,d\n", b"a,b,c\nd,e,f\n"])
def test_a_line_with_too_many_fields_is_refused(lines: bytes) -> None:
    with pytest.raises(InvalidInput, match="list of clips"):
        ClipPlan.from_csv(b"id,label\n" + lines)


def test_whole_numbers_with_a_point_are_whole_numbers() -> None:
    plan = ClipPlan.from_csv(b"id,label,start\na,x,3.0\nb,x, 4\n")
    assert plan.frame["start"].tolist() == [3, 4]


def test_a_line_with_too_few_fields_is_refused() -> None:
    with pytest.raises(InvalidInput, match=r"list of clips, line 2: 2 fields, the header has 3"):
        ClipPlan.from_csv(b"id,label,group\na,b\n")


def test_groups_on_both_sides_of_a_split_are_found() -> None:
    frame = table(
        id=["a", "b", "c", "d"],
        label=["x"] * 4,
        group=["g", "g", "h", "k"],
        split_1=["train", "test", "val", "test"],
        split_2=["train", "", "test", ""],
    )
    plan = ClipPlan.from_frame(frame)
    assert plan.splits == ["split_1", "split_2"]
    assert plan.leaking_groups("split_1") == ["g"]
    assert plan.leaking_groups("split_2") == []


def test_the_frame_given_is_left_as_it_was() -> None:
    frame = table(split=["train"] * 3)
    before = frame.copy()
    ClipPlan.from_frame(frame)
    pd.testing.assert_frame_equal(frame, before)
