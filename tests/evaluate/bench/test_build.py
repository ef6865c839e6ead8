"""The building of a table: what was trained is never lost, and never trained again."""

import json
from pathlib import Path
from shutil import copytree

import pytest

from adf.errors import ConfigError, RunMismatch
from adf.evaluate.bench.build import LINES, fidelities
from adf.evaluate.bench.table import Table
from tests.evaluate.bench.samples import built, call, scored, small


def test_it_goes_on_where_it_was_stopped(table: Path, judging_cache: Path, tmp_path: Path) -> None:
    place = copytree(table, tmp_path / "bench")
    files = sorted(place.glob(f"trainings/*/{LINES}"))
    assert len(files) == 16
    whole = [file.read_bytes() for file in files]
    # One in the middle of a line, one between two, one not begun.
    files[3].write_bytes(whole[3][:-20])
    files[5].write_bytes(b"".join(whole[5].splitlines(keepends=True)[:2]))
    files[7].unlink()
    (place / "table.json").unlink()
    again = built(judging_cache, place)
    assert scored(again) == scored(Table.read(table))
    for number, file in enumerate(files):
        lines = [json.loads(line)["key"] for line in file.read_bytes().splitlines()]
        assert len(lines) == len({tuple(line) for line in lines}) == 4
        assert file.read_bytes().startswith(whole[number][:100]) == (number != 7)
        assert (file.read_bytes() == whole[number]) == (number not in (3, 5, 7))


@pytest.mark.slow
def test_several_workers_make_the_same_table(
    table: Path, judging_cache: Path, tmp_path: Path
) -> None:
    assert scored(built(judging_cache, tmp_path / "bench", workers=2)) == scored(Table.read(table))


def test_other_settings_or_another_cache_are_refused(
    table: Path, judging_cache: Path, cache: Path, tmp_path: Path
) -> None:
    place = copytree(table, tmp_path / "bench")
    for other, sets in ((judging_cache, ["trainings=3"]), (cache, [])):
        with pytest.raises(RunMismatch):
            built(other, place, *sets)


def test_a_table_has_the_rounds_of_halving_and_the_whole(judging_cache: Path) -> None:
    def of(*sets: str) -> list[int]:
        return fidelities(small(judging_cache, *sets).value)

    assert of("rungs=[]", "train.epochs=12") == [4, 12]
    assert of("rungs=[2,5,40]", "train.epochs=12") == [2, 5, 12]
    for text, told in (("rungs=[0]", "rungs"), ("trainings=0", "trainings is 0")):
        with pytest.raises(ConfigError, match=told):
            small(judging_cache, text)


def test_the_command_builds_and_says_what_came_out(judging_cache: Path, tmp_path: Path) -> None:
    sets = ["--set", "space={channels: 4, nodes: 1, ops: [skip], levels: [low]}"]
    words = ["build", "--cache", judging_cache, "--epochs", 2, "--rungs", "1", "--trainings", 2]
    words += ["--device", "cpu", "--progress", "off", "--out", "bench", *sets]
    done = call(*words)
    assert done.exit_code == 0, done.stderr
    assert "1 genotypes, 4 trainings" in done.stdout
    facts = json.loads(call(*words, "--json").stdout)
    assert facts["ok"] is True
    assert facts["best"] in Table.read(tmp_path / "bench").means
    other = call(*words, "--out", "other", "--set", "space.ops=[none]")
    assert (other.exit_code, "space.ops" in other.stderr) == (2, True)
    other = call(*words, "--rungs", "four")
    assert (other.exit_code, "--rungs four" in other.stderr) == (2, True)
