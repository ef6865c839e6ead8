"""`adf-search --method bm-nas` on three modalities, from the command to the files."""

import json
from pathlib import Path

import pytest

from adf import metrics
from adf.search.bm_nas.family import digest
from adf.search.bm_nas.genotype import BilevelGenotype
from adf.search.families import read_json
from tests.search.bm_nas.samples import MODALITIES, QUICK
from tests.search.run.samples import call, learned


def words(cache: Path, *sets: str) -> list[str]:
    told = ["--cache", str(cache), "--progress", "off"]
    return told + [word for pair in (*QUICK, *sets) for word in ("--set", pair)]


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["repaired", "faithful"])
def test_a_search_says_what_it_found(cache: Path, tmp_path: Path, mode: str) -> None:
    run = tmp_path / "run"
    command = [*words(cache, f"bm_nas.mode={mode}"), "--out", str(run)]
    done = call(*command)
    assert done.exit_code == 0, done.stderr
    found = read_json((run / "genotype.json").read_text())
    assert isinstance(found, BilevelGenotype)
    assert {level.modality for level in found.inputs} <= set(MODALITIES)
    result = json.loads((run / "result.json").read_text())
    assert result["genotype"] == json.loads(found.to_json())
    assert result["digest"] == digest(found)
    assert f"bm-nas on split 1 of {cache}, seed 0 found {digest(found)}:" in done.stdout
    assert "  output = cell " in done.stdout
    assert (run / "genotype.svg").read_text().startswith("<svg")
    lines = metrics.read(run / "metrics.jsonl")
    samples = sum(line["samples"] for line in lines if line["event"] == "epoch")
    assert result["budget"]["samples"] == samples
    assert 0 <= result["judged"]["accuracy"] <= 1

    before = learned(run)
    assert call(*command).exit_code == 0
    assert learned(run) == before


def test_too_few_levels_end_with_one_line(cache: Path, tmp_path: Path) -> None:
    few = ("space.modalities=[rgb]", "space.levels=[low]")
    done = call(*words(cache, *few), "--out", str(tmp_path / "run"))
    assert done.exit_code == 2
    assert "space.levels is 1: give 2 or more in all, as 2 cells (repaired) need" in done.stderr
