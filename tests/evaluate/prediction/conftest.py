"""What the tests of predictions share."""

from pathlib import Path

import pytest

from adf.evaluate.prediction import load
from adf.evaluate.prediction.predictor import Predictor
from tests.evaluate.bundle.samples import World, make_bundle, make_world


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Videos, features and an evaluation."""
    return make_world(tmp_path_factory.getbasetemp() / "world")


@pytest.fixture(scope="session")
def bundle(world: World, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle of the genotype that reads three modalities."""
    return make_bundle(world, tmp_path_factory.mktemp("bundle") / "three")


@pytest.fixture(scope="session")
def model(world: World, bundle: Path) -> Predictor:
    """The bundle ready for videos."""
    return load(bundle, world.weights, device="cpu", decoders=0)
