"""The answers of the test split stay closed until the table, and no test clip teaches."""

from pathlib import Path

import numpy as np
import pytest

from adf.cache import FeatureCache
from adf.evaluate import fits
from adf.evaluate.parts import SEALED, answers, parts
from adf.evaluate.run import evaluate
from adf.search.train import Bench, train
from tests.evaluate.samples import small, written
from tests.search.nets.samples import CLASSES, make_cache, make_videos
from tests.search.run.samples import rewritten
from tests.search.run.test_split import poisoned

SETS = ("genotypes=[random:1]", "baselines=[all]", "seeds=0-1")


@pytest.mark.parametrize("val", [False, True])
def test_wrong_answers_change_nothing_but_the_score(tmp_path: Path, val: bool) -> None:
    plan = make_videos(val=val)
    clean = make_cache(tmp_path / "clean", plan)
    spoilt = rewritten(clean, tmp_path / "spoilt", poisoned(plan)[0])
    results = [
        evaluate(small(cache, *SETS), mode="off", out=tmp_path / f"run-{cache.name}")
        for cache in (clean, spoilt)
    ]
    before = written(tmp_path / "run-clean")
    assert before == written(tmp_path / "run-spoilt")
    assert len(before) == 2 * (1 + 4 + 3) + 2
    for one, other in zip(results[0]["rows"], results[1]["rows"], strict=True):
        assert one["validation"] == other["validation"]
        table = np.array(one["confusion"])
        # Each video of class k is now one of class k + 1.
        assert (np.roll(table, 1, axis=0) == np.array(other["confusion"])).all()
    pairs = zip(*(result["rows"] for result in results), strict=True)
    assert any(one["top1"] != other["top1"] for one, other in pairs)


def test_the_parts_share_no_group_and_hide_the_answers(cache: Path) -> None:
    opened = FeatureCache.open(cache)
    learn, choose, test = parts(opened, "1", ["rgb"], 0, 0.8)
    groups = [set(opened.clips["group"].to_numpy()[part.rows]) for part in (learn, choose, test)]
    assert all(groups)
    assert len(set.union(*groups)) == sum(map(len, groups))
    assert set(test.targets) == {SEALED}
    found = answers(opened, "1", ["rgb"])
    assert len(found) == len(test) == 6
    names = np.unique(opened.clips["video"].to_numpy()[test.rows])
    assert [f"class{target}" for target in found] == [
        f"class{int(name[1:-4]) % CLASSES}" for name in names
    ]


def test_test_clips_meet_no_network_in_training(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []

    def watched(network: object, bench: Bench, *words: object) -> object:
        seen.extend(bench.part.rows.tolist())
        return train(network, bench, *words)  # type: ignore[arg-type]

    monkeypatch.setattr(fits, "train", watched)
    evaluate(small(cache, *SETS), mode="off", out=tmp_path / "run")
    marks = FeatureCache.open(cache).clips["split_1"]
    assert len(set(seen)) > 20
    assert set(marks[seen]) == {"train"}
