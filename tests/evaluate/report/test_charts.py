"""Axes, and names that cover nothing."""

import math
import re
from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adf.evaluate.report.labels import Box, nearest, place_labels
from adf.evaluate.report.lines import Line, apart, line_chart
from adf.evaluate.report.numbers import percent, plus_minus, short, tick, whole
from adf.evaluate.report.plot import linear, logarithmic
from tests.evaluate.report.parsed import Page

ROOM = Box(40, 10, 400, 290)
PLACES = st.tuples(st.floats(45, 395), st.floats(15, 285))
FINITE = st.floats(-1e6, 1e6)


@settings(max_examples=40)
@given(st.lists(st.tuples(PLACES, st.floats(20, 150)), max_size=16))
def test_names_cover_no_point_and_no_other_name(
    found: list[tuple[tuple[float, float], float]],
) -> None:
    points, widths = [point for point, _ in found], [wide for _, wide in found]
    boxes = place_labels(points, widths, 14, ROOM)
    placed = [box for box in boxes if box]
    assert len(placed) == len(found)
    for one, two in combinations(placed, 2):
        assert not one.meets(two)
    for box, wide in zip(boxes, widths, strict=True):
        assert box
        assert box.right - box.left == pytest.approx(wide)
        assert box.left >= ROOM.left
        assert box.right <= ROOM.right
        assert box.top >= ROOM.top
        assert box.bottom <= ROOM.bottom
        assert all(math.dist(nearest(box, *point), point) > 6.9 for point in points)


def test_a_name_stands_beside_its_point_where_nothing_else_is() -> None:
    (box,) = place_labels([(200, 150)], [60], 14, ROOM)
    assert box == (209, 143, 269, 157)


def test_what_has_no_name_takes_no_place() -> None:
    assert place_labels([(200, 150), (205, 150)], [0, 60], 14, ROOM)[0] is None


def test_a_full_picture_drops_names_and_never_covers_one() -> None:
    boxes = place_labels([(100, 50)] * 12, [60.0] * 12, 14, Box(40, 10, 180, 90))
    assert None in boxes
    assert not any(a.meets(b) for a, b in combinations([box for box in boxes if box], 2))


@given(st.lists(FINITE, min_size=1), st.floats(0, 10))
def test_an_axis_covers_its_values_with_few_round_marks(values: list[float], least: float) -> None:
    axis = linear(values, least)
    assert all(-1e-6 <= axis.share(value) <= 1 + 1e-6 for value in values)
    assert 2 <= len(axis.ticks) <= 8
    steps = [high - low for low, high in pairwise(axis.ticks)]
    assert min(steps) > 0
    digits = f"{steps[0]:.3e}".split("e")[0]
    assert digits in ("1.000", "2.000", "5.000")


@given(st.lists(st.floats(1e-3, 1e12), min_size=1))
def test_a_logarithmic_axis_covers_its_values(values: list[float]) -> None:
    axis = logarithmic(values)
    assert all(0 < axis.share(value) < 1 for value in values)
    assert axis.ticks
    assert all(axis.low <= mark <= axis.high for mark in axis.ticks)


@given(st.lists(st.floats(0, 200), max_size=12))
def test_lines_of_text_are_moved_apart_and_no_further(wanted: list[float]) -> None:
    wanted.sort()
    places = apart(wanted, 13, 0, 200)
    assert all(high - low >= 13 - 1e-9 for low, high in pairwise(places))
    if all(high - low >= 13 for low, high in pairwise(wanted)):
        assert places == wanted


def chart(*lines: Line) -> Page:
    """Return a chart as a page of its own."""
    return Page(line_chart("key", "Title", lines, "epoch", tick, tick))


def test_lines_pass_through_their_values_and_are_named_once() -> None:
    one, two = [(1.0, 0.0), (2.0, 10.0), (3.0, 5.0)], [(1.0, 10.0), (3.0, 0.0)]
    found = chart(Line("own", one, 0), Line("own", two, 0), Line("other", two, 1))
    paths = [path.attributes["d"] for path in found.root.all("path", "line")]
    heights = [[float(y) for _, y in re.findall(r"([\d.]+) ([\d.]+)", path)] for path in paths]
    top, bottom = min(heights[0]), max(heights[0])
    assert heights[0] == pytest.approx([bottom, top, (top + bottom) / 2])
    assert heights[1] == pytest.approx([top, bottom])
    assert [text.text for text in found.root.all("text", "name")] == ["own", "other"]


def test_steps_keep_their_value_until_the_next() -> None:
    found = chart(Line("a", [(0, 1), (5, 1), (10, 3)], 0, steps=True))
    (path,) = (path.attributes["d"] for path in found.root.all("path", "line"))
    assert re.fullmatch(r"M[\d.]+ [\d.]+(H[\d.]+V[\d.]+){2}", path)


def test_a_course_of_one_value_is_a_point() -> None:
    found = chart(Line("a", [(1, 0.5)], 0))
    assert len(list(found.root.all("circle"))) == 1
    assert not list(found.root.all("path"))


def test_numbers_are_written_for_people() -> None:
    assert [short(v) for v in (0, 0.5, 999.4, 999.6, 12_345, 6e6, 2.5e9, None, math.nan)] == [
        *("0", "0.500", "999", "1.00\u00a0k", "12.3\u00a0k", "6.00\u00a0M", "2.50\u00a0G"),
        *("\u2013", "\u2013"),
    ]
    assert [tick(v) for v in (-0.2, 0.0, 0.3, 300, 3000, 3e7)] == [
        *("\u22120.2", "0", "0.3", "300", "3\u00a0k", "30\u00a0M"),
    ]
    assert percent(-0.051) == "\u22125.1\u00a0%"
    assert plus_minus(0.9, None) == "90.0\u00a0%"
    assert plus_minus(0.9, 0.004) == "90.0\u00a0±\u00a00.4\u00a0%"
    assert whole(12345.6) == "12\u202f346"
