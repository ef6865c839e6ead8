"""Predictions on raw videos are those on the cache that the model was trained on."""

from pathlib import Path
from shutil import copy

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from adf.cache import FeatureCache
from adf.errors import ConfigError
from adf.evaluate.bundle.document import read_bundle, read_network
from adf.evaluate.prediction import load
from adf.evaluate.prediction.predictor import Prediction, Predictor
from adf.search.data import read_level
from tests.evaluate.bundle.samples import World

NEAR = 1e-4


def from_cache(world: World, bundle: Path) -> dict[str, NDArray[np.float32]]:
    """Return what the network says of each video of the cache: the mean over its views."""
    known, cache = read_bundle(bundle), FeatureCache.open(world.cache)
    network, rows = read_network(bundle, known), np.arange(len(cache))
    grid = known.genotype.grid
    features = {level: read_level(cache, rows, level, grid) for level in known.inputs}
    with torch.inference_mode():
        chances = network(features).softmax(dim=1).numpy()
    own = cache.clips["video"].to_numpy()
    return {name: chances[own == name].mean(axis=0) for name in dict.fromkeys(own)}


def said(each: Prediction) -> NDArray[np.float32]:
    """Return the probabilities that there have to be."""
    assert each.chances is not None, each.reason
    return each.chances


def test_raw_videos_and_the_cache_give_the_same(
    world: World, bundle: Path, model: Predictor
) -> None:
    wanted = from_cache(world, bundle)
    assert len(wanted) == 48
    videos = [world.videos / name for name in wanted]
    found = model.predict(videos)
    for each, chances in zip(found, wanted.values(), strict=True):
        assert np.abs(said(each) - chances).max() < NEAR
    # Different videos are told apart, or nothing would have been compared.
    assert len({tuple(np.round(chances, 4)) for chances in wanted.values()}) == 48


def test_three_lines_and_decoding_processes_are_enough(world: World, bundle: Path) -> None:
    video = "red_left_up/0000.mp4"
    model = load(bundle, weights=world.weights)
    found = model.predict([world.videos / video])[0]
    assert np.abs(said(found) - from_cache(world, bundle)[video]).max() < NEAR
    assert found.label == found.top(1)[0][0]
    assert sum(chance for _, chance in found.top(12)) == pytest.approx(1, abs=1e-5)
    assert min(model.spent.decode, model.spent.backbones, model.spent.head) > 0
    assert model.spent.whole > model.spent.backbones + model.spent.head


def test_the_order_is_that_of_the_question_and_a_video_may_be_asked_twice(
    world: World, model: Predictor
) -> None:
    names = ["red_left_up/0000.mp4", "blue_left_up/0000.mp4", "red_left_up/0000.mp4"]
    found = model.predict([world.videos / name for name in names])
    assert [each.video for each in found] == [str(world.videos / name) for name in names]
    first, other, again = map(said, found)
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_a_video_is_found_from_where_one_stands(
    world: World, model: Predictor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(world.videos / "red_left_up")
    found = model.predict(["0000.mp4", "../red_left_up/0000.mp4"])
    assert [each.video for each in found] == ["0000.mp4", "../red_left_up/0000.mp4"]
    assert np.array_equal(said(found[0]), said(found[1]))


def test_a_video_that_cannot_be_read_costs_no_other(
    world: World, model: Predictor, tmp_path: Path
) -> None:
    broken, lonely = tmp_path / "broken.mp4", tmp_path / "lonely.mp4"
    broken.write_bytes(b"no video")
    copy(world.videos / "red_left_up/0000.mp4", lonely)
    good = world.videos / "blue_left_up/0000.mp4"
    found = model.predict([broken, good, lonely, tmp_path / "none.mp4"])
    assert [each.ok for each in found] == [False, True, False, False]
    assert "no video that can be read" in found[0].reason
    assert "lonely.npz" in found[2].reason
    assert "No such file" in found[3].reason
    assert found[0].top(5) == []
    alone = model.predict([good])[0]
    assert np.allclose(said(found[1]), said(alone), atol=1e-6)


def test_sidecars_may_lie_elsewhere(world: World, bundle: Path, tmp_path: Path) -> None:
    place = tmp_path / "films" / "lonely.mp4"
    place.parent.mkdir()
    copy(world.videos / "red_left_up/0000.mp4", place)
    sidecars = tmp_path / "sidecars"
    sidecars.mkdir()
    copy(world.videos / "red_left_up/0000.npz", sidecars / "lonely.npz")
    model = load(bundle, world.weights, {"pose": str(sidecars)}, "cpu", 0)
    found = model.predict([place])[0]
    wanted = from_cache(world, bundle)["red_left_up/0000.mp4"]
    assert np.abs(said(found) - wanted).max() < NEAR


def test_no_video_is_no_question(model: Predictor) -> None:
    with pytest.raises(ConfigError, match="no video"):
        model.predict([])
