"""The command: its words, its answers, its exit codes."""

import json
from pathlib import Path

import pytest

from adf.errors import Exit
from adf.search.genotypes.genotype import Cell, Edge, Genotype, Input
from adf.search.trial import carry_out
from tests.evaluate.samples import SMALL, call, read
from tests.search.run.samples import small as search_settings

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
        (["--cache", "x", "bench", "build"], Exit.USAGE, "--cache stands before 'bench'"),
        (["--force", "tune"], Exit.USAGE, "--force stands before 'tune'"),
    ],
)
def test_mistakes_are_named(words: list[str], code: int, text: str) -> None:
    done = call(*words)
    assert done.exit_code == code
    assert text in done.stderr


def test_all_baselines_are_not_more_than_all(cache: Path) -> None:
    done = call("--cache", cache, "--baselines", "all,late")
    assert done.exit_code == Exit.USAGE
    assert "'all' stands alone" in done.stderr


def test_a_network_larger_than_memory_is_refused_before_it_is_built(
    cache: Path, tmp_path: Path
) -> None:
    inputs = (Input("rgb", "low"), Input("flow", "low"))
    cell = Cell(((Edge("conv_3x3x3", 0), Edge("conv_3x3x3", 1)),), (2,))
    path = tmp_path / "huge.json"
    path.write_text(Genotype(inputs, (cell,), 10**6, (1, 2, 2)).to_json())
    done = call("--cache", cache, *WORDS, "--genotype", path, "--out", tmp_path / "run")
    assert done.exit_code == Exit.USAGE
    assert "huge has 54,0" in done.stderr
    assert not (tmp_path / "run").exists()


def test_where_the_search_found_its_cache_is_said(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(cache.parent)
    carry_out(search_settings(Path(cache.name), "method=random"), "off", tmp_path / "found")
    monkeypatch.chdir(tmp_path)
    done = call(*WORDS[:2], "--genotype", "found")
    assert done.exit_code == Exit.INPUT
    assert "give --cache" in done.stderr


def test_settings_are_shown_with_where_they_come_from() -> None:
    done = call("--cache", "x", "--epochs", "7", "--splits", "1,2", "--print-config")
    assert done.exit_code == 0
    assert "epochs: 7" in done.output
    assert "--splits" in done.output
