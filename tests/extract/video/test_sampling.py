"""Which frames views take."""

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adf.errors import ConfigError, InvalidInput
from adf.extract.video.sampling import NoFrames, Timeline, Views, Window, frames_of, positions

VIEWS = st.builds(Views, st.integers(1, 9), st.integers(1, 40), st.integers(1, 8))


ALL = Window()


def take(total: int, window: Window = ALL, **views: Any) -> list[int]:
    chosen = Views(**views)
    return [int(frame) for frame in frames_of(window, chosen, Timeline(total))]


def test_one_view_lies_in_the_middle() -> None:
    assert take(10, length=4) == [3, 4, 5, 6]
    assert take(10, length=4, stride=2) == [1, 3, 5, 7]


def test_several_views_reach_from_the_first_frame_to_the_last() -> None:
    starts = [take(100, Window(view=v), count=3, length=16)[0] for v in range(3)]
    assert starts == [0, 42, 84]


def test_a_window_is_taken_in_its_own_steps() -> None:
    assert take(100, Window(10, 30, 3), length=7) == [10, 13, 16, 19, 22, 25, 28]


def test_a_short_segment_is_played_again() -> None:
    assert take(3, length=8) == [0, 1, 2, 0, 1, 2, 0, 1]
    assert take(5, length=6, stride=2) == [0, 2, 4, 0, 2, 4]
    assert take(1, length=3, count=2) == [0, 0, 0]
    assert take(9, Window(7), length=4) == [7, 8, 7, 8]


@given(VIEWS, st.integers(1, 400), st.data())
def test_positions_are_in_range_in_order_and_cover_the_segment(
    views: Views, size: int, data: st.DataObject
) -> None:
    view = data.draw(st.integers(0, views.count - 1))
    taken = positions(views, view, size)
    assert taken.shape == (views.length,)
    assert taken.min() >= 0
    assert taken.max() < size
    assert taken.tolist() == positions(views, view, size).tolist()
    if size >= views.span:
        assert set(np.diff(taken)) <= {views.stride}
        every = [positions(views, v, size) for v in range(views.count)]
        starts = [int(positions[0]) for positions in every]
        assert starts == sorted(starts)
        if views.count > 1:
            assert (starts[0], every[-1][-1]) == (0, size - 1)
            assert max(np.diff(starts)) - min(np.diff(starts)) <= 1
            assert len(set(starts)) == min(views.count, size - views.span + 1)
    else:
        once = set(range(0, size, views.stride))
        assert set(taken.tolist()) == set(sorted(once)[: views.length])


@given(VIEWS, st.integers(0, 50), st.integers(-1, 120), st.integers(1, 5), st.integers(1, 100))
def test_frames_lie_in_the_window(
    views: Views, start: int, stop: int, step: int, total: int
) -> None:
    window = Window(start, stop, step)
    segment = range(total)[start : total if stop < 0 else stop : step]
    if not segment:
        with pytest.raises(NoFrames, match=f"of its {total} frames"):
            frames_of(window, views, Timeline(total))
        return
    taken = frames_of(window, views, Timeline(total)).tolist()
    assert set(taken) <= set(segment)
    if len(segment) >= views.span:
        assert taken == sorted(taken)


@given(
    st.lists(st.integers(1, 40), min_size=1, max_size=60),
    st.fractions(Fraction(1, 2), 60, max_denominator=1001),
    st.integers(1, 20),
)
def test_with_a_frame_rate_a_frame_is_the_one_on_the_screen(
    gaps: list[int], fps: Fraction, length: int
) -> None:
    pts = np.cumsum([7, *gaps])
    base = Fraction(1, 90)
    clip = frames_of(Window(), Views(1, length, 1, fps), Timeline(len(pts), pts, base)).tolist()
    ticks = int((int(pts[-1]) - int(pts[0])) * base * fps) + 1
    first = (ticks - length) // 2 if ticks >= length else 0
    for place, frame in enumerate(clip):
        tick = (first + place) % ticks if ticks < length else first + place
        time = int(pts[0]) * base + tick / fps
        assert int(pts[frame]) * base <= time
        assert frame + 1 == len(pts) or int(pts[frame + 1]) * base > time


def test_a_constant_rate_asked_for_changes_nothing() -> None:
    video = Timeline(50, np.arange(50) * 512, Fraction(1, 12800))
    for stride in (1, 2, 3):
        plain = frames_of(Window(3, 47), Views(1, 12, stride), video)
        timed = frames_of(Window(3, 47), Views(1, 12, stride, Fraction(25)), video)
        assert timed.tolist() == plain.tolist()
    halved = frames_of(Window(), Views(1, 25, 1, Fraction("12.5")), video)
    assert halved.tolist() == list(range(0, 50, 2))


def test_without_times_no_rate_can_be_chosen() -> None:
    with pytest.raises(NoFrames, match="have no times"):
        frames_of(Window(), Views(fps=Fraction(5)), Timeline(9))
    assert np.isnan(Timeline(9).seconds(np.arange(3))).all()


@pytest.mark.parametrize("fields", [{"start": -1}, {"stop": -2}, {"step": 0}, {"view": -1}])
def test_a_window_that_is_none_is_refused(fields: dict[str, int]) -> None:
    with pytest.raises(InvalidInput, match="is no frame window"):
        Window(**fields)  # type: ignore[arg-type]


def test_views_that_cannot_be_are_refused() -> None:
    for name in ("count", "length", "stride"):
        none: Any = {name: 0}
        with pytest.raises(ConfigError, match=f"{name} is 0"):
            Views(**none)
    with pytest.raises(ConfigError, match="fps is 1001"):
        Views(fps=Fraction(1001))
    with pytest.raises(ConfigError, match="known: loop"):
        Views(short="mirror")
    with pytest.raises(InvalidInput, match="view 2 is asked for and there are 2"):
        take(9, Window(view=2), count=2)
