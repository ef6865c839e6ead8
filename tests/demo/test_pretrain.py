"""Weights of the tiny backbones: the same bytes again, whole files only, and something learned."""

import os
import signal
import subprocess
import sys
from dataclasses import replace
from math import sqrt
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from adf.config import load
from adf.demo.learn import EXAM, Pupil, area, built, filmed, learned, marks
from adf.demo.pretrain import ABOUT, PretrainSettings, pretrain, scores, weights_file
from adf.demo.shapes import FACTORS, TOLD
from adf.errors import ConfigError
from adf.extract.checkpoints import read_checkpoint
from adf.extract.modalities import MODALITIES
from adf.extract.modalities.flow import FlowSettings
from adf.extract.weights import draw_weights, load_weights
from tests.cache.nursery import environment

TINY = ("clips=6", "held_out=12", "steps=8", "batch=2", "frames=4", "size=32")
MINI = load(PretrainSettings, sets=TINY).value
# Ends itself in the moment in which a file that is written would get its name.
KILLED = """
import os, signal, sys
from pathlib import Path
import adf.files
from adf.config import load
from adf.demo.pretrain import PretrainSettings, pretrain

adf.files.os.replace = lambda *paths: os.kill(os.getpid(), signal.SIGKILL)
pretrain(load(PretrainSettings, sets=sys.argv[2:]).value, Path(sys.argv[1]), "off")
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return pretrain(MINI, tmp_path_factory.mktemp("weights"), "off")


def content(files: dict[str, Path]) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in files.values()}


def document(path: Path) -> Any:
    return read_checkpoint(path)[0]


def test_two_workers_make_the_same_bytes(made: dict[str, Path], tmp_path: Path) -> None:
    again = pretrain(MINI, tmp_path / "new" / "folder", "off", workers=2)
    assert tuple(again) == MODALITIES
    assert content(again) == content(made)
    assert sorted(os.listdir(tmp_path / "new" / "folder")) == sorted(content(made))


def test_another_seed_makes_other_weights_under_another_name(made: dict[str, Path]) -> None:
    other = replace(MINI, seed=8)
    assert weights_file(other, Path(), "rgb").name != made["rgb"].name
    file = learned(other, "rgb")
    assert file != made["rgb"].read_bytes()
    assert learned(MINI, "rgb") == made["rgb"].read_bytes()


def test_nothing_of_it_is_left_in_the_process() -> None:
    torch.manual_seed(1)
    before, threads = torch.get_rng_state(), torch.get_num_threads()
    theirs = repr(np.random.get_state())
    learned(MINI, "pose")
    assert (torch.get_rng_state() == before).all()
    assert repr(np.random.get_state()) == theirs
    assert torch.get_num_threads() == threads


def test_what_is_there_is_used_again_and_what_is_damaged_is_made_again(
    made: dict[str, Path], tmp_path: Path
) -> None:
    for path in made.values():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    damaged = tmp_path / made["flow"].name
    damaged.write_bytes(damaged.read_bytes()[:-3000])
    before = {name: (tmp_path / name).stat().st_mtime_ns for name in content(made)}
    assert content(pretrain(MINI, tmp_path, "off")) == content(made)
    changed = {name for name in before if (tmp_path / name).stat().st_mtime_ns != before[name]}
    assert changed == {damaged.name}


def test_killed_while_it_writes_it_leaves_no_file_of_that_name(
    made: dict[str, Path], tmp_path: Path
) -> None:
    command = [sys.executable, "-c", KILLED, str(tmp_path), *TINY]
    process = subprocess.run(command, env=environment(), timeout=120, check=False)
    assert process.returncode == -signal.SIGKILL
    assert not list(tmp_path.glob("*.pth"))
    assert content(pretrain(MINI, tmp_path, "off")) == content(made)


@pytest.mark.parametrize("modality", MODALITIES)
def test_a_file_loads_strictly_and_its_norms_have_seen_clips(
    made: dict[str, Path], modality: str
) -> None:
    backbone, drawn = built(modality), built(modality)
    loaded = load_weights(backbone, str(made[modality]))
    assert loaded.weights.startswith("sha256:")
    assert not loaded.changes
    draw_weights(drawn, MINI.seed)
    start = drawn.state_dict()
    for name, value in backbone.state_dict().items():
        assert value.isfinite().all(), name
        assert (value != start[name]).any(), name
        if name.endswith("num_batches_tracked"):
            assert value == MINI.steps


def test_a_file_says_what_it_is_and_the_scores_are_those_of_its_weights(
    made: dict[str, Path],
) -> None:
    found = document(made["rgb"])
    assert found["about"] == ABOUT == "trained on flying shapes, not on Kinetics"
    assert found["settings"]["seed"] == MINI.seed
    pupil = Pupil("rgb", seed=99)
    load_weights(pupil.backbone, str(made["rgb"]))
    clips, truth = filmed(MINI, "rgb", EXAM, MINI.held_out)
    answers = pupil.examined(clips, MINI.batch)
    assert marks("rgb", answers.numpy(), truth.numpy() > 0) == found["scores"]
    told = scores(made["rgb"])
    assert tuple(told) == TOLD["rgb"]
    assert told["hue"] == pytest.approx(np.mean(list(found["scores"]["hue"].values())))


@pytest.mark.parametrize(
    ("modality", "factor", "steps"),
    [("rgb", "hue", 50), ("flow", "direction", 50), ("pose", "shape", 90)],
)
@pytest.mark.slow
def test_what_is_easiest_to_see_is_learned(
    modality: str, factor: str, steps: int, tmp_path: Path
) -> None:
    """On 120 clips that were not learned from; five standard errors above chance are no luck."""
    small = PretrainSettings(clips=min(2 * steps, 160), held_out=120, steps=steps, size=48)
    file = tmp_path / "weights.pth"
    file.write_bytes(learned(small, modality))
    names, clips = len(FACTORS[factor]), small.held_out
    having = clips * (1 - (1 - 1 / names) ** 2)
    # Of one label, by the rank test; those of a factor are nearly independent.
    spread = sqrt((clips + 1) / (12 * having * (clips - having)))
    assert scores(file)[factor] > 0.5 + 5 * spread / sqrt(names)


def test_the_area_counts_pairs_in_the_right_order() -> None:
    truth = np.array([False, True, False, True])
    assert area(np.array([1, 2, 0, 3], np.float32), truth) == 1
    assert area(np.array([3, 2, 4, 1], np.float32), truth) == 0
    assert area(np.array([1, 1, 1, 1], np.float32), truth) == 0.5
    assert area(np.array([1, 2, 3, 3], np.float32), truth) == (1 + 0 + 1 + 0.5) / 4


def test_a_label_that_every_clip_has_is_not_scored() -> None:
    count = len(FACTORS["shape"]) + len(FACTORS["direction"])
    truth = np.zeros((4, count), bool)
    truth[:, 0], truth[:2, 1] = True, True
    answers = np.arange(4 * count, dtype=np.float32).reshape(4, count)
    assert marks("pose", answers, truth) == {"shape": {"square": 0.0}, "direction": {}}


def test_settings_are_read_like_all_others_and_only_what_counts_changes_a_name() -> None:
    assert load(PretrainSettings).value == PretrainSettings()
    found = load(PretrainSettings, sets=["steps=9", "flow.method=dis"]).value
    assert found == PretrainSettings(steps=9, flow=FlowSettings("dis", 4.0, steady="median"))
    one, other = PretrainSettings(), PretrainSettings(flow=FlowSettings())
    same = {name: one.digest(name) == other.digest(name) for name in MODALITIES}
    assert same == {"rgb": True, "flow": False, "pose": True}
    assert len({one.digest(name) for name in MODALITIES}) == 3


@pytest.mark.parametrize(
    ("field", "value"),
    [("seed", -1), ("clips", 0), ("steps", 7), ("size", 16), ("rate", 0.0), ("rate", float("nan"))],
)
def test_settings_that_teach_nothing_are_told(field: str, value: float) -> None:
    with pytest.raises(ConfigError, match=f"{field} is .*give"):
        PretrainSettings(**{field: value})  # type: ignore[arg-type]


def test_nobody_to_do_the_work_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="workers"):
        pretrain(MINI, tmp_path, "off", workers=0)
    assert not list(tmp_path.iterdir())
