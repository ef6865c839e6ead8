"""From provenance back to settings, and to the same provenance again."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from adf.cache import ClipPlan, Provenance
from adf.config import load
from adf.errors import ConfigError, InvalidInput
from adf.evaluate.bundle.document import Bundle
from adf.evaluate.prediction.check import require_same
from adf.evaluate.prediction.predictor import plan_of
from adf.evaluate.prediction.request import pool_of, request
from adf.extract.backbones import BACKBONES
from adf.extract.fill import open_streams, recipe_of
from adf.extract.settings import ExtractSettings
from adf.extract.weights import draw_weights
from adf.search.genotypes.genotype import Cell, Edge, Genotype, Input

COMMON = {
    "cache": "x",
    "videos": "x",
    "backbone.all": "r3d10-tiny",
    "weights.all": "random:3",
    "clip": "{length: 4, size: 32}",
    "device": "cpu",
    "engine": "frozen",
    "batch": 1,
}


def settings_of(**changes: Any) -> ExtractSettings:
    values = {**COMMON, **{name.replace("__", "."): value for name, value in changes.items()}}
    sets = [f"{name}={value}" for name, value in values.items()]
    return load(ExtractSettings, sets=sets, environ={}).value


def provenance_of(settings: ExtractSettings) -> dict[str, Provenance]:
    """Return how features would be made, by the code that makes them."""
    plan: ClipPlan = plan_of(["/a.mp4"], ("a", "b"), settings)
    streams = open_streams(settings)
    recipe = recipe_of(settings, [stream.modality for stream in streams])
    return {
        stream.name: stream.provenance(settings, plan, recipe, stream.engine(settings, "frozen", 1))
        for stream in streams
    }


def bundle_of(made: dict[str, Provenance], *levels: Input, flip: bool = False) -> Bundle:
    chosen = levels or tuple(Input(name, "layer4") for name in made)
    cell = Cell((tuple(Edge("skip", at) for at in range(len(chosen))),), (len(chosen),))
    genotype = Genotype(chosen, (cell,), 4, (1, 1, 1))
    return Bundle(genotype, ("a", "b"), made, dict.fromkeys(made, ""), flip, {}, {})


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"clip": "{length: 8, size: 48, stride: 2, views: 3, fps: 25}"},
        {"clip.fps": "30000/1001", "strict": "true", "dtype": "uint8"},
        {"pool": "full"},
        {"pool": "compact", "levels.all": "layer1,layer4"},
        {"pool": "3x5"},
        {"normalisation.all": "activitynet-255"},
        {"modality": "flow"},
        {"modality": "flow", "flow": "{method: farneback, steady: median, bound: 4}"},
        {"modality": "flow", "flow": "{method: tvl1, channels: 3}"},
        {"modality": "flow", "flow": "{method: repflow, bound: 5}"},
        {"modality": "pose", "pose": "{method: sidecar, rendering: heatmap}"},
        {"modality": "pose", "pose": "{method: sidecar, rendering: mask, scale: 3}"},
        {"modality": "pose", "pose": "{method: lraspp, weights: 'random:5', scale: 1}"},
    ],
)
def test_settings_made_from_provenance_make_the_same(changes: dict[str, Any]) -> None:
    made = provenance_of(settings_of(**changes))
    asked = request(bundle_of(made), {}, {}, "cpu")
    for name, again in provenance_of(asked).items():
        require_same(again, made[name])
        assert [level.name for level in again.levels] == ["layer4"]


def test_levels_that_are_not_read_are_not_made() -> None:
    made = provenance_of(settings_of())
    asked = request(bundle_of(made, Input("rgb", "layer1"), Input("rgb", "layer2")), {}, {})
    assert asked.levels == {"rgb": "layer1,layer2"}


def test_mirrored_views_are_made_where_they_were() -> None:
    made = provenance_of(settings_of())
    assert request(bundle_of(made, flip=True), {}, {}).clip.flip
    assert not request(bundle_of(made), {}, {}).clip.flip


def test_a_stem_that_was_adapted_is_adapted_again(tmp_path: Path) -> None:
    backbone = BACKBONES["r3d10-tiny"](in_channels=3)
    draw_weights(backbone, 1)
    file = tmp_path / "rgb.pth"
    torch.save(backbone.state_dict(), file)
    changes = {"modality": "flow", "weights.flow": str(file), "adapt_stem.flow": "mean"}
    made = provenance_of(settings_of(**changes))
    asked = request(bundle_of(made), {"flow": str(file)}, {}, "cpu")
    require_same(provenance_of(asked)["flow"], made["flow"])


def test_an_adapted_stem_does_not_hide_who_found_the_persons(tmp_path: Path) -> None:
    backbone = BACKBONES["r3d10-tiny"](in_channels=2)
    draw_weights(backbone, 1)
    file = tmp_path / "flow.pth"
    torch.save(backbone.state_dict(), file)
    changes = {
        "modality": "pose",
        "pose": "{method: lraspp, weights: 'random:5', scale: 1}",
        "weights.pose": str(file),
        "adapt_stem.pose": "mean",
    }
    made = provenance_of(settings_of(**changes))
    assert made["pose"].method["weights"] == "random:5"
    asked = request(bundle_of(made), {"pose": str(file)}, {}, "cpu")
    require_same(provenance_of(asked)["pose"], made["pose"])


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("backbone", "r3d18", "backbone"),
        ("preprocessing", {"stride": 9}, "preprocessing.stride"),
        ("method", {"steady": "median"}, "method.steady"),
        ("weights", "random:4", "weights of flow are random:3"),
    ],
)
def test_what_would_be_made_otherwise_is_refused(field: str, value: Any, said: str) -> None:
    made = provenance_of(settings_of(modality="flow"))["flow"]
    before = getattr(made, field)
    change: Any = {field: {**before, **value} if isinstance(value, dict) else value}
    other = replace(made, **change)
    with pytest.raises(InvalidInput, match=said):
        require_same(made, other)


def test_another_precision_is_told_and_goes(caplog: pytest.LogCaptureFixture) -> None:
    made = provenance_of(settings_of())["rgb"]
    half = replace(made, preprocessing={**made.preprocessing, "precision": "float16"})
    require_same(made, half)
    assert "precision" in caplog.text


def test_features_that_nobody_extracted_have_no_way_from_a_video() -> None:
    made = provenance_of(settings_of())["rgb"]
    slow = replace(made, modality="slow")
    with pytest.raises(InvalidInput, match="slow were not made by adf-extract"):
        request(bundle_of({"slow": slow}), {}, {})


def test_features_that_were_imported_have_no_way_from_a_video_either() -> None:
    made = provenance_of(settings_of())["rgb"]
    imported = replace(made, preprocessing={"source": "arrays"})
    with pytest.raises(InvalidInput, match="rgb were not made by adf-extract"):
        request(bundle_of({"rgb": imported}), {}, {})


def test_weights_of_an_inner_network_have_a_name_of_their_own(tmp_path: Path) -> None:
    made = provenance_of(
        settings_of(modality="pose", pose="{method: lraspp, weights: 'random:5', scale: 1}")
    )["pose"]
    from_file = replace(made, method={**made.method, "weights": "sha256:0"})
    bundle = bundle_of({"pose": from_file})
    asked = request(bundle, {"pose.weights": "there.pth"}, {})
    assert asked.pose.weights == "there.pth"
    with pytest.raises(ConfigError, match="it takes: pose, pose.weights"):
        request(bundle, {"flow.weights": "there.pth"}, {})


def test_a_pooling_leaves_what_the_cache_has() -> None:
    levels = provenance_of(settings_of(pool="3x5", levels__all="layer1,layer3,layer4"))[
        "rgb"
    ].levels
    assert pool_of(levels) == "3x5"
