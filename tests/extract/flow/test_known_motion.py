"""The default method finds motion that is known; what was turned down for it does not."""

import sys
from collections.abc import Callable
from functools import cache, partial

import numpy as np
import pytest

from adf.extract.modalities.flow import FlowSettings, opencv
from adf.extract.modalities.flow.motion import Motion, Pairwise, between_frames
from tests.extract.flow.known import Known, scrolling, shifted, turned

pytest.importorskip("cv2")

METHODS: dict[str, Pairwise] = {
    "dis": opencv.dis,
    "dis, preset medium": partial(opencv.dis, finest_scale=1),
    "dis, preset fast": partial(opencv.dis, preset="fast", finest_scale=2),
    "farneback": opencv.farneback,
    "farneback, window 15": partial(opencv.farneback, window=15),
}
# With the error allowed to the default, in pixels.
SMOOTH: dict[str, tuple[Callable[[int], Known], float]] = {
    "0.3 px": (lambda seed: shifted(0.3, seed=seed), 0.03),
    "1.5 px": (lambda seed: shifted(1.5, seed=seed), 0.03),
    "4 px": (lambda seed: shifted(4, seed=seed), 0.03),
    "10 px": (lambda seed: shifted(10, seed=seed), 1.0),
    "noisy": (lambda seed: shifted(1.5, noise=8, seed=seed), 0.08),
    "3 deg": (lambda seed: turned(3, seed=seed), 0.08),
}
SCROLLS = (1.2, -1.5, 0.0)
SEEDS = range(3)
NEAR = 0.3


@cache
def smooth(case: str) -> list[Known]:
    return [SMOOTH[case][0](seed) for seed in SEEDS]


@cache
def actors(scroll: float) -> list[Known]:
    return [scrolling(scroll, seed=seed) for seed in SEEDS]


def found(method: str, known: Known) -> Motion:
    return between_frames(known.pixels, known.clip.frames, METHODS[method])


def error(method: str, case: str) -> float:
    return float(np.mean([known.error(found(method, known)) for known in smooth(case)]))


def scrolls(method: str, scroll: float) -> Motion:
    """Return the motion of the torso in every pair of frames, ``N 2``."""
    return np.concatenate([known.median(found(method, known)) for known in actors(scroll)])


def test_the_default_is_what_is_judged_here() -> None:
    assert FlowSettings().method == "dis"


@pytest.mark.parametrize("case", SMOOTH)
def test_the_default_finds_what_moves_as_one(case: str) -> None:
    assert error("dis", case) < SMOOTH[case][1]


@pytest.mark.parametrize("scroll", SCROLLS)
def test_the_default_finds_what_scrolls_within_a_small_outline(scroll: float) -> None:
    assert np.abs(scrolls("dis", scroll) - [scroll, 0]).max() < NEAR


@pytest.mark.parametrize("scroll", [1.2, -1.5])
def test_its_presets_lose_what_scrolls_within_a_small_outline(scroll: float) -> None:
    """If this fails, the quicker presets have become good enough: decide again."""
    for preset, most in (("dis, preset fast", 0.25), ("dis, preset medium", 0.75)):
        share = scrolls(preset, scroll)[:, 0].mean() / scroll
        assert share < most, preset


def test_farneback_loses_large_motion() -> None:
    """If this fails, the quicker method has become good enough: decide again."""
    assert error("farneback", "10 px") > 5
    assert error("farneback", "10 px") > 5 * error("dis", "10 px")


def test_nothing_quicker_is_more_exact_where_all_moves_as_one() -> None:
    """Shown by ``pytest -s``: the table of the decision."""
    heads = [*SMOOTH, *(f"scroll {scroll:g}" for scroll in SCROLLS)]
    lines = ["", f"{'':21}" + "".join(f"{head:>12}" for head in heads)]
    errors = {method: [error(method, case) for case in SMOOTH] for method in METHODS}
    for method, figures in errors.items():
        read = [scrolls(method, scroll)[:, 0].mean() for scroll in SCROLLS]
        lines.append(f"{method:21}" + "".join(f"{value:12.3f}" for value in [*figures, *read]))
    sys.stdout.write("\n".join([*lines, ""]))
    for place, case in enumerate(SMOOTH):
        least = min(figures[place] for figures in errors.values())
        assert errors["dis"][place] < least + 0.02, case
