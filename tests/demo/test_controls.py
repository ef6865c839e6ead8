"""Caches with a known fault, and what the demo says of scores that cannot be."""

from pathlib import Path

import numpy as np
import pytest

from adf.cache import FeatureCache
from adf.cache.verify import verify
from adf.demo.controls import deadened, shuffled
from adf.demo.whole import dishonest, require_honest
from adf.errors import AdfError
from tests.search.nets.samples import make_cache, make_videos


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache of three classes that one level tells apart."""
    return make_cache(tmp_path_factory.mktemp("controls") / "cache", make_videos(120))


def test_dealt_labels_are_the_same_ones_elsewhere(cache: Path, tmp_path: Path) -> None:
    before = FeatureCache.open(cache)
    after = FeatureCache.open(shuffled(cache, tmp_path / "copy"))
    labels = [each.clips["label"] for each in (before, after)]
    assert sorted(labels[0]) == sorted(labels[1])
    agreeing = (labels[0] == labels[1]).mean()
    assert abs(agreeing - 1 / 3) < 0.12
    for column in ("id", "video", "group", "split_1"):
        assert (before.clips[column] == after.clips[column]).all()
    for name in before.modalities:
        for level in before.levels(name):
            values = [each.read(slice(None), name, level) for each in (before, after)]
            assert (values[0] == values[1]).all()
    assert not verify(after.root)


def test_noise_is_as_large_as_what_was_there_and_says_nothing(cache: Path, tmp_path: Path) -> None:
    before = FeatureCache.open(cache)
    after = FeatureCache.open(deadened(cache, tmp_path / "copy", "rgb"))
    assert (after.read(slice(None), "flow", "low") == before.read(slice(None), "flow", "low")).all()
    values = [each.read(slice(None), "rgb", "low").astype(float) for each in (before, after)]
    axes = (0, 2, 3, 4)
    for of in (np.mean, np.std):
        assert of(values[1], axis=axes) == pytest.approx(of(values[0], axis=axes), abs=0.1)
    targets = before.plan.targets
    right = [(each.mean(axis=(2, 3, 4)).argmax(axis=1) == targets).mean() for each in values]
    assert right[0] > 0.9
    assert abs(right[1] - 1 / 3) < 0.1


def test_a_copy_is_the_same_again_and_can_be_gone_on_with(cache: Path, tmp_path: Path) -> None:
    copies = [FeatureCache.open(deadened(cache, tmp_path / name, "rgb")) for name in "aab"]
    seals = [each.root.commits("rgb").read_seal() for each in copies]
    assert seals[0]
    assert len({seal.digest for seal in seals if seal}) == 1


def row(name: str, score: float, ceiling: float | None) -> dict[str, object]:
    """Return what is looked at of a row."""
    return {
        "name": name,
        "reads": "rgb",
        "ceiling": ceiling,
        "top1": {"mean": score},
        "trials": [{"split": "split_1", "videos": 240}] * 3,
    }


def test_a_score_above_its_ceiling_is_refused() -> None:
    chance = 3 * (1 / 6 * 5 / 6 / 240) ** 0.5
    fine = [row("a", 1 / 6 + 0.99 * chance, 1 / 6), row("b", 1.0, 1.0), row("c", 0.9, None)]
    require_honest(fine)
    leak = row("leak", 1 / 6 + 1.01 * chance, 1 / 6)
    assert len(dishonest([*fine, leak])) == 1
    with pytest.raises(AdfError, match=r"leak has 24\.0%.* more than 16\.7%"):
        require_honest([*fine, leak])
