import subprocess
import sys
from typing import Any

import click
import pytest

from adf.cli import Command
from adf.errors import (
    AdfError,
    CacheMismatch,
    ConfigError,
    CorruptCache,
    DiskFull,
    Exit,
    FailedItems,
    InputNotFound,
    Interrupted,
    InvalidInput,
    MissingDependency,
    NotWritable,
    RunMismatch,
    UnknownName,
)
from tests.foundation.ended import ended

CODES: list[tuple[type[AdfError], int, type[Exception]]] = [
    (AdfError, 1, Exception),
    (ConfigError, 2, ValueError),
    (UnknownName, 2, KeyError),
    (MissingDependency, 3, ImportError),
    (InputNotFound, 4, FileNotFoundError),
    (InvalidInput, 4, ValueError),
    (CacheMismatch, 4, ValueError),
    (RunMismatch, 4, ValueError),
    (CorruptCache, 4, OSError),
    (NotWritable, 4, PermissionError),
    (FailedItems, 5, RuntimeError),
    (Interrupted, 75, OSError),
    (DiskFull, 75, OSError),
]


@pytest.mark.parametrize(("kind", "code", "builtin"), CODES)
def test_each_error_has_its_code_and_one_line(
    capsys: pytest.CaptureFixture[str], kind: type[AdfError], code: int, builtin: type[Exception]
) -> None:
    assert ended(kind("it is broken: mend it")) == code
    assert issubclass(kind, builtin)
    assert capsys.readouterr() == ("", "error: it is broken: mend it\n")


def test_an_error_is_json_too_where_that_was_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    assert ended(InvalidInput("bad"), "--json") == 4
    out, err = capsys.readouterr()
    assert out == '{\n  "ok": false,\n  "error": "bad",\n  "exit_code": 4\n}\n'
    assert err == "error: bad\n"


@pytest.mark.parametrize(("result", "code"), [(None, 0), (Exit.FAILED_ITEMS, 5), ("text", 0)])
def test_a_body_may_return_an_exit_code(result: Any, code: int) -> None:
    assert ended(None, result=result) == code


def test_ctrl_c(capsys: pytest.CaptureFixture[str]) -> None:
    assert ended(KeyboardInterrupt()) == 130
    assert capsys.readouterr().err.strip() == "stopped by Ctrl-C"


def test_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert ended(None, "--jsn") == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("error: No such option '--jsn'. ")
    assert "Did you mean '--json'?" in err
    assert err.endswith(" work --help'.\n")
    assert err.count("\n") == 1


def test_a_missing_package(capsys: pytest.CaptureFixture[str]) -> None:
    assert ended(ModuleNotFoundError("No module named 'av'", name="av")) == 3
    expected = "error: the Python module 'av' is not installed: run 'adf doctor'\n"
    assert capsys.readouterr().err == expected


@pytest.mark.parametrize(
    "bug",
    [
        ZeroDivisionError("a bug"),
        ModuleNotFoundError("a bug", name="adf.nothing"),
        ImportError("a bug", name="av"),
        EOFError("a bug"),
    ],
)
def test_a_bug_keeps_its_traceback(bug: Exception) -> None:
    @click.command(cls=Command)
    def work() -> None:
        raise bug

    with pytest.raises(type(bug), match="a bug"):
        work.main([])


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_reader_that_went_away_is_no_error(
    monkeypatch: pytest.MonkeyPatch, unbuffered: str
) -> None:
    monkeypatch.setenv("PYTHONUNBUFFERED", unbuffered)
    code = (
        "import click, adf.cli\n"
        "@click.command(cls=adf.cli.Command)\n"
        "def work():\n"
        "    while True: click.echo('line')\n"
        "work()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout
        assert process.stderr
        assert process.stdout.readline() == b"line\n"
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 0
