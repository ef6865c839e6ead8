"""Bundles: what is in them is what was trained, and what is damaged is refused."""

import json
from pathlib import Path
from shutil import copytree

import numpy as np
import pytest
import torch
from click.testing import CliRunner

from adf.cache import FeatureCache
from adf.errors import ConfigError, InputNotFound, InvalidInput, RunMismatch
from adf.evaluate.bundle.choice import choose, read_result
from adf.evaluate.bundle.cli import export as command
from adf.evaluate.bundle.document import CARD, MODEL, PROGRAM, TENSORS, read_bundle, read_network
from adf.evaluate.bundle.export import export
from adf.search.data import five_axes, read_level
from tests.evaluate.bundle.samples import World


def rows_of(cache: FeatureCache, use: str) -> list[int]:
    return np.flatnonzero(cache.clips["split_1"] == use).tolist()


def test_the_network_says_what_the_trained_one_said(world: World, bundle: Path) -> None:
    """What the evaluation wrote down of the validation videos, from the weights in the bundle."""
    known, cache = read_bundle(bundle), FeatureCache.open(world.cache)
    network = read_network(bundle, known)
    rows = np.array(rows_of(cache, "val"))
    features = {
        level: read_level(cache, rows, level, known.genotype.grid) for level in known.inputs
    }
    with torch.inference_mode():
        chances = network(features).softmax(dim=1).numpy()
    result = read_result(world.run)
    arrays = np.load(choose(world.run, result, "three").folder / "chances.npz")
    own = cache.clips["video"].to_numpy()[rows]
    for name, logs in zip(arrays["validation_videos"], arrays["validation"], strict=True):
        assert np.allclose(chances[own == name].mean(axis=0), np.exp(logs), atol=1e-5)


# Torch itself says so when it loads a program.
@pytest.mark.filterwarnings("ignore:The given buffer is not writable")
@pytest.mark.parametrize("clips", [1, 2, 5])
def test_the_program_gives_what_the_network_gives(world: World, bundle: Path, clips: int) -> None:
    known, cache = read_bundle(bundle), FeatureCache.open(world.cache)
    network, rows = read_network(bundle, known), np.arange(clips)
    program = torch.export.load(bundle / PROGRAM).module()
    levels = [torch.from_numpy(five_axes(cache.read(rows, *at))).float() for at in known.inputs]
    features = {at: read_level(cache, rows, at, known.genotype.grid) for at in known.inputs}
    with torch.inference_mode():
        assert torch.allclose(program(*levels), network(features).log_softmax(dim=1), atol=1e-6)


def test_a_bundle_says_how_its_input_is_made(world: World, bundle: Path) -> None:
    known, cache = read_bundle(bundle), FeatureCache.open(world.cache)
    assert known.classes == cache.classes
    assert known.flip
    assert set(known.made) == {"rgb", "flow", "pose"}
    for name, made in known.made.items():
        assert made == cache.provenance(name)


def test_the_page_has_the_numbers_and_the_commands(world: World, bundle: Path) -> None:
    page, result = (bundle / CARD).read_text(), read_result(world.run)
    chosen = choose(world.run, result, "three")
    assert f"| test top-1 | {chosen.trial['top1']:.1%} | {chosen.row['top1']['mean']:.1%}" in page
    assert "adf-predict VIDEO... --model three --weights" in page
    assert "sep_conv_3x3x3(pose/layer1)" in page


def test_the_same_training_is_the_same_bundle(world: World, bundle: Path, tmp_path: Path) -> None:
    result = read_result(world.run)
    again = tmp_path / "three"
    export(result, choose(world.run, result, "three"), again)
    assert (again / TENSORS).read_bytes() == (bundle / TENSORS).read_bytes()
    assert (again / CARD).read_bytes() == (bundle / CARD).read_bytes()


@pytest.mark.parametrize("name", [TENSORS, PROGRAM])
def test_a_flipped_bit_is_found(bundle: Path, tmp_path: Path, name: str) -> None:
    broken = copytree(bundle, tmp_path / "broken")
    data = bytearray((broken / name).read_bytes())
    data[len(data) // 2] ^= 1
    (broken / name).write_bytes(data)
    with pytest.raises(InvalidInput, match=f"{name} is not what model.json names"):
        read_bundle(broken)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("format", "other"),
        ("version", 2),
        ("genotype", {}),
        ("classes", None),
        ("modalities", {}),
        ("modalities", {"rgb": {}}),
        ("files", {}),
        ("flip", ...),
    ],
)
def test_a_description_that_is_not_whole_is_refused(
    bundle: Path, tmp_path: Path, key: str, value: object
) -> None:
    broken = copytree(bundle, tmp_path / "broken")
    document = json.loads((broken / MODEL).read_text())
    if value is ...:
        del document[key]
    else:
        document[key] = value
    (broken / MODEL).write_text(json.dumps(document))
    with pytest.raises(InvalidInput, match=MODEL):
        read_bundle(broken)


def test_no_bundle_and_no_json_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputNotFound, match="adf-eval export"):
        read_bundle(tmp_path)
    (tmp_path / MODEL).write_text("[")
    with pytest.raises(InvalidInput, match="no bundle"):
        read_bundle(tmp_path)


@pytest.mark.parametrize("content", [b"", b"no weights", b"PK\x03\x04"])
def test_weights_that_are_damaged_are_refused(world: World, tmp_path: Path, content: bytes) -> None:
    run = copytree(world.run, tmp_path / "run")
    chosen = choose(run, read_result(run), "three")
    (chosen.folder / "weights.pt").write_bytes(content)
    with pytest.raises(InvalidInput, match=r"weights.pt does not fit the genotype"):
        export(read_result(run), chosen, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_nothing_is_written_over(world: World, bundle: Path) -> None:
    result = read_result(world.run)
    before = (bundle / MODEL).read_bytes()
    with pytest.raises(ConfigError, match="give a new folder"):
        export(result, choose(world.run, result, "three"), bundle)
    assert (bundle / MODEL).read_bytes() == before


def test_a_cache_that_was_made_anew_is_refused(world: World, tmp_path: Path) -> None:
    result = read_result(world.run)
    result["provenance"]["flow"] = "0" * 64
    with pytest.raises(RunMismatch, match="its flow was"):
        export(result, choose(world.run, result, "three"), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_the_command_says_what_comes_next(world: World, tmp_path: Path) -> None:
    out = tmp_path / "out"
    words = [str(world.run), "--row", "three", "--seed", "0", "--out", str(out)]
    answer = CliRunner().invoke(command, words)
    assert answer.exit_code == 0, answer.output
    assert f"next: adf-predict VIDEO --model {out}" in answer.stdout
    again = CliRunner().invoke(command, [*words[:-1], str(tmp_path / "json"), "--json"])
    facts = json.loads(again.stdout)
    assert facts["ok"]
    assert facts["seed"] == 0
