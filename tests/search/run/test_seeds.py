"""Several seeds at a time find what each finds alone, and say it together."""

import json
from pathlib import Path

import pytest

from adf.children import end_children, start_child
from adf.search.launch import parse_seeds
from tests.search.run.samples import call, learned, words_for
from tests.threads import one_thread


@pytest.mark.parametrize(
    ("text", "seeds"), [("0-3", (0, 1, 2, 3)), ("0,2,5", (0, 2, 5)), ("7", (7,)), ("1-2,2", (1, 2))]
)
def test_lists_of_seeds(text: str, seeds: tuple[int, ...]) -> None:
    assert parse_seeds(text) == seeds


def test_a_process_is_told_how_many_are_beside_it(tmp_path: Path) -> None:
    child = start_child(["search", "--help"], tmp_path / "log", 3)
    told = Path(f"/proc/{child.pid}/environ").read_bytes().split(b"\0")
    end_children([child])
    assert b"ADF_SIBLINGS=3" in told


@pytest.mark.slow
@one_thread()
def test_two_seeds_at_a_time_are_two_searches(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = [*words_for(cache, "method=darts", "relax.epochs=2"), "--epochs", "1"]
    # A variable of the command has done its part before the children are started.
    monkeypatch.setenv("ADF_SEARCH_EPOCHS", "9")
    both = call(*words, "--seeds", "0-1", "--workers", 2, "--out", "both")
    assert both.exit_code == 0, both.stderr
    facts = json.loads((tmp_path / "both" / "result.json").read_text())
    head, *rows, last = both.stdout.splitlines()
    assert head.split() == ["seed", "digest", "judged", "cell", "steps", "seconds", "folder"]
    for seed, row in enumerate(rows):
        done = call(*words, "--seed", seed, "--out", f"one-{seed}")
        assert done.exit_code == 0, done.stderr
        alone = tmp_path / f"one-{seed}"
        assert learned(tmp_path / "both" / f"seed-{seed}") == learned(alone)
        result = json.loads((alone / "result.json").read_text())
        assert facts["seeds"][str(seed)]["digest"] == result["digest"]
        assert row.split()[:2] == [str(seed), result["digest"]]
    found = [each["judged"]["accuracy"] for each in facts["seeds"].values()]
    assert facts["judged"]["accuracy"] == pytest.approx(sum(found) / 2)
    assert last.endswith("(standard deviation) over 2 seeds; both/result.json")


@pytest.mark.slow
def test_the_error_of_a_seed_is_that_of_the_command(cache: Path) -> None:
    done = call(*words_for(cache), "--split", "4", "--seeds", "0", "--out", "run")
    assert done.exit_code == 2
    last = done.stderr.splitlines()[-1]
    assert last.startswith("error: seed 0: split: ")
    assert last.endswith("(its log: run/seed-0.txt)")
