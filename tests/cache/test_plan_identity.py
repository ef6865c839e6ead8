"""A list of clips is the same ever after: through CSV, and by its digest."""

from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adf.cache import ClipPlan
from adf.cache.clips_table import NUMBERS
from adf.errors import InvalidInput
from tests.cache.samples import make_plan
from tests.cache.test_plan import table

NASTY = (
    *("a,b", 'say "hi"', "'", "#1", ";", "007", "NA", "nan", "None", "True", "1e5", "-0", "inf"),
    *("é", "日本語", " x ", "a\tb", "=1+1", "null", "N/A", "\ufeff", "a\\b", "%s", "{}", "1.0"),
)
LABELS = tuple(name for name in NASTY if name.isprintable())
IDS = tuple(name for name in LABELS if "\\" not in name)


def same(one: ClipPlan, other: ClipPlan) -> bool:
    """Say whether two plans are equal in every way."""
    equal = one.digest == other.digest and one.csv == other.csv
    return equal and one.frame.equals(other.frame) and one.classes == other.classes


plain = st.characters(exclude_categories=["Cc", "Cs"])
texts = st.one_of(st.sampled_from(NASTY), st.text(plain, max_size=8))
labels = st.sampled_from(LABELS)
small = st.integers(-5, 2**40)


@st.composite
def frames(draw: st.DrawFn) -> pd.DataFrame:
    """Draw a valid frame with all the trouble that CSV can make."""
    ids = draw(st.lists(st.sampled_from(IDS), min_size=1, unique=True))
    count = len(ids)

    def column(values: st.SearchStrategy[Any]) -> list[Any]:
        return draw(st.lists(values, min_size=count, max_size=count))

    return pd.DataFrame(
        {
            "id": ids,
            "label": column(labels),
            "group": column(labels),
            "start": column(small),
            "split_1": column(st.sampled_from(["train", "test", "val", ""])),
            draw(st.sampled_from(["note", "a,b", 'x"y', "#", "日本"])): column(texts),
        }
    )


@given(frames())
def test_a_plan_comes_back_from_its_csv(frame: pd.DataFrame) -> None:
    plan = ClipPlan.from_frame(frame, dataset="d")
    again = ClipPlan.from_csv(plan.csv, dataset="d")
    stored = ClipPlan.stored(plan.csv, plan.classes, "d")
    assert same(plan, again)
    assert same(plan, stored)
    for name in ("id", "label", "group", frame.columns[-1]):
        assert plan.frame[name].tolist() == frame[name].tolist()
    assert plan.frame["start"].tolist() == frame["start"].tolist()
    assert plan.classes == tuple(sorted(set(frame["label"])))
    assert [plan.classes[index] for index in plan.targets] == frame["label"].tolist()


@pytest.mark.parametrize("text", ["a\rb", "a\r\nb", "a\nb", "\r", "\ud800", "a\x00b", "", " "])
def test_whatever_stands_in_another_column_is_kept_or_refused(text: str) -> None:
    frame = table(note=["x", text, "z"])
    try:
        plan = ClipPlan.from_frame(frame)
    except InvalidInput:
        return
    assert same(plan, ClipPlan.stored(plan.csv, plan.classes, plan.dataset))
    assert plan.frame["note"].tolist() == frame["note"].tolist()


PLAN = make_plan(6)


@pytest.mark.parametrize("column", PLAN.frame.columns)
def test_any_changed_cell_changes_the_digest_and_is_named(column: str) -> None:
    for row in range(len(PLAN)):
        frame = PLAN.frame.copy()
        old: list[Any] = frame[column].tolist()
        new = [*old[:row], old[row] + (1 if column in NUMBERS else "x"), *old[row + 1 :]]
        frame[column] = new
        csv = frame.to_csv(index=False, lineterminator="\n").encode()
        other = ClipPlan.stored(csv, PLAN.classes, PLAN.dataset)
        assert other.digest != PLAN.digest
        wanted = f"row {row}, column '{column}': {old[row]!r}, not {new[row]!r}"
        assert PLAN.difference(other) == wanted


@pytest.mark.parametrize(
    ("other", "named"),
    [
        (make_plan(4), "6 clips, not 4"),
        (make_plan(6, "other"), "dataset 'sample', not 'other'"),
        (
            ClipPlan.from_frame(PLAN.frame, classes=("run", "jump", "walk"), dataset="sample"),
            "classes ('jump', 'run', 'walk'), not ('run', 'jump', 'walk')",
        ),
        (
            ClipPlan.from_frame(
                PLAN.frame[::-1], classes=("jump", "run", "walk"), dataset="sample"
            ),
            "row 0, column 'id': 'v0/0', not 'v2/1'",
        ),
        (
            ClipPlan.from_frame(
                PLAN.frame.assign(fps="25"), classes=("jump", "run", "walk"), dataset="sample"
            ),
            "columns id, label, video, group, view, start, stop, step, flip, split_1, split_2, "
            "not id, label, video, group, view, start, stop, step, flip, split_1, split_2, fps",
        ),
    ],
)
def test_other_plans_have_another_digest_and_say_why(other: ClipPlan, named: str) -> None:
    assert other.digest != PLAN.digest
    assert PLAN.difference(other) == named


def test_a_column_that_has_no_name_is_refused_or_kept() -> None:
    for name in (3, "", None):
        frame = table()
        frame[name] = "x"
        try:
            plan = ClipPlan.from_frame(frame)
        except InvalidInput:
            continue
        assert same(plan, ClipPlan.from_csv(plan.csv))
