"""The test split stays closed: its labels and features change nothing, and no row of it is read."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from adf.cache import ClipPlan, FeatureCache
from adf.search import data
from adf.search.trial import carry_out
from tests.search.nets.samples import CLASSES, make_cache, make_videos
from tests.search.run.samples import learned, rewritten, small

METHODS = ("darts", "random", "propose-and-judge")


def poisoned(plan: ClipPlan) -> tuple[ClipPlan, list[int]]:
    """Return the plan with wrong labels in the test split, and the rows of that."""
    frame = plan.frame.copy()
    rows = np.flatnonzero(frame["split_1"] == "test")
    wrong = (plan.targets[rows] + 1) % CLASSES
    frame.loc[rows, "label"] = [plan.classes[target] for target in wrong]
    return ClipPlan.from_frame(frame, classes=plan.classes, dataset="sample"), list(map(int, rows))


@pytest.mark.parametrize(
    ("method", "val"), [*((method, False) for method in METHODS), ("darts", True)]
)
def test_what_is_in_the_test_split_changes_nothing(tmp_path: Path, method: str, val: bool) -> None:
    plan = make_videos(val=val)
    clean = make_cache(tmp_path / "clean", plan)
    other, rows = poisoned(plan)
    assert len(rows) == 12
    spoilt = rewritten(clean, tmp_path / "spoilt", other, rows)
    for cache in (clean, spoilt):
        carry_out(small(cache, f"method={method}"), "off", tmp_path / f"run-{cache.name}")
    assert learned(tmp_path / "run-clean") == learned(tmp_path / "run-spoilt")


@pytest.mark.parametrize(
    ("method", "room"), [*((method, 0) for method in METHODS), ("darts", 2**40)]
)
def test_no_row_of_the_test_split_is_read(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, method: str, room: int
) -> None:
    asked: list[int] = []
    read = FeatureCache.read

    def spy(self: FeatureCache, rows: Any, *words: Any, **more: Any) -> Any:
        asked.extend(np.arange(len(self))[rows].tolist())
        return read(self, rows, *words, **more)

    monkeypatch.setattr(FeatureCache, "read", spy)
    monkeypatch.setattr(data, "free_memory", lambda device: room)
    carry_out(small(cache, f"method={method}"), "off", tmp_path / "run")
    split = FeatureCache.open(cache).clips["split_1"]
    assert len(set(asked)) > 30
    assert set(split[asked]) == {"train"}
