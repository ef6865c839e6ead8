import json
import logging
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from adf.pairs import one_form
from tests.foundation.program import program


@pytest.fixture(autouse=True)
def quiet_again() -> Iterator[None]:
    logger = logging.getLogger("adf")
    handlers, level = list(logger.handlers), logger.level
    yield
    logger.handlers[:] = handlers
    logger.setLevel(level)


def call(*words: str, **environ: str) -> Result:
    return CliRunner().invoke(program, words, env=environ)


def origins(*words: str, **environ: str) -> dict[str, str]:
    result = call(*words, **environ)
    assert result.exit_code == 0, result.stderr
    found: dict[str, str] = json.loads(result.stdout)["origins"]
    return found


def values(*words: str, **environ: str) -> str:
    return call(*words, **environ).stderr


def test_a_default_of_an_option_overrides_nothing() -> None:
    assert origins() == {}
    assert "epochs: 3" in values()


def test_an_option_on_the_command_line_wins_over_all(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("train.epochs: 4\n")
    words = ["-c", str(tmp_path / "a.yaml"), "--set", "train.epochs=5"]
    assert origins(*words, ADF_TRY_EPOCHS="6") == {"train.epochs": "--set"}
    assert origins(*words, "--epochs", "7") == {"train.epochs": "--epochs"}
    assert "epochs: 7" in values(*words, "--epochs", "7")


def test_the_environment_of_an_option_comes_below_set() -> None:
    assert origins(ADF_TRY_EPOCHS="6") == {"train.epochs": "environment variable ADF_TRY_EPOCHS"}
    assert "epochs: 6" in values(ADF_TRY_EPOCHS="6")
    assert origins("--set", "train.epochs=1", ADF_TRY_EPOCHS="6") == {"train.epochs": "--set"}


def test_the_environment_of_a_setting_and_of_other_options() -> None:
    result = call(ADF_TRY_TRAIN__NOTE="hello", ADF_TRY_DEVICE="cpu", ADF_TRY_PROGRESS="off")
    found = json.loads(result.stdout)
    assert found["origins"] == {"train.note": "environment variable ADF_TRY_TRAIN__NOTE"}
    assert (found["device"], found["progress"]) == ("cpu", "off")


def test_a_variable_for_nothing_names_the_nearest() -> None:
    result = call(ADF_TRY_DEVIC="cpu")
    assert (result.exit_code, result.stderr) == (
        2,
        "error: the environment variable ADF_TRY_DEVIC sets nothing here."
        " Did you mean 'ADF_TRY_DEVICE'?\n",
    )


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["--no-amp"], {"amp": "--no-amp"}),
        (["--amp"], {"amp": "--amp"}),
        (["--level", "a,b", "--level", "c"], {"levels": "--level"}),
    ],
)
def test_flags_and_repeated_options_are_settings(
    words: list[str], expected: dict[str, str]
) -> None:
    assert origins(*words) == expected


def test_repeated_options_keep_their_commas() -> None:
    assert 'levels: ["a,b", c]' in values("--level", "a,b", "--level", "c").replace("'", '"')


def test_later_files_win_and_the_environment_may_name_one(tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / f"{name}.yaml").write_text(f"train.note: from {name}\n")
    a, b = str(tmp_path / "a.yaml"), str(tmp_path / "b.yaml")
    assert "note: from b" in values("-c", a, "--config", b)
    assert "note: from a" in values(ADF_TRY_CONFIG=a)


def test_a_preset_that_is_not_there() -> None:
    result = call("-c", "large")
    expected = "error: there is no configuration file foundation/large.yaml\n"
    assert (result.exit_code, result.stderr) == (4, expected)


def test_print_config_prints_origins_and_stops() -> None:
    result = call("--set", "train.optimiser.lr=1e-3", "--print-config", "-qq")
    assert result.exit_code == 0
    assert "    lr: 0.001  # --set\n" in result.stdout
    assert "origins" not in result.stdout
    assert result.stderr == ""


def test_an_unknown_setting_is_an_error_before_anything_is_printed() -> None:
    result = call("--set", "train.epoch=1", "--print-config")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "there is no setting 'train.epoch' (--set)" in result.stderr


PAIRS: list[tuple[str, str]] = [
    ("--set a.b=c", "--set a.b=c"),
    ("--set=a.b=c x", "--set=a.b=c x"),
    ("--set A.B C D.E F", "--set A.B=C --set D.E=F"),
    ("x --set A.B C --epochs 3 y", "x --set A.B=C --epochs 3 y"),
    ("--set A -1 B -1e-3 C -.5 D -inf", "--set A=-1 --set B=-1e-3 --set C=-.5 --set D=-inf"),
    ("--set A x=y", "--set A=x=y"),
    ("--set A 1 b.c=2 D 3", "--set A=1 --set b.c=2 --set D=3"),
    ("--set a=1 word", "--set a=1 word"),
    ("--set A 1 --set b=2 --set C 3", "--set A=1 --set b=2 --set C=3"),
    ("--set A 1 -- B 2", "--set A=1 -- B 2"),
    ("-- --set A 1", "-- --set A 1"),
    ("--set A -", "--set A=-"),
    ("--set", "--set"),
    ("", ""),
]


@pytest.mark.parametrize(("typed", "rewritten"), PAIRS)
def test_pairs_are_rewritten(typed: str, rewritten: str) -> None:
    assert one_form(typed.split()) == rewritten.split()


@pytest.mark.parametrize(
    ("typed", "word"),
    [
        ("--set A.B", "A.B"),
        ("--set A.B C D.E", "D.E"),
        ("--set A.B C D.E --epochs 3", "D.E"),
        ("--set A.B -v", "A.B"),
        ("--set A.B C -5", "-5"),
    ],
)
def test_an_odd_word_is_named(typed: str, word: str) -> None:
    with pytest.raises(click.UsageError) as caught:
        one_form(typed.split())
    assert caught.value.message == f"--set: '{word}' has no value. Write --set {word}=VALUE."


def test_pairs_reach_the_settings() -> None:
    words = ["--set", "TRAIN.OPTIMISER.LR", "-1e-3", "seed", "x", "--device", "cpu", "word"]
    result = call(*words)
    assert json.loads(result.stdout)["words"] == ["word"]
    assert "lr: -0.001" in result.stderr
    assert "seed: x" in result.stderr


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([], ["info", "warning", "error"]),
        (["-v"], ["debug", "info", "warning", "error"]),
        (["-vv"], ["debug", "info", "warning", "error"]),
        (["-q"], ["warning", "error"]),
        (["-qq"], ["error"]),
        (["-q", "-q", "-q"], ["error"]),
        (["-v", "-q"], ["info", "warning", "error"]),
    ],
)
def test_verbosity(words: list[str], told: list[str]) -> None:
    lines = call(*words).stderr.splitlines()
    assert [line.split()[-2] for line in lines if line.endswith(" message")] == told


def test_help_names_the_shared_options() -> None:
    text = call("--help").stdout
    for option in ("-c, --config", "--set", "--print-config", "--progress", "-v", "-q"):
        assert option in text


def test_a_wrong_progress_mode_is_a_usage_error() -> None:
    result = call("--progress", "lines")
    assert result.exit_code == 2
    assert "'auto', 'bar', 'log', 'off'" in result.stderr
