"""The encoders, and the cache of their levels."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from click.testing import CliRunner
from torch.nn import functional as F

from adf.cache import FeatureCache
from adf.demo.avmnist.encoders import Encoder, seen
from adf.demo.avmnist.make import AvmnistSettings, make
from adf.demo.cli import demo


@pytest.mark.parametrize(("kind", "widths"), [("image", [4, 8, 16]), ("audio", [4, 8, 16, 32, 64])])
def test_levels_are_means_of_maps(kind: str, widths: list[int]) -> None:
    torch.manual_seed(0)
    encoder = Encoder(kind, 4).eval()
    side = 28 if kind == "image" else 112
    x = torch.randn(3, side, side)
    levels, logits = seen(encoder, x)
    assert [level.shape[1] for level in levels] == widths
    maps, now = [], x[:, None]
    for layer in encoder.layers:
        maps.append(layer(now))
        now = F.max_pool2d(maps[-1], 2)
    wanted = [each.mean((2, 3)) for each in maps]
    if kind == "audio":
        wanted[0] = F.max_pool2d(maps[0], 2).mean((2, 3))
    for level, mean in zip(levels, wanted, strict=True):
        assert torch.allclose(level, mean, atol=1e-6)
    assert torch.allclose(logits, encoder(x[:, None]), atol=1e-5)


@pytest.mark.slow
def test_a_cache_of_levels_is_written_by_the_command(tmp_path: Path) -> None:
    make(AvmnistSettings(train=240, test=60, noise=0.3, kept=0.8), tmp_path / "av", "off")
    words = ["avmnist", "cache", tmp_path / "av", tmp_path / "cache", "--json", "--progress", "off"]
    words += ["--set", "channels=4", "--set", "epochs=12", "--set", "most=200"]
    done = CliRunner().invoke(demo, list(map(str, words)))
    assert done.exit_code == 0, done.output
    alone = json.loads(done.stdout)["alone"]
    assert set(alone) == {"audio", "image"}
    assert min(alone.values()) > 0.3
    cache = FeatureCache.open(tmp_path / "cache")
    assert cache.modalities == ["audio", "image"]
    assert cache.levels("audio") == [f"layer{number}" for number in range(1, 6)]
    assert cache.spec("image", "layer3").shape == (16,)
    assert dict(cache.clips["split_1"].value_counts()) == {"train": 180, "val": 20, "test": 60}
    labels = cache.clips["label"].to_numpy()[-60:]
    truth = np.load(tmp_path / "av" / "test_labels.npy")
    assert labels.tolist() == [f"digit{label}" for label in truth]
