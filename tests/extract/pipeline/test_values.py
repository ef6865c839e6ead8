"""What is in a cache is what the network says of each clip, however it came there."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from adf.cache import Root
from adf.extract import shards
from adf.extract.backbones import BACKBONES
from adf.extract.shards import jobs_of
from adf.extract.video.decoding import decode
from adf.extract.video.geometry import Geometry
from adf.extract.video.recipe import Recipe
from adf.extract.video.sampling import Views, Window
from adf.extract.weights import load_weights
from tests.cache.samples import tree
from tests.extract.pipeline.samples import LENGTH, SIZE, VIEWS, extract, opened


def by_hand(path: Path, view: int, flip: bool, backbone: str = "r3d10-tiny") -> dict[str, Any]:
    """Decode one view, run the network on it alone, and pool: as plainly as can be."""
    network = BACKBONES[backbone](levels=("layer1", "layer2", "layer3", "layer4"))
    load_weights(network, "random:3")
    recipe = Recipe(Views(VIEWS, LENGTH), (Geometry(width=SIZE, height=SIZE),))
    pixels = decode(path, [Window(view=view, flip=flip)], recipe).arrays["square"][0]
    preset = network.format.normalisation
    clip = torch.from_numpy(pixels.astype(np.float32) / 255 * preset.top)
    clip = (clip - torch.tensor(preset.mean)) / torch.tensor(preset.std)
    with torch.no_grad():
        levels = network(clip.permute(3, 0, 1, 2)[None])
    return {name: level[0].numpy() for name, level in levels.items()}


def test_every_clip_has_the_features_of_its_own_frames(videos: Path, tmp_path: Path) -> None:
    answer = extract(videos, tmp_path / "cache", clip__flip=True, pool="3x3")
    assert answer.failed == 0
    cache = opened(tmp_path / "cache")
    assert len(cache) == 5 * VIEWS * 2
    for row, clip in cache.clips.iterrows():
        wanted = by_hand(videos / clip["video"], clip["view"], bool(clip["flip"]))
        for name, level in wanted.items():
            found = cache.read([int(str(row))], "rgb", name)[0].astype(np.float32)
            frames, height, width = level.shape[1:]
            size = (frames, min(height, 3), min(width, 3))
            pooled = F.adaptive_avg_pool3d(torch.from_numpy(level), size).numpy()
            assert found.shape == pooled.shape
            assert np.abs(found - pooled).max() <= 2e-3 * np.abs(pooled).max()


@pytest.mark.parametrize("change", [{"batch": 3}, {"engine": "folded"}, {"decoders": 1}])
def test_how_it_is_calculated_changes_next_to_nothing(
    videos: Path, tmp_path: Path, change: dict[str, Any]
) -> None:
    extract(videos, tmp_path / "plain")
    extract(videos, tmp_path / "other", **change)
    plain, other = opened(tmp_path / "plain"), opened(tmp_path / "other")
    rows = np.arange(len(plain))
    for level in plain.levels("rgb"):
        left, right = (c.read(rows, "rgb", level).astype(np.float32) for c in (plain, other))
        assert np.abs(left - right).max() <= 2e-3 * np.abs(left).max()


def test_workers_and_order_change_not_one_byte(videos: Path, tmp_path: Path) -> None:
    extract(videos, tmp_path / "alone")
    extract(videos, tmp_path / "together", workers=2)
    assert tree(tmp_path / "alone") == tree(tmp_path / "together")


def test_many_windows_of_a_video_are_decoded_in_parts(
    videos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    changes: dict[str, Any] = {"clip__views": 20, "levels__all": "layer4", "shard_rows": 64}
    extract(videos, tmp_path / "parts", **changes)
    plan = Root.open(tmp_path / "parts").plan
    jobs = list(jobs_of(plan, videos, range(len(plan))))
    assert [len(job.windows) for job in jobs] == [16, 4] * 5
    assert [row for job in jobs for row in job.rows] == list(range(100))
    monkeypatch.setattr(shards, "MOST_WINDOWS", 100)
    extract(videos, tmp_path / "whole", **changes)
    assert tree(tmp_path / "parts") == tree(tmp_path / "whole")


@pytest.mark.parametrize("way", ["frozen", "folded"])
def test_threads_are_kept_where_they_matter(videos: Path, tmp_path: Path, way: str) -> None:
    threads = torch.get_num_threads()
    try:
        for count in (1, 2):
            torch.set_num_threads(count)
            extract(videos, tmp_path / f"with{count}", engine=way)
        # Begun with one thread and gone on with another number: as if nothing had changed.
        before = tree(tmp_path / "with1")
        Root.open(tmp_path / "with1").commits("rgb").withdraw([0, 2])
        extract(videos, tmp_path / "with1", engine=way)
    finally:
        torch.set_num_threads(threads)
    assert tree(tmp_path / "with1") == before
    assert (tree(tmp_path / "with2") == before) == (way == "frozen")


@pytest.mark.parametrize("backend", ["zarr", "hdf5"])
def test_modalities_together_are_those_apart(videos: Path, tmp_path: Path, backend: str) -> None:
    changes: dict[str, Any] = {"flow__method": "farneback", "decoders": 1, "backend": backend}
    extract(videos, tmp_path / "both", modality="rgb,flow", **changes)
    extract(videos, tmp_path / "apart", modality="flow", **changes)
    extract(videos, tmp_path / "apart", modality="rgb", **changes)
    assert tree(tmp_path / "both") == tree(tmp_path / "apart")


def test_backends_hold_the_same_values(videos: Path, tmp_path: Path) -> None:
    answers = [extract(videos, tmp_path / name, backend=name) for name in ("zarr", "hdf5")]
    digests = [answer.facts["modalities"]["rgb"]["digest"] for answer in answers]
    assert digests[0] == digests[1]


@pytest.mark.parametrize("dtype", ["float32", "uint8"])
def test_dtypes(videos: Path, tmp_path: Path, dtype: str) -> None:
    extract(videos, tmp_path / "half", levels__all="layer3")
    extract(videos, tmp_path / "other", levels__all="layer3", dtype=dtype)
    half, other = (opened(tmp_path / name).read([3], "rgb", "layer3") for name in ("half", "other"))
    assert np.abs(half - other).max() <= (half.max() - half.min()) / 255
