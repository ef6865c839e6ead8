"""The preset of the original space has the counts that were measured on its code."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from adf.cache import Appender, ClipPlan, FeatureCache, FeatureSpec, Root
from adf.config import Config, load
from adf.configs import preset
from adf.search.genotypes.space import FusionSpace
from adf.search.nets.mixture import Alphas
from adf.search.nets.supernet import MixedEdge, Supernet
from adf.search.settings import SearchSettings
from adf.search.trial import carry_out, open_space
from tests.cache.samples import make_plan, make_provenance

CLASSES = 51
WIDTHS = {"rgb": 1024, "flow": 1024, "pose": 256}
# Million weights of the original supernet, by channels, of one cell to four.
ORIGINAL = {256: (7.1, 13.8, 20.6, 27.7), 512: (27.0, 53.5, 80.8, 108.9)}


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> FeatureCache:
    """A cache of few clips with the channels of the original backbones."""
    return FeatureCache.open(make(tmp_path_factory.mktemp("original"), make_plan(), WIDTHS))


def make(place: Path, plan: ClipPlan, widths: dict[str, int]) -> Path:
    """Fill a cache of one level a modality with noise."""
    root, random = Root.create(place, plan, shard_rows=64), np.random.default_rng(0)
    for modality, width in widths.items():
        level = FeatureSpec("layer3", (width, 2, 2, 2), "float16")
        appender = Appender(root, make_provenance(plan, level, modality=modality))
        for draft in appender.drafts():
            with draft:
                for row in draft.rows:
                    draft.put(row, {"layer3": random.standard_normal(level.shape)})
        appender.seal()
    return place


def configured(*sets: str) -> Config[SearchSettings]:
    files = ["search/autodeepfuse"]
    return load(SearchSettings, files=files, preset=preset, sets=["device=cpu", *sets], environ={})


def space(cache: FeatureCache, **changes: Any) -> FusionSpace:
    sets = [f"space.{name}={value}" for name, value in changes.items()]
    return open_space(cache, configured("cache=unused", *sets).value.space)


def test_it_is_the_search_that_was_published() -> None:
    found = configured("cache=unused").value
    assert found.method == "pc-darts"
    relax = found.relax
    assert (relax.epochs, relax.warm_up, relax.batch, relax.accumulate) == (50, 5, 32, 2)
    assert (relax.optimizer, relax.rate, relax.momentum, relax.decay) == ("sgd", 2e-3, 0.9, 3e-4)
    assert (relax.alpha_rate, relax.alpha_decay, relax.clip) == (3e-4, 1e-3, 40)
    assert relax.guards.partial == 4


@pytest.mark.parametrize("cells", [1, 2, 3, 4])
def test_edges_and_architecture_parameters(original: FeatureCache, cells: int) -> None:
    found = space(original, cells=cells)
    assert [sum(found.sources(number)) for number in range(cells)] == [18] * cells
    alphas = Alphas(found, with_edges=True)
    assert [tuple(each.shape) for each in alphas.ops] == [(18, 7)] * cells
    assert [tuple(each.shape) for each in alphas.edges] == [(18,)] * cells
    assert sum(each.numel() for each in (*alphas.ops, *alphas.edges)) == cells * 144
    # Nothing is left to choose among levels.
    assert all(len(slot) == 1 for slot in found.choices)


@pytest.mark.parametrize("channels", ORIGINAL)
@pytest.mark.parametrize("cells", [1, 2, 3, 4])
def test_weights(original: FeatureCache, channels: int, cells: int) -> None:
    with torch.device("meta"):
        net = Supernet(space(original, channels=channels, cells=cells), CLASSES, partial=4)
    ours = sum(weight.numel() for weight in net.parameters())
    # The norms of its operations have a scale and a shift; ours have none, as in DARTS.
    edges = [each for each in net.modules() if isinstance(each, MixedEdge)]
    assert len(edges) == 18 * cells
    norms = [each for edge in edges for each in edge.modules() if isinstance(each, nn.BatchNorm3d)]
    assert all(norm.weight is None for norm in norms)
    scales = 2 * sum(norm.num_features for norm in norms)
    assert round((ours + scales) / 1e6, 1) == ORIGINAL[channels][cells - 1]


def test_it_runs_from_end_to_end(tmp_path: Path) -> None:
    cache = make(tmp_path / "cache", make_plan(24), {"rgb": 3, "flow": 2, "pose": 2})
    small = ("space.channels=8", "relax.epochs=2", "relax.warm_up=1", "train.epochs=1")
    found = carry_out(configured(f"cache={cache}", *small), "off", tmp_path / "run")
    (cell,) = found["genotype"]["cells"]
    assert [len(node) for node in cell["nodes"]] == [3, 4, 5, 6]
    assert cell["concat"] == (3, 4, 5, 6)
    # Three copies of the same stem: where no edge is kept back, they are all in use.
    assert found["genotype"]["copies"] == 3
