"""Whole leagues: everyone is there, the allowance holds, and what was stopped goes on."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from adf.config import load
from adf.errors import ConfigError, Exit
from adf.evaluate.baselines import BASELINES
from adf.evaluate.league import run as league_run
from adf.evaluate.league.cli import league
from adf.evaluate.league.run import chosen
from adf.evaluate.league.settings import LeagueSettings
from adf.search.methods import METHODS
from adf.search.trial import carry_out
from tests.search.nets.samples import make_cache, make_videos

WORDS = (
    *("--seeds", "0-1", "--trainings", "0", "--progress", "off", "--device", "cpu"),
    *("--set", "train={epochs: 2, batch: 8}", "--set", "final={epochs: 2, batch: 8}"),
    *("--set", "relax={warm_up: 0, batch: 8}", "--drawn", "2"),
    *("--set", "space={channels: 4, nodes: 1, ops: [zero, skip, conv_1x1x1]}"),
)


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache with clips for validation."""
    return make_cache(tmp_path_factory.mktemp("league") / "cache", make_videos(36, val=True))


def call(*words: object) -> Result:
    return CliRunner().invoke(league, list(map(str, words)), prog_name="adf league")


def clockless(result: dict[str, Any]) -> Any:
    entries = [
        {name: each[name] for name in each if name not in ("seconds", "curve")}
        for each in result["entries"]
    ]
    return entries


@pytest.mark.slow
def test_a_league_that_is_stopped_goes_on(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ["--cache", cache, *WORDS, "--methods", "random,darts", "--budget", "150-steps"]
    done = call(*words, "--out", tmp_path / "whole")
    assert done.exit_code == 0, done.output
    whole = json.loads((tmp_path / "whole" / "result.json").read_text())
    left, search = [3], carry_out

    def dies(*given: Any) -> Any:
        left[0] -= 1
        if not left[0]:
            raise KeyboardInterrupt
        return search(*given)

    monkeypatch.setattr(league_run, "carry_out", dies)
    assert call(*words, "--out", tmp_path / "again").exit_code == Exit.CTRL_C
    monkeypatch.undo()
    assert call(*words, "--out", tmp_path / "again").exit_code == 0
    again = json.loads((tmp_path / "again" / "result.json").read_text())
    assert clockless(again) == clockless(whole)
    names = {entry["name"] for entry in whole["entries"]}
    assert {"random", "darts", "late fusion, mean", "concat + MLP"} <= names
    page = (tmp_path / "whole" / "report.html").read_text()
    assert "The league" in page
    assert all(name in page for name in names)
    for entry in whole["entries"]:
        if entry["name"] in ("random", "darts"):
            # The allowance buys whole trainings and epochs, of one size or another.
            assert 30 < entry["cell_steps"] < 300
            assert len(entry["scores"]) == 2
    assert f"{whole['entries'][0]['mean']:.1%}" in done.output


def test_all_are_all_that_there_are(cache: Path) -> None:
    settings = load(LeagueSettings, sets=[f"cache={cache}"], environ={}).value
    assert chosen(settings) == list(METHODS)
    assert settings.baselines == ("all",)
    assert BASELINES


def test_what_is_too_little_is_said_before_anyone_searches(cache: Path, tmp_path: Path) -> None:
    words = ["--cache", cache, *WORDS, "--methods", "random", "--budget", "1-steps"]
    done = call(*words, "--out", tmp_path / "run")
    assert done.exit_code == Exit.USAGE
    assert "random gets 0 epochs for it and needs 2" in done.stderr
    assert not list((tmp_path / "run").glob("searches/*"))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--methods", "random,dart"], "darts"),
        (["--budget", "fast"], "give 90s, 20m"),
        (["--set", "own.darts=search/demo", "--methods", "random"], "own: darts takes no part"),
    ],
)
def test_mistakes_are_named(cache: Path, words: list[str], said: str) -> None:
    done = call("--cache", cache, *WORDS, *words)
    assert done.exit_code == Exit.USAGE
    assert said in done.stderr


def test_two_methods_of_one_name_are_refused(cache: Path, tmp_path: Path) -> None:
    (tmp_path / "random.py").write_text("def search(study):\n    return study.space\n")
    sets = [f"cache={cache}", f"methods=[random, {tmp_path / 'random.py'}]"]
    with pytest.raises(ConfigError, match="two have the same name"):
        chosen(load(LeagueSettings, sets=sets, environ={}).value)


def test_a_method_may_have_settings_of_its_own(cache: Path, tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text("train: {epochs: 1}\n")
    sets = [f"cache={cache}", f"own.random={own}", "train.epochs=9"]
    settings = load(LeagueSettings, sets=sets, environ={}).value
    league_run.write_base(settings, tmp_path)
    for name, epochs in (("random", 1), ("darts", 9)):
        words = [*league_run.own(settings, name), f"method={name}", "seed=4"]
        found = league_run.read(tmp_path, words).value
        assert (found.train.epochs, found.seed, found.method) == (epochs, 4, name)


@pytest.mark.parametrize("name", ["cache: other", "split: '2'", "share: 0.9", "amp: true"])
def test_nobody_meets_other_clips(cache: Path, tmp_path: Path, name: str) -> None:
    (tmp_path / "own.yaml").write_text(f"{name}\n")
    words = ["--methods", "random", "--set", f"own.random={tmp_path / 'own.yaml'}"]
    done = call("--cache", cache, *WORDS, *words, "--out", tmp_path / "run")
    assert done.exit_code == Exit.USAGE
    assert "which is the same for everyone" in done.stderr
