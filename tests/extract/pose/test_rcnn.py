"""Torchvision's R-CNNs: persons among what they detect, and their joints."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torchvision.models.detection import keypointrcnn_resnet50_fpn, maskrcnn_resnet50_fpn_v2

from adf.extract.modalities.clip import Clip
from adf.extract.modalities.pose import PoseSettings, make_pose
from adf.extract.modalities.pose.assembly import Pose
from adf.extract.modalities.pose.detectors import person_network, with_frozen_norms
from adf.extract.modalities.pose.skeleton import People
from adf.extract.modalities.pose.strokes import heatmap
from adf.extract.video.geometry import Geometry
from tests.extract.pose.samples import noise

SIDE = 64
SQUARE = Geometry("square", SIDE, SIDE)
CLIP = Clip(Path("v.avi"), noise(2, SIDE, SIDE, 3), np.arange(2))
IMAGES = list(torch.from_numpy(CLIP.pixels.astype(np.float32) / 255).permute(0, 3, 1, 2))
PROPOSALS = 2


def few(network: nn.Module) -> nn.Module:
    """Look at a few places only: random weights find something everywhere."""
    rpn: Any = network.get_submodule("rpn")
    rpn._post_nms_top_n = {"training": PROPOSALS, "testing": PROPOSALS}
    return network.eval()


@pytest.mark.slow
def test_maskrcnn_is_torchvisions(tmp_path: Path) -> None:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        own = maskrcnn_resnet50_fpn_v2(
            weights=None, weights_backbone=None, min_size=SIDE, max_size=SIDE, box_score_thresh=0.3
        )
    # Random weights find a bit of everything: only persons and bicycles are left to choose.
    scores = own.roi_heads.box_predictor.cls_score
    scores.weight.data.mul_(1e-3)
    scores.bias.data[1:3] = 6
    torch.save(own.state_dict(), tmp_path / "w.pth")
    settings = PoseSettings("maskrcnn", "mask", str(tmp_path / "w.pth"), threshold=0.3)
    finder = person_network(settings, SIDE, "cpu")
    few(finder.network)
    with torch.no_grad():
        found = few(own)(IMAGES)
    labels = [each["labels"].tolist() for each in found]
    assert all({1, 2} == set(each) for each in labels)
    expected = np.stack([each["masks"][each["labels"] == 1, 0].amax(0).numpy() for each in found])
    masks = finder.find(CLIP, SQUARE)
    assert isinstance(masks, np.ndarray)
    np.testing.assert_allclose(masks, expected, atol=1e-4)
    assert masks.max() > 0.4


@pytest.mark.slow
def test_keypointrcnn_is_torchvisions() -> None:
    settings = PoseSettings("keypointrcnn", "heatmap", "random:3", threshold=0, scale=1)
    finder = person_network(settings, SIDE, "cpu")
    with torch.device("meta"):
        own = keypointrcnn_resnet50_fpn(
            weights=None, weights_backbone=None, min_size=SIDE, max_size=SIDE, box_score_thresh=0
        )
        # As torchvision itself builds it for its weights: without an epsilon in the norms.
        own = few(with_frozen_norms(own))
    own.load_state_dict(few(finder.network).state_dict(), assign=True)
    with torch.no_grad():
        found = own(IMAGES)
    people = finder.find(CLIP, SQUARE)
    assert isinstance(people, People)
    assert people.joints.shape == (2, max(len(each["scores"]) for each in found), 17, 3)
    for persons, each in zip(people.joints, found, strict=True):
        count = len(each["scores"])
        places = each["keypoints"][..., :2].numpy()
        assert count
        np.testing.assert_allclose(persons[:count, :, :2] * SIDE, places, atol=1e-2)
        assert (persons[:count, :, 2] == (each["keypoints_scores"].numpy() > 0)).all()
        assert not persons[count:].any()
    drawn = Pose(SQUARE, SIDE // 2, "heatmap", finder).render(CLIP)
    assert np.abs(drawn - 255 * heatmap(people, SIDE // 2)).max() <= 1


@pytest.mark.slow
def test_nobody_is_an_empty_picture() -> None:
    settings = PoseSettings("maskrcnn", "mask", "random", threshold=1, scale=1)
    assert not make_pose(settings, SIDE).render(CLIP).any()
