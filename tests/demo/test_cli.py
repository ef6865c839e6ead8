"""`adf demo` and what is below it, as a user types it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cache.nursery import environment

FEW = ("--set", "counts={train: 1, val: 0, test: 1}", "--set", "frames=4")


def adf(*words: object) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "adf", "demo", *map(str, words)],
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )


def test_make_and_show(tmp_path: Path) -> None:
    made = adf("make", tmp_path / "set", *FEW, "--progress", "off", "--json")
    assert (made.returncode, made.stderr) == (0, "")
    assert json.loads(made.stdout) == {"folder": str(tmp_path / "set")}
    assert len(list(tmp_path.glob("set/*/*.mp4"))) == 24
    shown = adf("show", tmp_path / "set", tmp_path / "sheet.png", "--clips", "1")
    assert shown.returncode == 0, shown.stderr
    assert (tmp_path / "sheet.png").read_bytes().startswith(b"\x89PNG")


def test_pretrain_trains_once(tmp_path: Path) -> None:
    few = ("clips=4", "held_out=4", "steps=8", "size=32", "frames=4")
    words = ["pretrain", tmp_path, "--workers", "1", "--progress", "off", "--json"]
    words += [word for text in few for word in ("--set", text)]
    first = adf(*words)
    assert first.returncode == 0, first.stderr
    facts = json.loads(first.stdout)
    assert "not on Kinetics" in facts["about"]
    assert set(facts["weights"]) == {"rgb", "flow", "pose"}
    times = {path: path.stat().st_mtime_ns for path in tmp_path.glob("*.pth")}
    assert {str(path) for path in times} == {each["file"] for each in facts["weights"].values()}
    assert json.loads(adf(*words).stdout) == facts
    assert {path: path.stat().st_mtime_ns for path in times} == times


def test_ceilings_follow_the_factors() -> None:
    found = json.loads(adf("ceilings", "--json").stdout)
    assert found["rgb x flow x pose"] == 1
    assert found["rgb"] == pytest.approx(1 / 6)
    fewer = json.loads(adf("ceilings", "--json", "--set", "hues.target={red: 0}").stdout)
    assert fewer["rgb"] == pytest.approx(1 / 6)
    assert fewer["flow x pose"] > found["flow x pose"]
    assert "1/6" in adf("ceilings").stdout


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("make", "X", "--set", "nosuch=1"), "there is no setting 'nosuch'"),
        (("make", "X", "-c", "demo/nosuch"), "no file and no preset"),
        (("show", "nowhere", "sheet.png"), "run adf demo make"),
        (("nosuch",), "No such command"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_what_is_wrong_is_told_in_a_line(words: tuple[str, ...], told: str) -> None:
    done = adf(*words)
    assert told in done.stderr
    assert done.stderr.count("\n") == 1
    assert done.returncode in (2, 4)
