import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.shell_completion import ShellComplete
from click.testing import CliRunner, Result

import adf
from adf import main
from adf.main import COMMANDS, Entry, cli

HEAVY = ("torch", "pandas", "numpy", "rich", "yaml", "av", "zarr")


def call(*words: str) -> Result:
    return CliRunner().invoke(cli, words, prog_name="adf")


def python(*words: str, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *words],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **environ},
    )


def heavy_modules_after(words: list[str], before: str = "") -> list[str]:
    """Return which heavy modules a run of ``adf`` has imported."""
    code = (
        "import json, sys\n"
        f"{before}\n"
        "from adf.main import main\n"
        "try: main(args=json.loads(sys.argv[1]))\n"
        "except SystemExit: pass\n"
        f"print([name for name in {HEAVY} if name in sys.modules], file=sys.stderr)"
    )
    return [
        name for name in HEAVY if name in python("-c", code, json.dumps(words)).stderr.split("'")
    ]


@pytest.mark.parametrize(
    "words", [["--help"], ["--version"], ["completion", "bash"], ["nothing"], []]
)
def test_light_calls_import_nothing_heavy(words: list[str]) -> None:
    assert heavy_modules_after(words) == []


def test_a_heavy_import_would_be_seen() -> None:
    assert heavy_modules_after(["--help"], before="import numpy") == ["numpy"]


def test_help_lists_every_command_without_importing_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(COMMANDS, "later", Entry("adf.no_such_room:later", "Not there yet."))
    result = call("--help")
    assert result.exit_code == 0
    for text in ("cache", "completion", "demo", "doctor", "later       Not there yet."):
        assert text in result.stdout


def test_the_short_texts_promise_only_what_is_there() -> None:
    from adf.cache.cli import cache

    assert "combine" not in COMMANDS["cache"].text
    assert set(cache.commands) >= {"info", "verify", "convert", "import"}


def test_a_command_that_is_not_part_of_this_installation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(COMMANDS, "later", Entry("adf.no_such_room:later", "Not there yet."))
    result = call("later")
    expected = "error: 'adf later' is not part of this installation: there is no adf.no_such_room\n"
    assert (result.exit_code, result.stderr) == (3, expected)


def test_a_command_whose_package_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "needs_much.py").write_text("import no_such_package\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setitem(COMMANDS, "much", Entry("needs_much:much", ""))
    result = call("much")
    expected = "error: the Python module 'no_such_package' is not installed: run 'adf doctor'\n"
    assert (result.exit_code, result.stderr) == (3, expected)


@pytest.mark.parametrize("name", ["doctor", "completion"])
def test_commands_are_found(name: str) -> None:
    result = call(name, "--help")
    assert result.exit_code == 0
    assert result.stdout.startswith(f"Usage: adf {name} ")


def test_options_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adf.doctor.checks", list)
    result = CliRunner().invoke(cli, ["doctor"], env={"ADF_DOCTOR_JSON": "1"})
    assert json.loads(result.stdout) == {"ok": True, "checks": []}


@pytest.mark.parametrize(("word", "hint"), [("docter", " Did you mean 'doctor'?"), ("xyzzy", "")])
def test_an_unknown_command(word: str, hint: str) -> None:
    result = call(word)
    assert result.exit_code == 2
    assert result.stderr == f"error: No such command '{word}'.{hint} Try 'adf --help'.\n"


def test_an_unknown_option_is_no_command() -> None:
    result = call("--verison")
    assert result.exit_code == 2
    assert "No such option '--verison'" in result.stderr


def test_version() -> None:
    assert call("--version").stdout == f"adf, version {adf.__version__}\n"


def test_it_runs_as_a_module() -> None:
    result = python("-m", "adf", "docter")
    assert result.returncode == 2
    assert result.stderr.startswith("error: No such command 'docter'. Did you mean 'doctor'?")


@pytest.mark.parametrize(
    ("shell", "line"),
    [
        ("bash", 'eval "$(_ADF_COMPLETE=bash_source adf)"\n'),
        ("zsh", 'eval "$(_ADF_COMPLETE=zsh_source adf)"\n'),
        ("fish", "_ADF_COMPLETE=fish_source adf | source\n"),
    ],
)
def test_completion_prints_the_line_to_install(shell: str, line: str) -> None:
    result = call("completion", shell)
    assert result.stdout == line
    assert f"adf completion {shell} >> ~/." in result.stderr


def test_completion_of_another_shell_is_a_usage_error() -> None:
    assert call("completion", "tcsh").exit_code == 2


def test_names_are_completed_without_imports(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(COMMANDS, "dozen", Entry("adf.no_such_room:dozen", "Twelve."))
    found = ShellComplete(cli, {}, "adf", "_ADF_COMPLETE").get_completions([], "do")
    assert [(item.value, item.help) for item in found] == [
        ("doctor", COMMANDS["doctor"].text),
        ("dozen", "Twelve."),
    ]
    options = ShellComplete(cli, {}, "adf", "_ADF_COMPLETE").get_completions(["doctor"], "--j")
    assert [item.value for item in options] == ["--json"]


def test_click_asks_for_completion_through_the_module() -> None:
    result = python("-m", "adf", COMP_WORDS="adf do", COMP_CWORD="1", _ADF_COMPLETE="bash_complete")
    assert result.stdout == "plain,doctor\n"


def test_main_is_the_console_entry_point(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main.main(args=["--version"])
    assert caught.value.code == 0
    assert capsys.readouterr().out == f"adf, version {adf.__version__}\n"
