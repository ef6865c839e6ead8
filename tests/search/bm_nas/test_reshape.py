"""Levels of any size as states, and pooled before a search."""

from pathlib import Path

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from adf.search.bm_nas.pooling import loaded, pooled_source
from adf.search.bm_nas.reshape import Reshape, pooled
from tests.search.bm_nas.samples import LEVELS, quick_study, shaken

SHAPES = [(2, 3, 8, 14, 14), (2, 3, 3, 5, 2), (2, 3, 1, 4, 4), (2, 3, 16, 1, 1), (2, 3, 1, 1, 1)]


@pytest.mark.parametrize("length", [1, 4, 8])
@pytest.mark.parametrize("shape", SHAPES)
def test_a_state_is_the_published_sequence(shape: tuple[int, ...], length: int) -> None:
    torch.manual_seed(0)
    reshape = shaken(Reshape(shape[1], 5, length, 0.5)).eval()
    x = torch.randn(shape)
    # Flat places, the largest of each stretch, as many as asked for, one layer, norm, ReLU.
    flat = F.adaptive_max_pool2d(x.reshape(2, 3, shape[2], -1), (length, 1)).squeeze(3)
    same = F.interpolate(flat, size=length, mode="nearest")
    layer = torch.einsum("oi,bil->bol", reshape.mix.weight[:, :, 0], same)
    assert reshape.mix.bias is not None
    layer = layer + reshape.mix.bias[:, None]
    mean, var = reshape.norm.running_mean, reshape.norm.running_var
    assert mean is not None
    assert var is not None
    normed = (layer - mean[:, None]) / (var[:, None] + 1e-5).sqrt()
    wanted = (normed * reshape.norm.weight[:, None] + reshape.norm.bias[:, None]).clamp_min(0)
    assert reshape(x).shape == (2, 5, length)
    torch.testing.assert_close(reshape(x), wanted, rtol=1e-4, atol=1e-5)


def test_stretches_of_time_overlap_where_they_do_not_divide() -> None:
    x = torch.arange(5.0).view(1, 1, 5, 1, 1)
    assert pooled(x, 2).flatten().tolist() == [2, 4]
    assert pooled(x, 8).flatten().tolist() == [0, 1, 1, 2, 3, 3, 4, 4]


@pytest.mark.parametrize("shape", SHAPES)
def test_pooling_again_changes_nothing(shape: tuple[int, ...]) -> None:
    once = pooled(torch.randn(shape), 4)
    assert torch.equal(pooled(once[..., None, None], 4), once)


def test_levels_pooled_once_are_those_of_every_batch(cache: Path, tmp_path: Path) -> None:
    with quick_study(cache, tmp_path / "run") as study:
        source = pooled_source(study, LEVELS, 4)
        rows = [study.halves.judging.rows[::-1], study.halves.weights.rows[:3]]
        for full, small in zip(study.source.batches(rows), source.batches(rows), strict=True):
            for level in LEVELS:
                assert small[level].shape[2:] == (4, 1, 1)
                assert torch.equal(small[level][..., 0, 0], pooled(full[level], 4))


def test_where_memory_is_too_small_levels_stay_as_they_are(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with quick_study(cache, tmp_path / "run") as study:
        monkeypatch.setattr("adf.search.bm_nas.pooling.free_memory", lambda device: 10)
        assert pooled_source(study, LEVELS, 4) is study.source


def test_many_rows_are_pooled_a_few_at_a_time(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adf.search.bm_nas.pooling.CHUNK", 3)
    with quick_study(cache, tmp_path / "run") as study:
        rows = np.sort(study.halves.weights.rows)
        source = loaded(study.source, rows, LEVELS[:1], 4)
        (full,), (small,) = study.source.batches([rows]), source.batches([rows])
        assert torch.equal(small[LEVELS[0]][..., 0, 0], pooled(full[LEVELS[0]], 4))
