"""The source task: it shares nothing with who-does-what, and what it tells is to be seen."""

import ast
from collections import Counter
from dataclasses import replace
from math import sqrt
from pathlib import Path

import numpy as np
import pytest

from adf.demo import learn, shapes
from adf.demo.factors import Factors, load_factors
from adf.demo.pretrain import demo_flow
from adf.demo.render import LUMA, colour
from adf.demo.shapes import FACTORS, HUES, SHAPES, Scene, covered, outlines, pixels, scene
from adf.extract.modalities.clip import Clip
from adf.extract.modalities.flow import make_flow

PRESETS = ("demo/who-does-what", "demo/easy", "demo/order", "demo/quick")
FRAMES, SIZE, SIDE = 8, 64, 112


def filmed(count: int) -> list[Scene]:
    return [scene((0, number), FRAMES, SIZE) for number in range(count)]


def from_the_demo(file: str) -> set[tuple[str, str]]:
    """Return what a module takes from the demo's own, by module and name."""
    nodes = ast.walk(ast.parse(Path(file).read_text()))
    found = {
        (node.module or "", alias.name)
        for node in nodes
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    return {(module, name) for module, name in found if module.startswith("adf.demo")}


@pytest.mark.parametrize("preset", PRESETS)
def test_no_hue_and_no_name_is_one_of_the_demo(preset: str) -> None:
    factors: Factors = load_factors([preset]).value
    groups = (factors.hues.target, factors.hues.distractor, factors.hues.decoys)
    theirs = [hue for group in groups for hue in group.values()]
    away = np.subtract.outer(list(HUES.values()), theirs) % 360
    assert np.minimum(away, 360 - away).min() > 20
    names = {name for group in groups for name in group} | {*factors.motions, *factors.postures}
    assert names.isdisjoint(name for known in FACTORS.values() for name in known)


def test_nothing_is_taken_from_the_demo_but_how_strong_a_colour_is() -> None:
    taken = from_the_demo(shapes.__file__)
    assert taken == {("adf.demo.render", "GREY"), ("adf.demo.render", "colour")}
    assert {module for module, _ in from_the_demo(learn.__file__)} == {
        "adf.demo.pretrain",
        "adf.demo.shapes",
    }


@pytest.mark.parametrize("name", SHAPES)
def test_no_shape_is_a_disc_as_heads_torsos_and_balls_are(name: str) -> None:
    corners = SHAPES[name]
    following = np.roll(corners, -1, 0)
    areas = corners[:, 0] * following[:, 1] - corners[:, 1] * following[:, 0]
    # Positive areas: every edge is seen from the middle.
    assert areas.min() > 0
    nearest = (areas / np.linalg.norm(following - corners, axis=1)).min()
    assert nearest / np.linalg.norm(corners, axis=1).max() < 0.75


def test_every_answer_is_as_frequent_as_chance_makes_it() -> None:
    count = 600
    flyers = [flyer for each in filmed(count) for flyer in each.flyers]
    for factor, names in FACTORS.items():
        seen = Counter(getattr(flyer, factor) for flyer in flyers)
        share, clips = 1 / len(names), len(flyers)
        for name in names:
            assert abs(seen[name] / clips - share) < 4 * sqrt(share * (1 - share) / clips), name


def test_labels_say_what_either_of_the_two_shows() -> None:
    for each in filmed(20):
        for modality, factors in shapes.TOLD.items():
            there = [name for f in factors for name in FACTORS[f]]
            marked = {n for n, yes in zip(there, each.labels(modality), strict=True) if yes}
            assert marked == {getattr(flyer, f) for flyer in each.flyers for f in factors}


def test_a_clip_can_be_filmed_alone_and_others_differ() -> None:
    one = scene((3, 0, 5), FRAMES, SIZE)
    again = scene((3, 0, 5), FRAMES, SIZE)
    assert (pixels(one) == pixels(again)).all()
    assert (outlines(one, SIDE) == outlines(again, SIDE)).all()
    for other in ((3, 0, 6), (3, 1, 5), (4, 0, 5)):
        assert (pixels(scene(other, FRAMES, SIZE)) != pixels(one)).any()


def test_a_shape_covers_its_area_wherever_between_the_pixels_it_is() -> None:
    for each in filmed(12):
        for flyer in each.flyers:
            x, y = flyer.outline.T
            area = (x * np.roll(y, -1) - y * np.roll(x, -1)).sum() / 2
            middle = np.full_like(flyer.path, SIZE / 2) + flyer.path % 1
            found = covered(replace(flyer, path=middle), SIZE).sum((1, 2))
            assert found == pytest.approx(np.full(FRAMES, area), rel=0.05)


def test_the_front_one_has_its_hue_and_goes_its_way() -> None:
    flow = make_flow(demo_flow(), SIZE)
    wrong, seen = [], 0
    for each in filmed(24):
        frames, front = pixels(each), each.flyers[-1]
        inside = covered(front, SIZE) > 0.99
        # Texture, gain and noise change how light a colour is, not which it is.
        shown = frames[inside].mean(0)
        ours, true = shown - shown @ LUMA, colour(HUES[front.hue]) - colour(HUES[front.hue]) @ LUMA
        assert ours @ true > 0.98 * np.linalg.norm(ours) * np.linalg.norm(true)
        if inside[3].sum() > 100:
            motion = (flow.render(Clip(Path(), frames, np.arange(FRAMES)))[3] - 128.0) * 8 / 255
            step = (front.path - each.camera)[4] - (front.path - each.camera)[3]
            wrong.append(np.median(motion[inside[3]], 0) - step)
            seen += 1
    assert seen >= 12
    assert np.abs(wrong).mean() < 0.2


def test_outlines_show_corners_and_edges_and_no_hue() -> None:
    for each in filmed(8):
        drawn = outlines(each, SIDE)
        assert drawn.shape == (FRAMES, SIZE, SIZE, 3)
        painted = replace(each, flyers=tuple(replace(f, hue="pink") for f in each.flyers))
        assert (outlines(painted, SIDE) == drawn).all()
        assert (pixels(painted) != pixels(each)).any()
        y, x = np.mgrid[:SIZE, :SIZE] + 0.5
        for frame, picture in enumerate(drawn):
            bright = picture.max(-1) > 128
            reach = [np.linalg.norm(f.outline, axis=1).max() + 6 for f in each.flyers]
            places = [f.path[frame] for f in each.flyers]
            away = [np.hypot(x - p[0], y - p[1]) - r for p, r in zip(places, reach, strict=True)]
            assert bright.any()
            assert np.min(away, 0)[bright].max() < 0
