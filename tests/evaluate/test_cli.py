"""The command: its words, its answers, its exit codes."""

import json
from pathlib import Path

import pytest

from adf.errors import Exit
from tests.evaluate.samples import SMALL, call, read

WORDS = [word for pair in SMALL for word in ("--set", pair)]


def test_a_table_is_printed_and_kept(cache: Path, tmp_path: Path) -> None:
    ceilings = tmp_path / "ceilings.json"
    ceilings.write_text(json.dumps({"flow + rgb": 0.5, "rgb": 0.25, "flow": 0.125}))
    words = ["--baselines", "single,late", "--ceilings", ceilings, "--seeds", "3,1"]
    done = call("--cache", cache, *WORDS, *words, "--out", "run", "--progress", "off")
    assert done.exit_code == 0, done.output
    result = read(Path("run/result.json"))
    assert result["seeds"] == [3, 1]
    ceiling = {row["name"]: row["ceiling"] for row in result["rows"]}
    assert ceiling["rgb/low"] == 0.25
    assert ceiling["flow, best level"] == 0.125
    assert ceiling["late fusion, mean"] == 0.5
    lines = done.output.splitlines()
    table = lines[1 : 1 + len(result["rows"])]
    shown = [float(line.split("%")[0].split()[-1]) for line in table]
    assert shown == sorted(shown, reverse=True)
    for line in table:
        (row,) = (row for row in result["rows"] if line.startswith(f"{row['name']}  "))
        assert f"{row['top1']['mean']:.1%}" in line
        assert f"{row['ceiling']:.1%}" in line
    assert lines[-3] == "split_1: 6 test videos"
    assert lines[-1].endswith("run/result.json")
    assert "top-5" not in lines[0]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"rgb": 16.7}', "'rgb' is 16.7"),
        ('{"rgb": NaN}', "'rgb' is nan"),
        ('{"rgb + flow": 0.1, "flow + rgb": 0.2}', "'flow + rgb' stands there twice"),
        ("[1]", "no JSON of numbers by name"),
    ],
)
def test_ceilings_are_shares(cache: Path, tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "ceilings.json"
    path.write_text(text)
    done = call("--cache", cache, *WORDS, "--baselines", "late", "--ceilings", path)
    assert done.exit_code == Exit.INPUT
    assert said in done.stderr


def test_variables_of_sub_commands_are_left_to_them(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ADF_EVAL_GAP_SEEDS", "0-9")
    monkeypatch.setenv("ADF_EVAL_SEEDS", "4")
    done = call("--cache", cache, "--print-config")
    assert done.exit_code == 0, done.stderr
    assert "seeds: '4'" in done.output or 'seeds: "4"' in done.output
    monkeypatch.setenv("ADF_EVAL_SEED", "4")
    assert "ADF_EVAL_SEED sets nothing here" in call("--cache", cache).stderr


def test_json_is_one_object(cache: Path) -> None:
    words = ["--genotype", "random:1", "--genotype", "random:2", "--json", "--progress", "off"]
    done = call("--cache", cache, *WORDS, *words)
    assert done.exit_code == 0, done.output
    facts = json.loads(done.stdout)
    assert facts["ok"]
    assert [row["name"] for row in facts["rows"]] == ["random 1", "random 1 (2)", "random 2"]
    assert Path("runs/eval/latest/result.json").is_file()


@pytest.mark.parametrize(
    ("words", "code", "text"),
    [
        (["--baselines", "late"], Exit.USAGE, "cache is not given"),
        (["--cache", "nowhere", "--baselines", "late"], Exit.INPUT, "nowhere"),
        (["--cache", "x", "--workers", "0"], Exit.USAGE, "--workers 0"),
        (["--cache", "x", "--set", "train.epoch=1"], Exit.USAGE, "train.epochs"),
        (["--cache", "x", "--ceilngs", "y"], Exit.USAGE, "--ceilings"),
    ],
)
def test_mistakes_are_named(words: list[str], code: int, text: str) -> None:
    done = call(*words)
    assert done.exit_code == code
    assert text in done.stderr


def test_settings_are_shown_with_where_they_come_from() -> None:
    done = call("--cache", "x", "--epochs", "7", "--splits", "1,2", "--print-config")
    assert done.exit_code == 0
    assert "epochs: 7" in done.output
    assert "--splits" in done.output
