"""Whole searches by MFAS: trainings are real, resumed where they ended, and shared if asked for."""

import json
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import torch

from adf import metrics
from adf.config import Config, load
from adf.configs import preset
from adf.errors import ConfigError
from adf.search.families import read_json
from adf.search.methods import method
from adf.search.mfas.rows import FusionRows
from adf.search.mfas.sharing import Sharing
from adf.search.mfas.space import RowSpace
from adf.search.settings import SearchSettings
from adf.search.study import Study
from adf.search.trial import carry_out
from tests.search.mfas.samples import make_levels
from tests.search.nets.samples import quick, study_of
from tests.search.run.samples import call, learned, words_for

SETS = ("method=mfas", "mfas.width=8", "mfas.samples=3", "train.epochs=1", "budget=14")


@dataclass
class Ending:
    """A progress that ends a search after so many trainings."""

    left: int

    def advance(self, steps: int = 1, note: str = "") -> None:
        self.left -= 1
        if self.left == 0:
            raise TimeoutError


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache of two levels of three modalities."""
    return make_levels(tmp_path_factory.mktemp("mfas") / "cache", rgb=2, flow=2, pose=2)


@pytest.fixture(autouse=True)
def _runs_go_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def configured(cache: Path, *sets: str) -> Config[SearchSettings]:
    return quick(cache, *SETS, *sets)


def test_the_command_finds_rows_and_says_so(cache: Path, tmp_path: Path) -> None:
    sets = ("space.modalities=[rgb,flow]", "mfas.batch_norm=true", "train.epochs=8", "budget=96")
    done = call(*words_for(cache, *sets), "--method", "mfas", "--out", "run")
    assert done.exit_code == 0, done.stderr
    result = json.loads((tmp_path / "run/result.json").read_text())
    found = read_json((tmp_path / "run/genotype.json").read_bytes())
    assert isinstance(found, FusionRows)
    assert result["genotype"]["format"] == "adf.mfas"
    assert f"fusion 0 ({found.rows[0].activation}) = " in done.stdout
    assert (tmp_path / "run/genotype.svg").read_text().startswith("<svg")
    lines = metrics.read(tmp_path / "run/metrics.jsonl")
    judged = [line for line in lines if line["event"] == "judged"]
    assert len(judged) == 12
    assert result["judged"]["accuracy"] == max(line["accuracy"] for line in judged) > 0.6
    assert result["budget"]["samples"] == sum(line["samples"] for line in judged)


@pytest.mark.parametrize("mode", ["intent", "faithful", "improved"])
def test_any_number_of_modalities_is_fused(cache: Path, tmp_path: Path, mode: str) -> None:
    for names in (["rgb"], ["rgb", "flow", "pose"]):
        wanted = ("space.levels=[layer1]", f"space.modalities=[{','.join(names)}]", "budget=5")
        sets = (f"mfas.mode={mode}", "mfas.alphas=true", *wanted)
        out = tmp_path / "-".join(names)
        result = carry_out(configured(cache, *sets), "off", out)
        found = read_json((out / "genotype.json").read_bytes())
        assert isinstance(found, FusionRows)
        for row in found.rows:
            assert {level.modality for level in row.levels} == set(names)
        assert result["judged"]["trainings"] >= 1


@pytest.mark.slow
@pytest.mark.parametrize(
    ("mode", "sharing"), [("improved", "false"), ("faithful", "false"), ("faithful", "true")]
)
def test_a_search_that_was_ended_ends_as_it_would_have(
    cache: Path, tmp_path: Path, mode: str, sharing: str
) -> None:
    small = ("space.modalities=[rgb,flow]", "mfas.fusions=2", "mfas.samples=2", "budget=14")
    config = configured(cache, *small, f"mfas.mode={mode}", f"mfas.sharing={sharing}")
    carry_out(config, "off", tmp_path / "whole")
    for left in (2, 10, 13):
        with suppress(TimeoutError), study_of(config, tmp_path / "parts") as study:
            method("mfas")(replace(study, progress=Ending(left)))
            pytest.fail("it was not ended")
    carry_out(config, "off", tmp_path / "parts")
    assert learned(tmp_path / "parts") == learned(tmp_path / "whole")


def rows_of(study: Study, text: str) -> FusionRows:
    return RowSpace(study.space.choices, study.settings.mfas).read(text)


def layers(study: Study, number: int) -> dict[str, Any]:
    return study.saved(f"shared-{number:05}") or {}


@pytest.mark.parametrize(("mode", "same"), [("faithful", True), ("intent", False)])
def test_shared_layers_go_on_from_their_weights(
    cache: Path, tmp_path: Path, mode: str, same: bool
) -> None:
    # With a rate of next to nothing, weights stay what they were at the beginning.
    still = ("train.rate=1e-30", "train.decay=0", f"mfas.mode={mode}", "mfas.sharing=true")
    with study_of(configured(cache, *still), tmp_path / "run") as study:
        sharing = Sharing(study)
        # The second reads other levels of the same sizes; only as released that is the same layer.
        for text in ("[[0,0,0]]", "[[1,1,0],[0,0,1]]", "[[0,0,0]]"):
            sharing(rows_of(study, text), 0)
        first, second, third = (layers(study, number) for number in range(3))
        one, other, again = (next(iter(each.values())) for each in (first, second, third))
        assert torch.equal(one["linear.weight"], other["linear.weight"]) == same
        assert torch.equal(one["linear.weight"], again["linear.weight"])
        assert len(second) == 2
        assert not any("1 " in key[:2] for key in first)


def test_shared_layers_learn_on(cache: Path, tmp_path: Path) -> None:
    with study_of(configured(cache, "mfas.sharing=true"), tmp_path / "run") as study:
        sharing, found = Sharing(study), rows_of(study, "[[0,0,0]]")
        for seed in range(2):
            sharing(found, seed)
        one, two = (next(iter(layers(study, number).values())) for number in range(2))
        moved = (one["linear.weight"] - two["linear.weight"]).abs().mean()
        # Drawn anew, they would be further away than they are large.
        assert 0 < moved < one["linear.weight"].abs().mean() / 2


def test_a_budget_of_less_than_one_training_is_refused(cache: Path, tmp_path: Path) -> None:
    config = configured(cache, "train.epochs=3", "budget=2")
    with pytest.raises(ConfigError, match=r"budget is 2: give 3 or more, which one candidate"):
        carry_out(config, "off", tmp_path / "run")


@pytest.mark.parametrize(
    ("name", "value"), [("fusions", 0), ("samples", 0), ("cooling", 0), ("temperature", "[1, 0]")]
)
def test_settings_that_cannot_work_are_refused(cache: Path, name: str, value: object) -> None:
    with pytest.raises(ConfigError, match=f"{name} is .*: give "):
        configured(cache, f"mfas.{name}={value}")


@pytest.mark.parametrize("name", ["mfas", "mfas-faithful"])
def test_presets_find_rows(cache: Path, tmp_path: Path, name: str) -> None:
    # All but what would make it long is that of the preset.
    sets = (f"cache={cache}", "split=1", "device=cpu", "budget=12", "mfas.samples=2")
    config = load(SearchSettings, files=[f"search/{name}"], preset=preset, sets=sets, environ={})
    assert config.value.method == "mfas"
    assert config.value.train.epochs == 3
    found = carry_out(config, "off", tmp_path / "run")
    assert found["genotype"]["format"] == "adf.mfas"
