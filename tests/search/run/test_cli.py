"""`adf-search` as a user types it: options, answers and exit codes."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from adf import metrics
from adf.config import load
from adf.search.genotypes.genotype import Genotype
from adf.search.methods import METHODS, about
from adf.search.settings import SearchSettings
from tests.cache.nursery import environment
from tests.search.run.samples import call, learned, words_for

RANDOM = ("method=random", "budget=4")


def test_a_search_says_what_it_found_and_where_it_is(cache: Path, tmp_path: Path) -> None:
    done = call(*words_for(cache, *RANDOM), "--out", "run")
    assert done.exit_code == 0, done.stderr
    result = json.loads((tmp_path / "run" / "result.json").read_text())
    judged = result["judged"]
    for told in (
        f"random on split 1 of {cache}, seed 0 found {result['digest']}:",
        "  node 0 = ",
        "  output = node 0",
        f"judged accuracy {judged['accuracy']:.1%} on {judged['videos']} videos from the training",
        f"spent {result['budget']['samples']} samples, ",
        "run/genotype.json, drawn in run/genotype.svg",
    ):
        assert told in done.stdout
    genotype = Genotype.from_json((tmp_path / "run" / "genotype.json").read_text())
    assert genotype == Genotype.from_dict(result["genotype"])
    assert (tmp_path / "run" / "genotype.svg").read_text().startswith("<svg")


def test_json_is_the_result_and_nothing_else(cache: Path, tmp_path: Path) -> None:
    done = call(*words_for(cache), "--method", "random", "--budget", 4, "--out", "run", "--json")
    facts = json.loads(done.stdout)
    assert facts.pop("ok") is True
    assert facts == json.loads((tmp_path / "run" / "result.json").read_text())
    assert set(facts["provenance"]) == {"clips", "rgb", "flow"}
    assert facts["cache"] == str(cache)
    assert facts["judged"]["trainings"] == 1


def test_a_relaxation_is_judged_after_it_has_spent_its_budget(cache: Path, tmp_path: Path) -> None:
    done = call(*words_for(cache), "--method", "darts", "--out", "run", "--json")
    facts = json.loads(done.stdout)
    lines = metrics.read(tmp_path / "run" / "metrics.jsonl")
    (judged,) = [line for line in lines if line["event"] == "judged"]
    assert facts["judged"]["accuracy"] == judged["accuracy"]
    epochs = [line for line in lines if line["event"] == "epoch"]
    assert facts["budget"]["samples"] == sum(line["samples"] for line in epochs)


def test_the_same_command_goes_on_and_others_are_refused(cache: Path, tmp_path: Path) -> None:
    words = [*words_for(cache, *RANDOM), "--out", "run"]
    assert call(*words).exit_code == 0
    before = (tmp_path / "run" / "metrics.jsonl").read_bytes()
    assert call(*words).exit_code == 0
    assert (tmp_path / "run" / "metrics.jsonl").read_bytes() == before
    other = call(*words, "--epochs", "1")
    assert (other.exit_code, "differ in: train.epochs" in other.stderr) == (4, True)
    assert (tmp_path / "run" / "metrics.jsonl").read_bytes() == before


def test_force_starts_anew(cache: Path, tmp_path: Path) -> None:
    words = [*words_for(cache, "method=darts"), "--out", "run"]
    assert call(*words).exit_code == 0
    assert call(*words, "--seed", "1", "--force").exit_code == 0
    assert call(*words, "--seed", "1", "--out", "new").exit_code == 0
    assert learned(tmp_path / "run") == learned(tmp_path / "new")


def test_options_and_variables_are_settings(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADF_SEARCH_BUDGET", "7")
    words = ["--cache", cache, "--epochs", 3, "--method", "gdas", "--print-config", "--json"]
    facts = json.loads(call(*words).stdout)
    values = {key: each["value"] for key, each in facts.items()}
    assert (values["train.epochs"], values["method"], values["budget"]) == (3, "gdas", 7)


def test_every_method_says_how_it_works_and_what_it_costs() -> None:
    done = call("--list-methods")
    assert done.exit_code == 0
    for name, mechanism, cost in about():
        assert mechanism.endswith(".")
        assert cost.endswith(".")
        assert f"{name}\n  {mechanism}\n  Costs {cost}\n" in done.stdout
    assert list(json.loads(call("--list-methods", "--json").stdout)) == list(METHODS)


def test_a_method_may_be_a_file(cache: Path, tmp_path: Path) -> None:
    (tmp_path / "first.py").write_text(
        "import numpy as np\n\n\ndef search(study):\n"
        "    return study.space.draw(np.random.default_rng(study.settings.seed))\n"
    )
    assert call(*words_for(cache), "--method", "first.py", "--out", "run").exit_code == 0
    (tmp_path / "none.py").write_text("x = 1\n")
    for name, code, told in (("none.py", 2, "no function search"), ("gone.py", 4, "no file gone")):
        done = call(*words_for(cache), "--method", name, "--out", name)
        assert (done.exit_code, told in done.stderr) == (code, True)


def test_without_out_each_search_has_a_folder(cache: Path, tmp_path: Path) -> None:
    for _ in range(2):
        assert call(*words_for(cache, *RANDOM)).exit_code == 0
    runs = list(tmp_path.glob("runs/search/2*-random-split1-seed0-*"))
    assert len(runs) == 2
    for run in runs:
        assert load(SearchSettings, files=[str(run / "config.yaml")]).value.method == "random"


def test_help_and_list_import_nothing_heavy() -> None:
    script = (
        "import sys\nfrom adf.search.cli import search\n"
        "try: search(sys.argv[1:])\n"
        "finally: print({'torch', 'numpy', 'pandas'} & set(sys.modules))"
    )
    for word in ("--help", "--list-methods"):
        done = subprocess.run(
            [sys.executable, "-c", script, word], env=environment(), capture_output=True, text=True
        )
        assert done.stdout.endswith("set()\n")
        assert "propose-and-judge" in done.stdout
