"""Every registered backbone keeps the contract; a new one is tested here without a new line."""

from typing import Unpack

import pytest
import torch
from torchvision.models import get_model_weights, video

from adf.errors import ConfigError
from adf.extract.backbones import BACKBONES, NORMALISATIONS, Backbone
from adf.extract.backbones.base import Options
from adf.registry import own_name
from tests.extract.backbones.contract import BackboneContract
from tests.extract.backbones.samples import NAMES, clip, enlivened, lively


@pytest.fixture(scope="module", params=NAMES)
def chosen(request: pytest.FixtureRequest) -> str:
    return str(request.param)


class TestBackbones(BackboneContract):
    @pytest.fixture(autouse=True)
    def _choose(self, chosen: str) -> None:
        self.name = chosen

    def make(self, **options: Unpack[Options]) -> Backbone:
        return BACKBONES[self.name](**options)

    def lively(self) -> Backbone:
        return lively(self.name)

    def test_it_knows_its_name(self) -> None:
        backbone = self.described()
        assert own_name(BACKBONES[self.name]) == self.name
        # One spelling: what a cache says is what is listed.
        assert backbone.name == self.name


BORROWED = [name for name in BACKBONES if hasattr(video, name.replace("-", "_"))]


@pytest.mark.parametrize("name", BORROWED)
def test_torchvision_computes_the_same(name: str) -> None:
    theirs = getattr(video, name.replace("-", "_"))().eval()
    ours = enlivened(BACKBONES[name](num_classes=400))
    theirs.load_state_dict(ours.state_dict())
    found = ours(clip())
    if name == "s3d":
        assert torch.equal(theirs.features(clip()), found["layer4"])
    else:
        pooled = theirs.avgpool(found["layer4"]).flatten(1)
        assert torch.equal(theirs(clip()), theirs.fc(pooled))


@pytest.mark.parametrize("name", BORROWED)
def test_presets_are_those_torchvision_publishes(name: str) -> None:
    with torch.device("meta"):
        wanted = BACKBONES[name]().format
    published = get_model_weights(name.replace("-", "_")).DEFAULT.transforms()
    assert list(wanted.normalisation.mean) == published.mean
    assert list(wanted.normalisation.std) == published.std
    assert [wanted.size] * 2 == published.crop_size


def test_the_four_of_torchvision_are_there() -> None:
    assert BORROWED == ["r3d-18", "mc3-18", "r2plus1d-18", "s3d"]


def test_presets_have_their_documented_numbers() -> None:
    assert NORMALISATIONS["kinetics-unit"].mean == (0.4345, 0.4051, 0.3775)
    assert NORMALISATIONS["kinetics-unit"].std == (0.2768, 0.2713, 0.2737)
    assert NORMALISATIONS["activitynet-255"].mean == (114.7748, 107.7354, 99.4750)
    flow = NORMALISATIONS["kinetics-unit-flow"]
    assert flow.mean == (0.5, 0.5)
    assert flow.std == (0.273933, 0.273933)
    assert all(name == preset.name for name, preset in NORMALISATIONS.items())


def test_a_clip_that_is_too_small_is_refused_with_what_would_do() -> None:
    with torch.device("meta"):
        backbone = BACKBONES["s3d"]()
    with pytest.raises(ConfigError, match="too small for s3d: take 16 frames and 224 pixels"):
        backbone.level_shapes(frames=2, size=16)


@pytest.mark.parametrize(
    ("name", "shapes"),
    [
        ("r3d18", [(64, 8, 28, 28), (128, 4, 14, 14), (256, 2, 7, 7), (512, 1, 4, 4)]),
        ("resnext101", [(256, 8, 28, 28), (512, 4, 14, 14), (1024, 2, 7, 7), (2048, 1, 4, 4)]),
    ],
)
def test_shapes_are_those_measured_on_the_originals(
    name: str, shapes: list[tuple[int, ...]]
) -> None:
    with torch.device("meta"):
        backbone = BACKBONES[name](levels=["layer1", "layer2", "layer3", "layer4"])
    assert [level.shape for level in backbone.level_shapes()] == shapes
