"""Whole tunings: what they find, what they leave behind, and what goes wrong in them."""

import json
import sys
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from adf.cache import FeatureCache
from adf.config import load
from adf.errors import Exit
from adf.evaluate.settings import EvalSettings
from adf.search.genotypes.genotype import Genotype
from tests.evaluate.samples import call as evaluated
from tests.evaluate.tuning.samples import call, learned, result, words_for
from tests.search.run.samples import rewritten

# How the journal of Optuna calls the end of a trial.
SET_STATE_VALUES = 6
FEW = ("trials=3", "train.epochs=2")


def test_the_best_trial_is_found_and_can_be_trained_with(
    cache: Path, genotype: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    answer = call(*words_for(cache, genotype, out, "trials=8", "space.channels=int:2:8"), "--json")
    assert answer.exit_code == Exit.OK, answer.output
    found = json.loads(answer.stdout)
    assert sum(found["ended"].values()) == 8
    whole = [trial for trial in found["trials"] if trial["state"] == "complete"]
    assert found["best"]["accuracy"] == max(trial["accuracy"] for trial in whole)
    written = load(EvalSettings, files=[str(out / "best.yaml")], sets=["cache=x"], environ={}).value
    assert written.train.epochs == 4
    wide = Genotype.from_json((out / "genotype.json").read_bytes()).channels
    assert wide == found["best"]["params"]["channels"]


def test_words_for_the_next_command_say_what_the_best_trial_had(
    cache: Path, genotype: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    answer = call(*words_for(cache, genotype, out, *FEW), "--space", "lr=log:1e-3:1e-1")
    assert answer.exit_code == Exit.OK, answer.output
    rate = result(out)["best"]["params"]["rate"]
    assert f"--set train.rate={rate}" in answer.stdout
    assert f"-c {out / 'best.yaml'}" in answer.stdout


def test_an_evaluation_with_the_best_settings_trains_the_very_network(
    cache: Path, genotype: Path, tmp_path: Path
) -> None:
    """The same seed and settings: what was judged is what one gets."""
    out = tmp_path / "out"
    sets = ("seed=3", "space.channels=int:2:8", "repeats=2", "trials=4")
    assert call(*words_for(cache, genotype, out, *sets)).exit_code == Exit.OK
    best = result(out)["best"]
    words = ["--cache", cache, "--genotype", out / "genotype.json", "-c", out / "best.yaml"]
    words += ["--seeds", "3-4", "--baselines", "none", "--set", "device=cpu", "--json"]
    answer = evaluated(*words, "--out", tmp_path / "eval", "--progress", "off")
    assert answer.exit_code == Exit.OK, answer.output
    row = json.loads(answer.stdout)["rows"][0]
    assert row["validation"]["mean"] == pytest.approx(best["accuracy"])


def test_the_first_trial_is_what_is_trained_with_as_it_is(
    cache: Path, genotype: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    assert call(*words_for(cache, genotype, out, *FEW)).exit_code == Exit.OK
    first = result(out)["trials"][0]["params"]
    assert first == {**first, "rate": 1.5e-2, "optimizer": "adamw", "batch": 8, "dropout": 0.1}


def test_the_same_seed_makes_the_same_trials(cache: Path, genotype: Path, tmp_path: Path) -> None:
    outs = [tmp_path / name for name in "abc"]
    for out, seed in zip(outs, (5, 5, 6), strict=True):
        assert call(*words_for(cache, genotype, out), "--seed", seed).exit_code == Exit.OK
    assert learned(outs[0]) == learned(outs[1])
    assert learned(outs[0]) != learned(outs[2])


def test_trials_that_look_bad_are_cut_short(cache: Path, genotype: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    sets = ("trials=12", "sampler=random", "space={rate: 'choice:1e-7,0.015'}", "least=6")
    words = words_for(cache, genotype, out, *sets, "train.epochs=12", "train.batch=4")
    assert call(*words).exit_code == Exit.OK
    trials = result(out)["trials"]
    assert {trial["epochs"] for trial in trials if trial["state"] == "complete"} == {12}
    cut = [trial for trial in trials if trial["state"] == "pruned"]
    assert cut
    assert all(trial["epochs"] < 12 and trial["params"]["rate"] == 1e-7 for trial in cut)


def test_least_0_cuts_nothing_short(cache: Path, genotype: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    words = words_for(cache, genotype, out, "sampler=random", "least=0")
    assert call(*words).exit_code == Exit.OK
    assert result(out)["ended"] == {"complete": 6}


def test_repeats_are_averaged(cache: Path, genotype: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    words = words_for(cache, genotype, out, *FEW, "least=0", "trials=1", "repeats=2")
    assert call(*words).exit_code == Exit.OK
    best = [
        max(line["judged"] for line in map(json.loads, file.read_text().splitlines()))
        for file in sorted(out.glob("trials/0000/metrics*.jsonl"))
    ]
    assert len(best) == 2
    assert result(out)["best"]["accuracy"] == pytest.approx(np.mean(best))


def test_a_trial_that_fails_says_why_and_tuning_goes_on(
    cache: Path, genotype: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    sets = ("train.clip=0", "train.optimizer=sgd", "trials=4", "space={rate: 'choice:0.01,1e30'}")
    answer = call(*words_for(cache, genotype, out, *sets, "sampler=random", "train.rate=1e30"))
    assert answer.exit_code == Exit.OK, answer.output
    trials = result(out)["trials"]
    failed = [trial for trial in trials if trial["state"] == "failed"]
    assert failed[0]["number"] == 0
    assert all(trial["params"] == {"rate": 1e30} for trial in failed)
    assert all("the loss is not finite" in trial["reason"] for trial in failed)
    assert "the loss is not finite" in answer.stdout


def test_where_every_trial_fails_the_command_says_so(
    cache: Path, genotype: Path, tmp_path: Path
) -> None:
    sets = ("train.clip=0", "train.optimizer=sgd", "trials=2", "space={rate: 'choice:1e30,1e31'}")
    answer = call(*words_for(cache, genotype, tmp_path / "out", *sets))
    assert answer.exit_code == Exit.FAILED_ITEMS
    assert "none of the 2 trials ended: the loss is not finite" in answer.stderr


def test_test_clips_are_not_read(cache: Path, genotype: Path, tmp_path: Path) -> None:
    """With features of the test clips that nobody could use, the very same comes out."""
    test = np.flatnonzero(FeatureCache.open(cache).clips["split_1"] == "test")
    spoilt = rewritten(cache, tmp_path / "spoilt", spoilt=test.tolist())
    for place, name in ((cache, "a"), (spoilt, "b")):
        answer = call(*words_for(place, genotype, tmp_path / name, *FEW))
        assert answer.exit_code == Exit.OK, answer.output
    assert learned(tmp_path / "a") == learned(tmp_path / "b")


def test_more_trials_go_on_with_what_there_is(cache: Path, genotype: Path, tmp_path: Path) -> None:
    once, twice = tmp_path / "once", tmp_path / "twice"
    assert call(*words_for(cache, genotype, once)).exit_code == Exit.OK
    assert call(*words_for(cache, genotype, twice, "trials=3")).exit_code == Exit.OK
    refused = call(*words_for(cache, genotype, twice))
    assert refused.exit_code == Exit.INPUT
    assert "differ in: trials" in refused.stderr
    assert call(*words_for(cache, genotype, twice), "--force").exit_code == Exit.OK
    assert learned(once) == learned(twice)


def test_a_trial_that_was_written_down_and_not_told_is_made_once_more(
    cache: Path, genotype: Path, tmp_path: Path
) -> None:
    """A kill between the two must cost no other trial."""
    quiet, out = tmp_path / "quiet", tmp_path / "out"
    assert call(*words_for(cache, genotype, quiet)).exit_code == Exit.OK
    assert call(*words_for(cache, genotype, out, "trials=3")).exit_code == Exit.OK
    journal = out / "trials.jsonl"
    *before, last = journal.read_bytes().splitlines(keepends=True)
    assert json.loads(last)["op_code"] == SET_STATE_VALUES
    journal.write_bytes(b"".join(before))
    assert call(*words_for(cache, genotype, out), "--force").exit_code == Exit.OK
    assert learned(out) == learned(quiet)


def test_with_other_settings_nothing_is_left_of_the_old_trials(
    cache: Path, genotype: Path, tmp_path: Path
) -> None:
    out, new = tmp_path / "out", tmp_path / "new"
    assert call(*words_for(cache, genotype, out, *FEW)).exit_code == Exit.OK
    other = (*FEW, "space={rate: 'choice:0.01,0.02'}")
    assert call(*words_for(cache, genotype, out, *other), "--force").exit_code == Exit.OK
    assert call(*words_for(cache, genotype, new, *other)).exit_code == Exit.OK
    assert learned(out) == learned(new)


def test_what_mattered_is_drawn(cache: Path, genotype: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    words = words_for(cache, genotype, out, "trials=8", "least=0", "sampler=sobol")
    assert call(*words).exit_code == Exit.OK
    shares = result(out)["importance"]
    assert sum(shares.values()) == pytest.approx(1)
    texts = [each.text for each in ElementTree.parse(out / "importance.svg").iter()]
    assert set(shares) <= set(texts)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--space", "rate"], Exit.USAGE, "write it as rate=log"),
        (["--space", "rat=0:1"], Exit.USAGE, "Did you mean 'rate'"),
        (["--workers", "0"], Exit.USAGE, "at least 1"),
        (["--trials", "0"], Exit.USAGE, "trials is 0"),
        (["--genotype", "none.json"], Exit.INPUT, "there is no none.json"),
        (["--cache", "none"], Exit.INPUT, "none"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(
    cache: Path, genotype: Path, tmp_path: Path, words: list[str], code: Exit, said: str
) -> None:
    answer = call(*words_for(cache, genotype, tmp_path / "out"), *words)
    assert answer.exit_code == code
    assert said in answer.stderr
    assert len(answer.stderr.strip().splitlines()) == 1


def test_without_optuna_it_says_how_to_get_it(
    cache: Path, genotype: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "optuna", None)
    answer = call(*words_for(cache, genotype, tmp_path / "out"))
    assert answer.exit_code == Exit.MISSING
    assert "pip install 'autodeepfuse[tune]'" in answer.stderr
