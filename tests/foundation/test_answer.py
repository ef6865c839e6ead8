"""``--json``: exactly one object on standard output, however the command ends."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from adf.errors import CorruptCache, InvalidInput
from tests.foundation.ended import ended
from tests.foundation.program import program

Captured = pytest.CaptureFixture[str]


def answer(capsys: Captured) -> dict[str, Any]:
    """Return the one object that was printed."""
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["late", "--json"], "Missing argument 'PATH'."),
        (["--json", "--nothing"], "No such option '--nothing'."),
        (["--nothing", "--json"], "No such option '--nothing'."),
        (["--kind", "c", "--json"], "Invalid value for '--kind': 'c' is not one of 'a', 'b'."),
        (["--json", "more"], "Got unexpected extra argument (more)"),
        (["nothing", "--json"], "No such command 'nothing'."),
    ],
)
def test_a_usage_error(capsys: Captured, words: list[str], text: str) -> None:
    assert ended(None, *words) == 2
    found = answer(capsys)
    assert (found["ok"], found["exit_code"]) == (False, 2)
    assert text in found["error"]


@pytest.mark.parametrize("words", [["--nothing"], ["--kind", "c"], ["more"]])
def test_the_environment_asks_for_it(
    monkeypatch: pytest.MonkeyPatch, capsys: Captured, words: list[str]
) -> None:
    monkeypatch.setenv("ADF_TRY_WORK_JSON", "1")
    assert ended(None, *words) == 2
    assert answer(capsys)["exit_code"] == 2
    assert ended(InvalidInput("bad")) == 4
    assert answer(capsys)["error"] == "bad"
    monkeypatch.setenv("ADF_TRY_WORK_JSON", "0")
    assert ended(None, *words) == 2
    assert capsys.readouterr().out == ""


def test_what_was_parsed_decides(capsys: Captured) -> None:
    assert ended(InvalidInput("bad"), "--note", "--json") == 4
    assert capsys.readouterr() == ("", "error: bad\n")


def test_facts_are_told_too(capsys: Captured) -> None:
    assert ended(CorruptCache("2 damaged").telling(shards=9), "--json") == 4
    assert answer(capsys) == {"ok": False, "error": "2 damaged", "exit_code": 4, "shards": 9}


def test_ctrl_c(capsys: Captured) -> None:
    assert ended(KeyboardInterrupt(), "--json") == 130
    assert answer(capsys) == {"ok": False, "error": "stopped by Ctrl-C", "exit_code": 130}


def test_a_bug_keeps_its_traceback(capsys: Captured) -> None:
    with pytest.raises(ZeroDivisionError):
        ended(ZeroDivisionError("a bug"), "--json")
    expected = {"ok": False, "error": "ZeroDivisionError: a bug", "exit_code": 1}
    assert answer(capsys) == expected


def test_never_a_second_object(capsys: Captured) -> None:
    assert ended(InvalidInput("bad"), "late", "x", "--json") == 4
    assert answer(capsys) == {"path": "x", "json": True}


def test_print_config_is_one_object() -> None:
    words = ["--json", "--print-config", "--set", "train.optimiser.lr=.inf", "--set", "slurm.a=1"]
    result = CliRunner().invoke(program, words)
    assert result.exit_code == 0
    found = json.loads(result.stdout, parse_constant=pytest.fail)
    assert found["train.optimiser.lr"] == {"value": ".inf", "origin": "--set"}
    assert found["out"] == {"value": "runs", "origin": "default"}
    assert found["slurm"] == {"value": {"a": "1"}, "origin": "--set"}
    assert found["levels"]["value"] == ["layer3", "layer4"]


def test_a_pair_without_a_value_is_a_usage_error_with_a_hint() -> None:
    result = CliRunner().invoke(program, ["--set", "A"], env={"ADF_TRY_JSON": "1"})
    assert json.loads(result.stdout)["exit_code"] == 2
    assert result.stderr == (
        "error: --set: 'A' has no value. Write --set A=VALUE. Try 'program --help'.\n"
    )


def test_of_the_real_command(tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "adf", "cache", "info", str(tmp_path / "nothing")],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "ADF_CACHE_INFO_JSON": "1"},
    )
    assert json.loads(ended.stdout)["exit_code"] == ended.returncode == 4
    assert ended.stderr.startswith("error: ")
