"""Whole evaluations: what is in the table, and that nothing is lost or done twice."""

import json
import signal
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from adf.cache import FeatureCache
from adf.config import load
from adf.errors import AdfError, ConfigError, RunMismatch
from adf.evaluate import fits
from adf.evaluate.genotypes import drawn
from adf.evaluate.parts import answers
from adf.evaluate.run import evaluate
from adf.evaluate.settings import EvalSettings
from adf.evaluate.table import as_text
from adf.search.trial import carry_out, open_space
from tests.cache.nursery import Nursery
from tests.evaluate.copies import copied
from tests.evaluate.samples import SMALL, read, small, without_clock, written
from tests.search.run.samples import small as search_settings
from tests.threads import one_thread

SETS = ("genotypes=[random:2]", "baselines=[late]", "seeds=0-1")


def test_the_numbers_are_those_of_the_predictions(cache: Path, tmp_path: Path) -> None:
    result = evaluate(small(cache, *SETS), mode="off", out=tmp_path / "run")
    written_down = json.loads(json.dumps(result))
    assert without_clock(read(tmp_path / "run/result.json")) == without_clock(written_down)
    targets = answers(FeatureCache.open(cache), "1", ["rgb", "flow"])
    rows = {row["name"]: row for row in result["rows"]}
    assert set(rows) == {"random 1", "random 2", "late fusion, mean", "late fusion, weighted"}
    kept = [read(file) for file in (tmp_path / "run").glob("fits/*/*/fit.json")]
    for name in ("random 1", "random 2"):
        row, hits, table = rows[name], [], np.zeros((3, 3), int)
        for fit in (fit for fit in kept if fit["name"] == name):
            (folder,) = (tmp_path / "run").glob(f"fits/{name.replace(' ', '-')}-*/*{fit['seed']}")
            with np.load(folder / "chances.npz") as arrays:
                guesses = arrays["test"].argmax(axis=1)
                assert list(arrays["test_videos"]) == sorted(arrays["test_videos"])
            hits.append((guesses == targets).mean())
            np.add.at(table, (targets, guesses), 1)
            assert row["parameters"] == fit["parameters"]
            assert row["flops"] == fit["flops"]
        assert row["top1"]["mean"] == pytest.approx(np.mean(hits))
        assert row["top1"]["n"] == len(row["trials"]) == 2
        assert row["confusion"] == table.tolist()
        per_class = np.diag(table) / table.sum(axis=1)
        assert row["per_class"] == pytest.approx(per_class.tolist())
        assert row["reads"] in ("rgb x flow", "flow x rgb", "rgb", "flow")


@one_thread()
def test_two_workers_say_what_one_says(cache: Path, tmp_path: Path) -> None:
    for workers in (1, 2):
        evaluate(small(cache, *SETS), workers, "off", tmp_path / str(workers))
    assert written(tmp_path / "1") == written(tmp_path / "2")
    tables = [read(tmp_path / name / "result.json")["rows"] for name in ("1", "2")]
    assert without_clock(tables[0]) == without_clock(tables[1])


def test_what_is_done_is_not_done_again(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config, out = small(cache, *SETS), tmp_path / "run"
    first = evaluate(config, mode="off", out=out)

    def never(*words: Any) -> None:
        raise AssertionError(words)

    monkeypatch.setattr(fits, "train", never)
    assert without_clock(evaluate(config, mode="off", out=out)) == without_clock(first)


def test_other_settings_need_another_folder_or_force(cache: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    evaluate(small(cache, *SETS), mode="off", out=out)
    other = small(cache, *SETS, "train.epochs=1")
    with pytest.raises(RunMismatch, match=r"differ in: train\.epochs"):
        evaluate(other, mode="off", out=out)
    forced = evaluate(other, mode="off", out=out, force=True)
    plain = evaluate(other, mode="off", out=tmp_path / "plain")
    assert without_clock(forced["rows"]) == without_clock(plain["rows"])


@pytest.mark.slow
def test_kills_leave_no_trace(cache: Path, tmp_path: Path) -> None:
    sets = [*SETS, "train.epochs=60"]
    with Nursery(tmp_path / "processes", "tests.evaluate.jobs") as processes:
        began = time.monotonic()
        whole = processes.run("evaluate", cache=str(cache), out=str(tmp_path / "a"), sets=sets)
        assert whole.code == 0, whole.text
        took = time.monotonic() - began
        killed = 0
        for part in (0.1, 0.2, 0.3):
            process = processes.start(
                "evaluate", cache=str(cache), out=str(tmp_path / "b"), sets=sets
            )
            time.sleep(part * took)
            killed += processes.kill(process).code == -signal.SIGKILL
        assert killed
        ended = processes.run("evaluate", cache=str(cache), out=str(tmp_path / "b"), sets=sets)
        assert ended.code == 0, ended.text
    assert written(tmp_path / "b") == written(tmp_path / "a")
    tables = [read(tmp_path / name / "result.json")["rows"] for name in ("a", "b")]
    assert without_clock(tables[0]) == without_clock(tables[1])


def test_the_search_says_cache_and_space(cache: Path, tmp_path: Path) -> None:
    carry_out(search_settings(cache, "method=random"), "off", tmp_path / "found")
    alone = [each for each in SMALL if not each.startswith("space")]
    sets = [*alone, f"genotypes=[{tmp_path / 'found'}]", "baselines=[random]"]
    result = evaluate(load(EvalSettings, sets=sets, environ={}), mode="off", out=tmp_path / "run")
    assert result["cache"] == str(cache)
    assert result["space"]["channels"] == 4
    names = [row["name"] for row in result["rows"]]
    assert names == ["random, seed 0", "median of 2 random", "best of 2 random"]
    kept = [read(file) for file in (tmp_path / "run").glob("fits/*/*/fit.json")]
    assert {fit["genotype"]["channels"] for fit in kept} == {4}
    other = load(EvalSettings, sets=[*sets, "space.channels=7"], environ={})
    with pytest.raises(ConfigError, match=r"space\.channels \(--set\): the space is that of"):
        evaluate(other, mode="off", out=tmp_path / "other")


def test_a_split_given_twice_counts_once(cache: Path, tmp_path: Path) -> None:
    sets = (*SETS, "splits=[1, split_1, 1]")
    result = evaluate(small(cache, *sets), mode="off", out=tmp_path / "run")
    assert {row["top1"]["n"] for row in result["rows"]} == {2}


def test_a_mistake_leaves_nothing_behind(cache: Path, tmp_path: Path) -> None:
    for sets in (["genotypes=[fuond]"], ["seeds=x"], ["splits=[9]"], ["baselines=[lat]"]):
        with pytest.raises(AdfError):
            evaluate(small(cache, *SETS, *sets), mode="off", out=tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_who_is_left_out_is_said(cache: Path, tmp_path: Path) -> None:
    opened = FeatureCache.open(cache)
    lacking = np.flatnonzero(opened.clips["video"].isin(["v6.avi", "v7.avi", "v0.avi"]))
    place = copied(cache, tmp_path / "cache", opened.plan, {"flow": lacking.tolist()})
    result = evaluate(small(place, *SETS), mode="off", out=tmp_path / "run")
    expected = {"tested": 4, "left_out": 2, "lacking": {"flow": 2}}
    assert result["videos"] == {"split_1": expected}
    assert "4 test videos; 2 are left out: 2 lack flow" in as_text(result)
    alone = small(place, "genotypes=[random:1]", "space.modalities=[rgb]")
    found = evaluate(alone, mode="off", out=tmp_path / "alone")
    assert found["videos"]["split_1"]["tested"] == 6
    tests = np.flatnonzero(opened.clips["split_1"] == "test").tolist()
    nobody = copied(cache, tmp_path / "none", opened.plan, {"flow": tests})
    with pytest.raises(AdfError, match="no test clip of split 'split_1'.*none has flow"):
        evaluate(small(nobody, *SETS), mode="off", out=tmp_path / "nobody")


def test_another_genotype_in_the_same_file_is_another_run(cache: Path, tmp_path: Path) -> None:
    space = open_space(FeatureCache.open(cache), small(cache).value.space)
    path, (one, other) = tmp_path / "mine.json", drawn(space, 2)
    config = small(cache, f"genotypes=[{path}]")
    path.write_text(one.to_json())
    evaluate(config, mode="off", out=tmp_path / "run")
    path.write_text(other.to_json())
    with pytest.raises(RunMismatch, match="genotype: mine is not what this run began with"):
        evaluate(config, mode="off", out=tmp_path / "run")


def test_a_new_modality_needs_force_alone(cache: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    evaluate(small(cache, *SETS, "space.modalities=[rgb]"), mode="off", out=out)
    both = small(cache, *SETS)
    with pytest.raises(RunMismatch, match=r"space\.modalities"):
        evaluate(both, mode="off", out=out)
    forced = evaluate(both, mode="off", out=out, force=True)
    plain = evaluate(both, mode="off", out=tmp_path / "plain")
    assert without_clock(forced["rows"]) == without_clock(plain["rows"])


def test_the_best_epoch_is_kept_not_the_last(cache: Path, tmp_path: Path) -> None:
    # A rate that destroys in the end what the beginning learned.
    sets = ("genotypes=[random:1]", "train.rate=3", "train.epochs=6", "train.schedule=constant")
    evaluate(small(cache, *sets), mode="off", out=tmp_path / "run")
    (path,) = (tmp_path / "run").glob("fits/*/*/fit.json")
    fit, arrays = read(path), np.load(path.with_name("chances.npz"))
    right = (arrays["validation"].argmax(axis=1) == arrays["targets"]).mean()
    assert fit["validation"] == pytest.approx(right)
    assert 1 <= fit["epoch"] < 6


@pytest.mark.parametrize(
    ("sets", "text"),
    [
        (["baselines=[none]"], "nothing to train"),
        (["splits=[7]", "baselines=[late]"], "no split '7'"),
        (["baselines=[late]", "seeds=x"], "--seeds x"),
        (["baselines=[best]"], "there is no 'best'"),
        (["baselines=[late]", "ceilings=none.json"], "there is no none.json"),
        (["genotypes=[random:500]"], "has no more than"),
        (["genotypes=[random:1]", "space.levels=[lowe]"], "lowe.*'low'"),
    ],
)
def test_what_cannot_be_done_is_said(
    cache: Path, tmp_path: Path, sets: list[str], text: str
) -> None:
    with pytest.raises(AdfError, match=text):
        evaluate(small(cache, *sets), mode="off", out=tmp_path / "run")


def test_without_cache_or_genotype_nothing_can_be_done() -> None:
    with pytest.raises(ConfigError, match=r"cache is not given.*--cache"):
        evaluate(load(EvalSettings, sets=list(SMALL), environ={}))
