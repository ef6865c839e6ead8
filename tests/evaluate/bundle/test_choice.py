"""Which trained network is exported."""

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from adf.errors import ConfigError, InputNotFound, InvalidInput
from adf.evaluate.bundle.choice import choose, read_result
from tests.evaluate.bundle.samples import World


@pytest.fixture
def result(world: World) -> dict[str, Any]:
    """What the evaluation found, to be changed."""
    return deepcopy(read_result(world.run))


def with_scores(row: dict[str, Any], validation: list[float], test: list[float]) -> None:
    row["validation"]["mean"] = sum(validation) / len(validation)
    for trial, chosen, tested in zip(row["trials"], validation, test, strict=True):
        trial.update(validation=chosen, top1=tested)


def test_validation_decides_and_the_test_does_not(world: World, result: dict[str, Any]) -> None:
    other = deepcopy(result["rows"][0])
    for row in (*result["rows"], other):
        row["kind"] = "found"
    result["rows"].append(other | {"name": "other"})
    with_scores(result["rows"][0], [0.5, 0.7], [0.9, 0.1])
    with_scores(result["rows"][1], [0.1, 0.2], [1.0, 1.0])
    with_scores(result["rows"][2], [0.3, 0.4], [1.0, 1.0])
    chosen = choose(world.run, result)
    assert (chosen.row["name"], chosen.trial["seed"]) == (result["rows"][0]["name"], 1)
    facts = json.loads((chosen.folder / "fit.json").read_text())
    assert (facts["name"], facts["seed"]) == (chosen.row["name"], 1)


def test_random_rows_are_only_taken_by_name(world: World, result: dict[str, Any]) -> None:
    by_kind = {row["kind"]: row for row in result["rows"]}
    with_scores(by_kind["random"], [1.0, 1.0], [1.0, 1.0])
    assert choose(world.run, result).row["kind"] == "found"
    name = by_kind["random"]["name"]
    assert choose(world.run, result, name).row["name"] == name


@pytest.mark.parametrize("split", ["1", "split_1"])
def test_split_and_seed_can_be_named(world: World, result: dict[str, Any], split: str) -> None:
    with_scores(result["rows"][0], [0.9, 0.1], [0.9, 0.1])
    chosen = choose(world.run, result, result["rows"][0]["name"], split, 1)
    assert chosen.trial["seed"] == 1
    fit = json.loads((chosen.folder / "fit.json").read_text())
    assert (fit["name"], fit["split"], fit["seed"]) == (result["rows"][0]["name"], "split_1", 1)


def test_a_training_that_is_gone_is_named(world: World, result: dict[str, Any]) -> None:
    for trial in result["rows"][0]["trials"]:
        trial["fit"] = "fits/elsewhere"
    with pytest.raises(InputNotFound, match=r"fits/elsewhere/fit.json: run adf-eval there"):
        choose(world.run, result, result["rows"][0]["name"])


def test_what_is_not_there_is_named(world: World, result: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match="no genotype is called 'none' there. There are: three"):
        choose(world.run, result, "none")
    with pytest.raises(ConfigError, match="was trained with: split_1 seed 0, split_1 seed 1"):
        choose(world.run, result, "three", None, 7)
    for row in result["rows"]:
        row["kind"] = "random"
    with pytest.raises(ConfigError, match="no genotype was given"):
        choose(world.run, result)


def test_a_folder_that_is_no_finished_evaluation_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputNotFound, match="finished adf-eval"):
        read_result(tmp_path)
    file = tmp_path / "result.json"
    for text, said in (("{", "no JSON"), ('{"kind": "gap"}', "not of an evaluation")):
        file.write_text(text)
        with pytest.raises(InvalidInput, match=said):
            read_result(tmp_path)
