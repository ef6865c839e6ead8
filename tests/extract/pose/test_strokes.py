"""Joints and limbs against distances worked out otherwise."""

from typing import Any

import numpy as np
import pytest

from adf.extract.modalities.pose.bodies import limb_mask
from adf.extract.modalities.pose.skeleton import COCO, People, Skeleton, tidy
from adf.extract.modalities.pose.strokes import heatmap

SIZE = 56
PAIR = Skeleton((0, 1), ((0, 1),))


def people(*joints: tuple[float, float, float], skeleton: Skeleton = PAIR) -> People:
    return People(np.array([[joints]], np.float32), skeleton)


def centres() -> Any:
    across, down = np.meshgrid(np.arange(SIZE) + 0.5, np.arange(SIZE) + 0.5)
    return np.stack([across, down], -1)


def test_a_joint_is_a_gaussian_in_its_colour() -> None:
    drawn = heatmap(people((0.25, 0.5, 1), (0.9, 0.9, 0)), SIZE)[0]
    away = np.hypot(*np.moveaxis(centres() - (14, 28), -1, 0))
    np.testing.assert_allclose(drawn[..., 0], np.exp(-(away**2) / 2), atol=4e-4)
    assert not drawn[..., 1:].any()


def test_a_limb_has_the_colour_of_its_outer_joint_and_half_the_width() -> None:
    drawn = heatmap(people((0.25, 0.5, 1), (0.75, 0.5, 0.8)), SIZE)[0]
    # Half a pixel from the line, far from both joints.
    np.testing.assert_allclose(drawn[28, 28], [0, 0.8 * np.exp(-0.5), 0], atol=1e-6)
    np.testing.assert_allclose(drawn[29, 28], [0, 0.8 * np.exp(-4.5), 0], atol=1e-6)
    assert not drawn[:, :9].any()
    assert not drawn[31:, 20:36].any()


@pytest.mark.parametrize("absent", [0, 1])
def test_what_is_not_there_is_not_drawn(absent: int) -> None:
    joints = [(0.2, 0.2, 1.0), (0.8, 0.8, 1.0)]
    joints[absent] = (*joints[absent][:2], 0.0)
    drawn = heatmap(people(*joints), SIZE)[0]
    assert not drawn[..., absent].any()
    assert drawn[..., 1 - absent].max() > 0.7
    assert not drawn[22:34, 22:34].any()


def test_crossing_strokes_take_the_stronger() -> None:
    two = People(np.array([[[(0.5, 0.5, 1)], [(0.5, 0.5, 0.5)]]], np.float32), Skeleton((2,), ()))
    one = People(two.joints[:, :1], two.skeleton)
    assert (heatmap(two, SIZE) == heatmap(one, SIZE)).all()
    assert (heatmap(People(two.joints[:, ::-1], two.skeleton), SIZE) == heatmap(one, SIZE)).all()


def test_strokes_are_cut_at_the_edge() -> None:
    across = people((-0.5, 0.5, 1), (1.5, 0.5, 1))
    drawn = heatmap(across, SIZE)[0, :, :, 1]
    assert (drawn[28] == drawn[28, 0]).all()
    assert not heatmap(people((-9, 2, 1), (-9, 5, 1)), SIZE).any()


def test_a_mask_covers_limbs_as_thick_as_the_person_is_tall() -> None:
    mask = limb_mask(people((0.25, 0.5, 1), (0.75, 0.5, 1)), SIZE)[0]
    away = np.abs(centres()[..., 1] - 28)[:, 28]
    np.testing.assert_allclose(mask[:, 28], (0.06 * 28 + 1 - away).clip(0, 1), atol=1e-6)
    assert not mask[:, :11].any()


def test_a_trunk_is_filled() -> None:
    joints = np.zeros((17, 3), np.float32)
    joints[[5, 6, 11, 12]] = [(0.3, 0.3, 1), (0.7, 0.3, 1), (0.35, 0.8, 1), (0.65, 0.8, 1)]
    joints[[8, 10]] = [(0.9, 0.1, 1), (0.95, 0.5, 1)]
    mask = limb_mask(People(joints[None, None], COCO), SIZE)[0]
    assert (mask[17:45, 20:36] == 1).all()
    # Between the arm and the trunk.
    assert not mask[20:28, 44:47].any()
    assert not limb_mask(People(0 * joints[None, None], COCO), SIZE).any()


def test_the_skeleton_of_coco_is_its_own_mirror() -> None:
    assert len(COCO.groups) == 17
    other = [0, *(joint + 1 if joint % 2 else joint - 1 for joint in range(1, 17))]
    assert tuple(COCO.groups[joint] for joint in other) == COCO.mirrored().groups
    limbs = {tuple(sorted(limb)) for limb in COCO.limbs}
    assert {tuple(sorted((other[a], other[b]))) for a, b in COCO.limbs} == limbs


def test_joints_that_lie_nowhere_are_not_there() -> None:
    wild = np.array([[np.nan, 0, 1], [0, np.inf, 1], [1e30, 0, 1], [0.5, 0.5, 7], [0.5, 0, -2]])
    assert tidy(wild)[:, 2].tolist() == [0, 0, 0, 1, 0]
    drawn = heatmap(People(tidy(wild)[None, None], Skeleton((0,) * 5, ((0, 3), (2, 3)))), SIZE)
    assert np.isfinite(drawn).all()
