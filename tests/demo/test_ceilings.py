"""The ceilings: against fractions found by hand, against simulation, against what is filmed."""

from collections import Counter, defaultdict
from fractions import Fraction
from itertools import product
from math import sqrt
from typing import Any

import numpy as np
import pytest

from adf.demo.actors import shot
from adf.demo.ceilings import STREAMS, ceilings, spell, ways
from adf.demo.factors import Factors, load_factors

BY_HAND = {
    "rgb": Fraction(1, 6),
    "flow": Fraction(1, 3) * Fraction(1, 4) + Fraction(2, 3) * Fraction(1, 8),
    "pose": (Fraction(1, 2) + Fraction(1, 4)) / 6,
    "rgb + flow + pose": Fraction(1, 2),
    "rgb + flow x pose": Fraction(1, 6) + Fraction(5, 6) / 2,
    "rgb x pose + flow": Fraction(2, 3),
    "rgb x flow + pose": Fraction(3, 4),
    "rgb x flow x pose": Fraction(1),
}

Cue = tuple[Any, ...]
World = tuple[int, list[Cue]]

MANY = (
    "hues.target={red: 0, pink: 320, blue: 230}",
    "hues.distractor={green: 120}",
    "motions={left: [-1], right: [1], turn: [-1, 1], back: [1, -1]}",
    "postures={up: [145, 175], down: [35, 5]}",
)
SAME = (
    # The colour no longer tells who the target is, and two names mean one motion.
    "hues.target={red: 0, blue: 225}",
    "hues.distractor={scarlet: 360, blue: 225, green: 120}",
    "motions={still: [0], rest: [0, 0], right: [1]}",
    "postures={up: [145, 175], wide: [90, 90], down: [35, 5]}",
)


def factors(*sets: str) -> Factors:
    return load_factors(sets=sets).value


def test_the_default_has_the_ceilings_found_by_hand() -> None:
    found = ceilings(factors())
    assert len(found) == 14
    assert {name: found[name] for name in BY_HAND} == BY_HAND


def test_where_only_the_order_differs_a_reader_without_it_guesses_the_motion() -> None:
    order = load_factors(["demo/order"]).value
    with_order, without = ceilings(order), ceilings(order, ordered=False)
    assert with_order["flow"] == Fraction(3, 4) / 4
    assert without["flow"] == Fraction(1, 8)
    assert with_order["rgb x flow x pose"] == 1
    assert without["rgb x flow x pose"] == Fraction(1, 2)
    assert with_order["rgb + pose"] == without["rgb + pose"]


def test_a_texture_that_never_moves_tells_nothing() -> None:
    found = ceilings(factors("knobs.speed=0"))
    assert found["flow"] == Fraction(1, 12)
    assert found["rgb x flow x pose"] == Fraction(1, 3)


def test_every_way_to_read_is_there_once() -> None:
    found = [frozenset(map(frozenset, groups)) for groups in ways(STREAMS)]
    # Ways to put three things into groups, one of which is for what is left out.
    assert len(found) == len(set(found)) == 15


@pytest.mark.parametrize(
    ("sets", "ordered"), [((), True), (MANY, True), (MANY, False), (SAME, True)]
)
def test_a_reader_that_learns_by_heart_comes_to_the_ceiling(
    sets: tuple[str, ...], ordered: bool
) -> None:
    made = factors(*sets)
    worlds = simulated(made, 20_000, ordered)
    exact = ceilings(made, ordered)
    for groups in filter(None, ways(STREAMS)):
        score = learned_by_heart(worlds, [[STREAMS.index(s) for s in g] for g in groups])
        assert score == pytest.approx(float(exact[spell(groups)]), abs=0.02), spell(groups)


def simulated(made: Factors, count: int, ordered: bool) -> list[World]:
    """Return classes and the cues of both actors, in random order, as a viewer would tell them."""
    random = np.random.default_rng(0)
    targets, others = (
        told(made, made.hues.target, ordered),
        told(made, made.hues.distractor, ordered),
    )
    drawn = random.integers((len(targets), len(others), 2), size=(count, 3)).tolist()
    pairs = [(number, [targets[number], others[other]], turned) for number, other, turned in drawn]
    return [(number, pair[::-1] if turned else pair) for number, pair, turned in pairs]


def told(made: Factors, hues: dict[str, float], ordered: bool) -> list[Cue]:
    """Return what is seen of every actor with one of the hues; equal motions look the same."""
    cues = []
    for hue, motion, posture in product(hues, made.motions, made.postures):
        speeds = np.repeat(made.motions[motion], 2 // len(made.motions[motion])).tolist()
        cues.append((hues[hue] % 360, tuple(speeds if ordered else sorted(speeds)), posture))
    return cues


def learned_by_heart(worlds: list[World], groups: list[list[int]]) -> float:
    """Return how often the commonest class in one half, of equal sights, is right in the other."""

    def sight(pair: list[Cue]) -> tuple[Any, ...]:
        return tuple(
            tuple(sorted(tuple(actor[at] for at in group) for actor in pair)) for group in groups
        )

    half, known = len(worlds) // 2, defaultdict[Any, Counter[int]](Counter)
    told = [(number, sight(pair)) for number, pair in worlds]
    for number, seen in told[:half]:
        known[seen][number] += 1
    guesses = {seen: counter.most_common(1)[0][0] for seen, counter in known.items()}
    return sum(guesses.get(seen) == number for number, seen in told[half:]) / half


def test_the_clips_that_are_filmed_have_these_ceilings() -> None:
    made = factors("counts={train: 300, val: 0, test: 0}")
    clips = list(made.clips())
    worlds = [
        (clip.number, [(a.hue, a.speeds, a.posture) for a in shot(made, clip).actors])
        for clip in clips
    ]
    exact = ceilings(made)
    for groups in (("rgb",),), (("flow",),), (("pose",),), (("rgb",), ("flow",), ("pose",)):
        places = [[STREAMS.index(stream) for stream in group] for group in groups]
        most, score = float(exact[spell(groups)]), learned_by_heart(worlds, places)
        assert abs(score - most) < 3 * sqrt(most * (1 - most) / 1800) + 0.02, spell(groups)
