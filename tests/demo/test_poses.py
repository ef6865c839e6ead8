"""The sidecar as the modality ``pose`` reads and draws it."""

from pathlib import Path

import numpy as np
import pytest

from adf.demo.actors import ARMS, GROUPS, JOINTS, LIMBS, Shot, shot
from adf.demo.factors import Factors, load_factors
from adf.demo.poses import keypoints, sidecar
from adf.extract.modalities.clip import Clip
from adf.extract.modalities.pose import PoseSettings, make_pose

FRAME = 5
SURE = ("knobs.pose_noise=0", "knobs.dropout=0")


def shots(*sets: str) -> tuple[Factors, list[Shot]]:
    factors = load_factors(sets=["counts={train: 2, val: 0, test: 0}", *sets]).value
    return factors, [shot(factors, clip) for clip in factors.clips()]


def test_each_limb_is_drawn_where_it_is_in_the_channel_of_its_side(tmp_path: Path) -> None:
    factors, filmed = shots(*SURE)
    pose = make_pose(PoseSettings(method="sidecar", rendering="heatmap"), size=112)
    for each in filmed[:6]:
        (tmp_path / "clip.npz").write_bytes(sidecar(factors, each))
        pixels = np.zeros((factors.frames, 112, 112, 3), np.uint8)
        clip = Clip(tmp_path / "clip.mp4", pixels, np.arange(factors.frames))
        drawn = pose.render(clip)
        for actor in each.actors:
            joints = actor.path[FRAME] + actor.body()
            for first, second in LIMBS:
                x, y = np.floor((joints[first] + joints[second]) / 2).astype(int)
                assert drawn[FRAME, y, x, GROUPS[second]] > 150, JOINTS[second]
        assert 0.01 < (drawn[FRAME] > 128).any(-1).mean() < 0.2


def test_hands_are_above_the_head_or_below_the_shoulders() -> None:
    factors, filmed = shots(*SURE, "knobs.tilt=0")
    for each, clip in zip(filmed, factors.clips(), strict=True):
        head, shoulder, hand = (each.actors[0].body()[[0, 1, 5], 1]).tolist()
        assert hand < head if clip.cues.posture == "up" else hand > shoulder


def test_arms_have_the_angles_that_were_given() -> None:
    _, filmed = shots("postures={given: [30, 100]}", "knobs.tilt=0")
    body = filmed[0].actors[0].body()
    for (first, second), angle in zip(ARMS, (30, 30, 100, 100), strict=True):
        across, down = body[second] - body[first]
        assert np.rad2deg(np.arctan2(abs(across), down)) == pytest.approx(angle)
        assert (across < 0) == (GROUPS[second] == 0)


def test_noise_and_dropout_are_as_large_as_they_should_be() -> None:
    factors, filmed = shots()
    away, lost = [], []
    for each in filmed:
        joints = keypoints(factors, each)
        # Actors come in any order: take the nearer.
        truth = np.stack([actor.path[:, None] + actor.body() for actor in each.actors], 1)
        found = joints[..., 2] > 0
        orders = [truth, truth[:, ::-1]]
        errors = [(joints[..., :2] - order)[found] for order in orders]
        away.append(min(errors, key=lambda error: float(np.abs(error).mean())).ravel())
        lost.append(1 - found.mean())
    assert np.concatenate(away).std() == pytest.approx(factors.knobs.pose_noise, rel=0.02)
    assert np.mean(lost) == pytest.approx(factors.knobs.dropout, abs=0.01)
