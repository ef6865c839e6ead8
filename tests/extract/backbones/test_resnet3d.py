"""The 3D-ResNets have the keys of the published files and compute what their description says."""

import json
from pathlib import Path

import pytest
import torch

from adf.extract.backbones import BACKBONES, Backbone
from tests.extract.backbones.reference import Reference
from tests.extract.backbones.samples import assert_near, clip, enlivened, lively

DATA = Path(__file__).parent / "data"


def described(name: str, channels: int, classes: int) -> Backbone:
    with torch.device("meta"):
        return BACKBONES[name](in_channels=channels, num_classes=classes)


@pytest.mark.parametrize(
    ("file", "name", "channels", "classes"),
    [
        ("r3d18", "r3d18", 3, 700),
        ("r3d50", "r3d50", 3, 700),
        ("r2p1d18", "r2p1d18", 3, 700),
        ("r2p1d50", "r2p1d50", 3, 700),
        ("resnext101_rgb", "resnext101", 3, 400),
        ("resnext101_flow", "resnext101", 2, 400),
    ],
)
def test_keys_shapes_and_order_are_those_of_the_files(
    file: str, name: str, channels: int, classes: int
) -> None:
    wanted = json.loads((DATA / f"{file}.json").read_text())
    state = described(name, channels, classes).state_dict()
    assert [(key, list(value.shape)) for key, value in state.items()] == list(wanted.items())


@pytest.mark.parametrize(
    ("name", "channels", "classes", "keys", "parameters"),
    [
        ("r3d18", 3, 700, 122, 33_563_004),
        ("r3d34", 3, 700, 218, 63_872_636),
        ("r3d50", 3, 700, 320, 47_633_276),
        ("r3d101", 3, 700, 626, 86_679_420),
        ("r2p1d18", 3, 700, 224, 33_575_064),
        ("r2p1d50", 3, 700, 422, 47_650_082),
        ("resnext101", 3, 400, 626, 48_340_816),
        ("resnext101", 2, 400, 626, 48_318_864),
    ],
)
def test_counts_are_those_of_the_files(
    name: str, channels: int, classes: int, keys: int, parameters: int
) -> None:
    network = described(name, channels, classes)
    assert len(network.state_dict()) == keys
    assert sum(value.numel() for value in network.parameters()) == parameters


@pytest.mark.parametrize(
    "name",
    ["r3d18", "r3d50", "r2p1d18", "r2p1d50", pytest.param("resnext101", marks=pytest.mark.slow)],
)
def test_every_level_equals_the_reference(name: str) -> None:
    backbone = lively(name)
    # An odd size, so that a wrong padding or a wrong place of a stride shows.
    given = clip((1, 3, 9, 33, 35))
    assert_near(backbone(given), Reference(name, backbone.state_dict()).levels(given))


@pytest.mark.parametrize("name", ["r3d18", "r2p1d18"])
def test_every_level_of_a_flow_network_equals_the_reference(name: str) -> None:
    backbone = enlivened(BACKBONES[name](in_channels=2))
    given = clip((1, 2, 8, 32, 32))
    assert_near(backbone(given), Reference(name, backbone.state_dict()).levels(given))


def test_the_reference_can_fail() -> None:
    backbone = lively("r3d18")
    state = {key: value.clone() for key, value in backbone.state_dict().items()}
    state["layer3.1.bn2.running_mean"][7] += 0.05
    found, wanted = backbone(clip()), Reference("r3d18", state).levels(clip())
    with pytest.raises(AssertionError, match="layer3 is off"):
        assert_near(found, wanted)
