"""Each cue is in its stream alone: exactly where that can be, by a probe where it cannot."""

from dataclasses import dataclass, replace
from math import sqrt
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from adf.demo.actors import Actor, Shot, shot
from adf.demo.factors import Clip, Factors, load_factors
from adf.demo.poses import keypoints, sidecar
from adf.demo.render import GREY, LUMA, TILE, Pixels, colour, render

Floats = NDArray[np.float64]
SCENES = 18
CALM = ("knobs.noise=0", "counts={train: 1, val: 0, test: 0}")


def changed(filmed: Shot, **values: Any) -> Shot:
    """Return a shot whose target has other cues."""
    return replace(filmed, actors=(replace(filmed.actors[0], **values), filmed.actors[1]))


@pytest.fixture(scope="module")
def calm() -> tuple[Factors, list[Shot]]:
    factors = load_factors(sets=CALM).value
    return factors, [shot(factors, clip) for clip in factors.clips()]


def test_joints_say_nothing_of_colour_and_motion(calm: tuple[Factors, list[Shot]]) -> None:
    factors, shots = calm
    for filmed in shots:
        other = changed(filmed, hue=77, speeds=(3.0,) * factors.frames, start=5.0, texture=1)
        assert sidecar(factors, filmed) == sidecar(factors, other)
    assert sidecar(factors, shots[0]) != sidecar(factors, changed(shots[0], posture=(90, 90)))


def test_the_order_of_the_actors_in_a_sidecar_says_nothing() -> None:
    factors = load_factors(sets=["knobs.pose_noise=0", "knobs.dropout=0"]).value
    firsts = []
    for clip in list(factors.clips())[:240]:
        filmed = shot(factors, clip)
        target = filmed.actors[0]
        head = keypoints(factors, filmed)[0, 0, 0, :2]
        firsts.append(np.allclose(head, target.path[0] + target.body()[0], atol=1e-3))
    assert abs(np.mean(firsts) - 0.5) < 3 * 0.5 / sqrt(240)


def test_any_frame_of_a_motion_is_one_of_no_motion(calm: tuple[Factors, list[Shot]]) -> None:
    """Where a texture begins is as likely to be anywhere, so one frame tells nothing of it."""
    factors, shots = calm
    for filmed in shots[:4]:
        moving = render(factors, filmed)
        for frame in (0, 7, 23):
            start = filmed.actors[0].scrolled()[frame]
            still = changed(filmed, speeds=(0.0,) * factors.frames, start=start)
            assert (render(factors, still)[frame] == moving[frame]).all()
    many = load_factors().value
    starts = np.array([shot(many, clip).actors[0].start for clip in many.clips()])
    assert abs(np.exp(2j * np.pi * starts / TILE).mean()) < 3 / sqrt(len(starts))


def test_in_grey_all_hues_are_one(calm: tuple[Factors, list[Shot]]) -> None:
    factors, shots = calm
    greys = [
        render(factors, changed(shots[0], hue=hue))[0] @ LUMA
        for hue in (*factors.hues.target.values(), *factors.hues.distractor.values())
    ]
    assert np.ptp(greys, axis=0).max() <= 1


def test_who_is_named_first_is_not_seen(calm: tuple[Factors, list[Shot]]) -> None:
    factors, _ = calm
    # So near that they cover each other.
    near = replace(factors, knobs=replace(factors.knobs, gap=(8, 8)))
    filmed = shot(near, next(near.clips()))
    turned = replace(filmed, actors=(filmed.actors[1], filmed.actors[0]))
    assert (render(near, filmed) == render(near, turned)).all()


@pytest.mark.parametrize("hue", range(0, 360, 15))
def test_colours_keep_away_from_the_ends_of_a_byte(hue: int) -> None:
    shown = colour(hue)
    assert shown.min() >= 24 - 1e-3
    assert shown.max() <= 210 + 1e-3
    assert np.ptp(shown) > 90
    assert shown @ LUMA == pytest.approx(GREY, abs=1e-3)


def test_arms_make_no_picture_lighter_or_darker(calm: tuple[Factors, list[Shot]]) -> None:
    """They are as often lighter as darker than what is behind them, by the same."""
    factors, shots = calm
    for filmed in shots[:3]:
        lighter, darker, none = (
            render(factors, changed(filmed, shade=shade)).astype(float) for shade in (1, -1, 0)
        )
        assert np.abs(lighter - darker).max() > 20
        assert np.abs((lighter + darker) / 2 - none).max() <= 1
    shades = [actor.shade for filmed in shots for actor in filmed.actors]
    assert {-1, 1} == set(shades)


@dataclass
class Seen:
    """What single pictures of many clips show, and what the clips are."""

    clips: list[Clip]
    pictures: Floats
    colours: Floats


@pytest.fixture(scope="module")
def seen() -> Seen:
    counts = f"counts={{train: {SCENES}, val: 0, test: 0}}"
    factors = load_factors(sets=[counts, "frames=12"]).value
    clips = list(factors.clips())
    shown = [render(factors, shot(factors, clip)) for clip in clips]
    return Seen(
        clips, np.stack([picture_of(p) for p in shown]), np.stack([colours_of(p) for p in shown])
    )


def picture_of(pixels: Pixels) -> Floats:
    """Return numbers of single frames: one made small, and the grey levels and edges of all."""
    small = pixels[-1].reshape(8, 14, 8, 14, 3).mean((1, 3))
    levels = np.bincount(pixels.ravel() // 16, minlength=16) / pixels.size
    edges = [np.abs(np.diff(pixels.astype(np.float32), axis=axis)).mean() for axis in (1, 2)]
    return np.concatenate([small.ravel() / 255, levels, edges])


def colours_of(pixels: Pixels) -> Floats:
    """Return how much there is of what colour."""
    away = pixels[-1].reshape(-1, 3) - pixels[-1].mean(-1).reshape(-1, 1)
    cells = np.clip((away + 180) // 60, 0, 5).astype(int) @ [36, 6, 1]
    return np.sqrt(np.bincount(cells, minlength=216) / len(cells))


def probe(inputs: Floats, wanted: list[str], ridge: float = 1.0) -> float:
    """Return how often least squares, fitted to the even scenes, is right on the odd ones."""
    names = sorted(set(wanted))
    truth = np.array([names.index(name) for name in wanted])
    even = np.arange(len(wanted)) // 12 % 2 == 0
    scaled = (inputs - inputs[even].mean(0)) / (inputs[even].std(0) + 1e-9)
    gram = scaled[even] @ scaled[even].T + ridge * inputs.shape[1] * np.eye(even.sum())
    targets = np.eye(len(names))[truth[even]] - 1 / len(names)
    scores = scaled[~even] @ scaled[even].T @ np.linalg.solve(gram, targets)
    return float((scores.argmax(1) == truth[~even]).mean())


def chance(ways: int) -> float:
    """Return the accuracy that guessing hardly ever passes."""
    return 1 / ways + 3 * sqrt((1 - 1 / ways) / ways / (6 * SCENES))


def test_pixels_tell_neither_motion_nor_posture(seen: Seen) -> None:
    for inputs in (seen.pictures, seen.colours):
        assert probe(inputs, [clip.cues.motion for clip in seen.clips]) < chance(3)
        assert probe(inputs, [clip.cues.posture for clip in seen.clips]) < chance(2)


def test_pixels_tell_the_colour_and_this_probe_can_find_it(seen: Seen) -> None:
    assert probe(seen.colours, [clip.cues.hue for clip in seen.clips]) > chance(2)


def test_flow_sees_each_torso_scroll_as_it_was_told_to() -> None:
    pytest.importorskip("cv2")
    from adf.extract.modalities.flow.motion import steadied
    from adf.extract.modalities.flow.opencv import farneback

    factors = load_factors(sets=["counts={train: 2, val: 0, test: 0}"]).value
    for clip in factors.clips():
        filmed = shot(factors, clip)
        pixels = render(factors, filmed)
        motion = steadied(farneback(pixels[:-1], pixels[1:]))
        for actor in filmed.actors:
            found = [within(field, actor, frame) for frame, field in enumerate(motion)]
            assert np.mean(found) == pytest.approx(actor.speeds[0], abs=0.2), clip.path
        assert filmed.actors[0].speeds[0] == factors.speeds(clip.cues.motion)[0]


def within(field: Any, actor: Actor, frame: int) -> float:
    """Return how far to the right a torso's middle moves in a field ``H W 2``."""
    x, y = np.rint(actor.path[frame] - 0.5).astype(int)
    return float(field[y - 5 : y + 6, x - 5 : x + 6, 0].mean())
