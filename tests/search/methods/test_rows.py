"""Halves: whole groups, balanced classes, no clip of the test."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adf.cache import ClipPlan, FeatureCache
from adf.errors import ConfigError, InvalidInput
from adf.search.rows import Part, divided, halves
from tests.search.nets.samples import make_cache, make_videos

MODALITIES = ("rgb", "flow")


def opened(place: Path, videos: int = 24, **how: bool) -> FeatureCache:
    return FeatureCache.open(make_cache(place / "cache", make_videos(videos, **how)))


def check(cache: FeatureCache, learn: Part, judge: Part) -> None:
    """Check what holds for any division."""
    frame = cache.clips
    groups = [set(frame["group"].to_numpy()[part.rows]) for part in (learn, judge)]
    assert groups[0]
    assert groups[1]
    assert not groups[0] & groups[1]
    for part in (learn, judge):
        assert "test" not in set(frame["split_1"].to_numpy()[part.rows])
        assert part.targets.tolist() == cache.plan.targets[part.rows].tolist()
        names = frame["video"].to_numpy()[part.rows]
        same = names[:, None] == names[None, :]
        assert ((part.videos[:, None] == part.videos[None, :]) == same).all()
        assert len(part) == len(set(names))


@pytest.mark.parametrize("share", [0.3, 0.5, 0.8])
def test_groups_are_never_cut(tmp_path: Path, share: float) -> None:
    cache = opened(tmp_path, 48)
    divisions = set()
    for seed in range(8):
        found = halves(cache, "1", MODALITIES, seed, share)
        check(cache, found.weights, found.judging)
        count = len(found.weights.rows) + len(found.judging.rows)
        assert count == (cache.clips["split_1"] == "train").sum()
        assert len(found.weights.rows) / count == pytest.approx(share, abs=0.1)
        divisions.add(tuple(found.weights.rows))
    assert len(divisions) > 4
    again = halves(cache, "split_1", MODALITIES, 7, share)
    assert tuple(again.weights.rows) in divisions


def test_clips_for_validation_judge_where_there_are_any(tmp_path: Path) -> None:
    cache = opened(tmp_path, val=True)
    found = halves(cache, "1", MODALITIES, 0, 0.5)
    check(cache, found.weights, found.judging)
    for part, word in ((found.weights, "train"), (found.judging, "val")):
        assert part.rows.tolist() == np.flatnonzero(cache.clips["split_1"] == word).tolist()


def test_validation_on_groups_of_the_training_is_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    plan = make_videos(val=True)
    halves(opened(tmp_path / "apart", val=True), "1", MODALITIES, 0, 0.5)
    assert not caplog.records
    frame = plan.frame.copy()
    frame.loc[frame["video"] == "v8.avi", "split_1"] = "val"
    mixed = ClipPlan.from_frame(frame, classes=plan.classes, dataset="sample")
    halves(FeatureCache.open(make_cache(tmp_path / "mixed", mixed)), "1", MODALITIES, 0, 0.5)
    [record] = caplog.records
    told = record.getMessage()
    assert "of 1 groups for training and for validation, such as 'g4'" in told


GROUPS = st.lists(
    st.tuples(st.integers(0, 3), st.integers(1, 6), st.integers(0, 2)), min_size=2, max_size=40
)


@given(groups=GROUPS, seed=st.integers(0, 99), share=st.floats(0.2, 0.8))
def test_each_class_is_divided_as_evenly_as_its_groups_allow(
    groups: list[tuple[int, int, int]], seed: int, share: float
) -> None:
    """A group has clips of one class, and sometimes one more of the next."""
    names: list[str] = []
    targets: list[int] = []
    for number, (target, size, more) in enumerate(groups):
        names += [f"g{number}"] * (size + more)
        targets += [target] * size + [target + 1] * more
    group, classes = np.array(names, object), np.array(targets)
    chosen = divided(group, classes, seed, share)
    assert chosen.dtype == bool
    for name in set(names):
        assert len(set(chosen[group == name])) == 1
    assert (divided(group, classes, seed, share) == chosen).all()
    if all(more == 0 for _, _, more in groups):
        for each in set(targets):
            largest = max(size for number, size, _ in groups if number == each)
            count = (classes == each).sum()
            assert abs(chosen[classes == each].sum() - share * count) <= largest


def test_one_view_of_each_video_an_epoch(tmp_path: Path) -> None:
    part = halves(opened(tmp_path), "1", MODALITIES, 0, 0.5).weights
    views = np.zeros(len(part.rows), int)
    orders = set()
    for epoch in range(40):
        positions = part.epoch([0, epoch])
        assert sorted(part.videos[positions]) == list(range(len(part)))
        assert (part.epoch([0, epoch]) == positions).all()
        views[positions] += 1
        orders.add(tuple(part.videos[positions]))
    # Each view comes about every other time; the order is new each time.
    assert views.min() > 5
    assert len(orders) == 40


def test_what_cannot_be_divided_is_said(tmp_path: Path) -> None:
    cache = opened(tmp_path)
    with pytest.raises(ConfigError, match=r"no split '4'.* It has: 1$"):
        halves(cache, "4", MODALITIES, 0, 0.5)
    few = opened(tmp_path / "few", 3)
    for share in (0.05, 0.95):
        with pytest.raises(InvalidInput, match="too few groups .* give share nearer to 0.5"):
            halves(few, "1", MODALITIES, 0, share)
    with pytest.raises(InvalidInput, match="where classes have one group each, a split with clips"):
        halves(few, "1", MODALITIES, 0, 0.05)
    alone = opened(tmp_path / "alone", 1)
    with pytest.raises(InvalidInput, match=r"one class only \(class0\)"):
        halves(alone, "1", MODALITIES, 0, 0.5)
