import json
import logging
import os
import re
import secrets
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from adf import metrics, runs, surroundings
from adf.config import Config, load
from adf.errors import Exit, InvalidInput, RunMismatch
from adf.runs import RunFolder, run_folder
from tests.foundation.schema import Settings

CONFIG = load(Settings, sets=["train.epochs=5", "levels=a,b"])


@contextmanager
def opened(root: Path, config: Config[Settings] = CONFIG, **more: Any) -> Iterator[RunFolder]:
    with run_folder("search", config, root=root / "runs", **more) as run:
        yield run


def test_a_new_run_has_everything_in_its_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLURM_JOB_ID", "17")
    monkeypatch.setenv("SLURM_JWT", "secret")
    argv = ["adf", "search", "--set", "train.note=two words"]
    with opened(tmp_path, slug="pc-darts rgb/flow", argv=argv) as run:
        run.metric(step=1, loss=0.5)
        logging.getLogger("adf.search").debug("started")
        run.result({"top1": 0.9, "where": tmp_path})
    assert run.path.parent == tmp_path / "runs" / "search"
    assert re.fullmatch(r"\d{8}-\d{6}-pc-darts-rgb-flow-[0-9a-f]{4}", run.path.name)
    assert not run.resumed
    assert run.checkpoints.is_dir()
    assert load(Settings, files=[str(run.path / "config.yaml")]).value == CONFIG.value
    assert shlex.split((run.path / "command.txt").read_text()) == argv
    assert " DEBUG adf.search " in (run.path / "log.txt").read_text()
    assert json.loads((run.path / "result.json").read_text()) == {
        "top1": 0.9,
        "where": str(tmp_path),
    }
    env = json.loads((run.path / "env.json").read_text())
    assert env["python"] == ".".join(map(str, sys.version_info[:3]))
    assert env["packages"]["click"] >= "8.2"
    assert env["job"]["SLURM_JOB_ID"] == "17"
    assert "secret" not in json.dumps(env)


def test_the_command_is_that_of_this_process(tmp_path: Path) -> None:
    with opened(tmp_path) as run:
        pass
    assert shlex.split((run.path / "command.txt").read_text()) == sys.orig_argv


def test_latest_leads_to_the_last_run(tmp_path: Path) -> None:
    for _ in range(2):
        with opened(tmp_path) as run:
            pass
        latest = tmp_path / "runs" / "search" / "latest"
        assert latest.resolve() == run.path
        assert os.readlink(latest) == run.path.name
    assert len(list(latest.parent.iterdir())) == 3


def test_a_file_system_without_links_has_no_latest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> None:
        raise OSError("no links here")

    monkeypatch.setattr(Path, "symlink_to", refuse)
    with opened(tmp_path) as run:
        pass
    assert list(run.path.parent.iterdir()) == [run.path]


def test_two_runs_of_one_second_have_two_folders(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Stopped(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> "Stopped":
            return cls(2026, 11, 21, 7, 0, 1)

    hexes = iter(["aaaa", "0000", "aaaa", "aaaa", "bbbb", "0001"])
    monkeypatch.setattr(runs, "datetime", Stopped)
    monkeypatch.setattr(secrets, "token_hex", lambda _: next(hexes))
    names = []
    for _ in range(2):
        with opened(tmp_path) as run:
            names.append(run.path.name)
    assert names == ["20261121-070001-run-aaaa", "20261121-070001-run-bbbb"]


def test_the_same_out_resumes(tmp_path: Path) -> None:
    out = tmp_path / "deep" / "mine"
    for number in range(2):
        with opened(tmp_path, out=out, argv=["adf", str(number)]) as run:
            assert run.resumed is bool(number)
            assert run.path == out
            run.metric(step=number)
    assert [row["step"] for row in metrics.read(out / "metrics.jsonl")] == [0, 1]
    assert (out / "command.txt").read_text() == "adf 0\nadf 1\n"
    assert not (tmp_path / "runs").exists()


def test_other_settings_are_refused_by_name(tmp_path: Path) -> None:
    other = load(Settings, sets=["train.epochs=6", "levels=a,b", "amp=no"])
    with opened(tmp_path, out=tmp_path / "a"):
        pass
    with pytest.raises(RunMismatch) as caught, opened(tmp_path, other, out=tmp_path / "a"):
        pass
    assert str(caught.value) == (
        f"{tmp_path}/a was made with other settings, which differ in: train.epochs, amp."
        " Choose another --out, or go on with --force"
    )
    assert caught.value.exit_code is Exit.INPUT
    with opened(tmp_path, other, out=tmp_path / "a", force=True) as run:
        assert run.resumed
    assert load(Settings, files=[str(tmp_path / "a" / "config.yaml")]).value == other.value


def test_settings_of_another_version_are_refused(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text("gone: 1\n")
    with pytest.raises(RunMismatch) as caught, opened(tmp_path, out=tmp_path):
        pass
    assert str(caught.value) == (
        f"{tmp_path} was made by another version:"
        f" there is no setting 'gone' ({tmp_path}/config.yaml:1)."
    )


@pytest.mark.parametrize("name", ["a", "a/b"])
def test_an_out_that_is_a_file(tmp_path: Path, name: str) -> None:
    (tmp_path / "a").write_text("")
    with pytest.raises(InvalidInput) as caught, opened(tmp_path, out=tmp_path / name):
        pass
    assert str(caught.value) == f"{tmp_path / name} is not a folder: choose another --out"


def test_numbers_of_numpy_are_numbers(tmp_path: Path) -> None:
    numpy = pytest.importorskip("numpy")
    with opened(tmp_path) as run:
        run.metric(loss=numpy.float32(0.5), step=numpy.int64(3))
    (row,) = metrics.read(run.path / "metrics.jsonl")
    assert (row["loss"], row["step"]) == (0.5, 3)
    assert row["time"] > 1.7e9


def test_a_line_is_on_disk_at_once(tmp_path: Path) -> None:
    with opened(tmp_path) as run:
        run.metric(step=1)
        assert len(metrics.read(run.path / "metrics.jsonl")) == 1


@pytest.mark.parametrize("torn", ['{"step": 2, "lo', '{"step": 2}', "\xff"])
def test_a_torn_last_line_is_dropped(tmp_path: Path, torn: str) -> None:
    path = tmp_path / "metrics.jsonl"
    path.write_bytes(b'{"step": 1}\n' + torn.encode("latin-1"))
    assert metrics.read(path) == [{"step": 1}]
    with metrics.open_for_append(path) as file:
        metrics.append(file, {"step": 3})
    assert [row["step"] for row in metrics.read(path)] == [1, 3]


def test_a_damaged_line_in_the_middle_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "metrics.jsonl"
    path.write_text('{"step": 1}\n{"st\n{"step": 3}\n')
    with pytest.raises(InvalidInput) as caught:
        metrics.read(path)
    assert str(caught.value) == f"""{path}:2 is not JSON: '{{"st'"""


def test_no_metrics_yet(tmp_path: Path) -> None:
    assert metrics.read(tmp_path / "metrics.jsonl") == []


def git(folder: Path, *words: str) -> None:
    name = ["-c", "user.name=a", "-c", "user.email=a@b"]
    subprocess.run(["git", "-C", str(folder), *name, *words], check=True, capture_output=True)


def test_the_state_of_a_checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert surroundings.git_state(tmp_path) is None
    git(tmp_path, "init")
    assert surroundings.git_state(tmp_path) is None
    git(tmp_path, "commit", "--allow-empty", "-m", "first")
    state = surroundings.git_state(tmp_path)
    assert state is not None
    assert re.fullmatch("[0-9a-f]{40}", state["commit"])
    assert state["dirty"] is False
    (tmp_path / "new").write_text("")
    assert surroundings.git_state(tmp_path) == {**state, "dirty": True}
    (tmp_path / "inside").mkdir()
    assert surroundings.git_state(tmp_path / "inside") is None
    monkeypatch.setenv("PATH", "")
    assert surroundings.git_state(tmp_path) is None


def test_a_run_needs_no_torch(tmp_path: Path) -> None:
    code = "import sys, adf.runs, adf.options, adf.progress; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
    assert subprocess.run(
        [sys.executable, "-c", code.replace("adf.runs", "torch")], check=False
    ).returncode
