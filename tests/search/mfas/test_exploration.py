"""The loop over rows, on a table of accuracies instead of trainings."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from adf import metrics
from adf.search.judge import Verdict
from adf.search.mfas.exploration import Exploration
from adf.search.mfas.rows import FusionRows
from adf.search.mfas.space import Code
from tests.search.mfas.samples import make_levels
from tests.search.nets.samples import quick, study_of

GOOD: Code = ((3, 0, 0), (1, 3, 0), (1, 1, 1), (3, 3, 0))


class Table:
    """Accuracies without training: the more numbers are those of one network, the higher."""

    def __init__(self, explored: Exploration | None = None, end: int = 10**6) -> None:
        self.asked: list[tuple[Code, int]] = []
        self.explored, self.end = explored, end

    def __call__(self, found: FusionRows, seed: int) -> Verdict[FusionRows]:
        assert self.explored
        code = self.explored.space.code(found)
        if len(self.asked) == self.end:
            raise TimeoutError
        self.asked.append((code, seed))
        return Verdict(found, accuracy(code) + 0.01 * seed, 1.0)


def accuracy(code: Code) -> float:
    pairs = zip(code, GOOD, strict=False)
    return 0.4 + 0.04 * sum(a == b for row, good in pairs for a, b in zip(row, good, strict=True))


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache of as many levels as in the paper."""
    return make_levels(tmp_path_factory.mktemp("mfas") / "cache", skeleton=4, rgb=4)


@contextmanager
def exploring(cache: Path, out: Path, *sets: str, end: int = 10**6) -> Iterator[Exploration]:
    config = quick(cache, "method=mfas", "space.modalities=[skeleton,rgb]", "train.epochs=1", *sets)
    with study_of(config, out) as study:
        table = Table(end=end)
        table.explored = Exploration(study, table)
        yield table.explored


def explored(cache: Path, out: Path, *sets: str, end: int = 10**6) -> tuple[Table, Any]:
    with exploring(cache, out, *sets, end=end) as found:
        best = found.run()
        assert isinstance(found.trainer, Table)
        return found.trainer, found.space.code(best)


def lines(out: Path) -> list[dict[str, Any]]:
    found = metrics.read(out / "metrics.jsonl")
    return [
        {name: value for name, value in line.items() if name != "time"}
        for line in found
        if line["event"] == "drawn"
    ]


def codes(line: dict[str, Any]) -> list[Code]:
    return [tuple(tuple(row) for row in rows) for rows in line["rows"]]


FAITHFUL = ("mfas.mode=faithful", "mfas.iterations=3", "budget=1000")


@pytest.mark.slow
def test_as_released_it_trains_197_candidates(cache: Path, tmp_path: Path) -> None:
    table, best = explored(cache, tmp_path, *FAITHFUL)
    assert len(table.asked) == 32 + 11 * 15 == 197
    depths = [len(code) for code, _ in table.asked]
    assert depths[:77] == [1] * 32 + [2] * 15 + [3] * 15 + [4] * 15
    assert set(depths[77:]) == {4}
    drawn = lines(tmp_path)
    assert [line["candidates"] for line in drawn] == [32, *[15 * 32] * 11]
    assert [line["temperature"] for line in drawn] == pytest.approx(
        [10, 9.41, 7.83, 5.78, 3.81, 3.81, 2.25, 1.23, 0.66, 0.66, 0.38, 0.26], abs=0.0051
    )
    # What was trained again is trained with another seed.
    for code, times in Counter(code for code, _ in table.asked).items():
        assert [seed for each, seed in table.asked if each == code] == list(range(times))
    assert accuracy(best) >= max(accuracy(code) for code, _ in table.asked) - 0.05


@pytest.mark.parametrize("mode", ["intent", "faithful", "improved"])
def test_a_step_changes_one_row_of_those_drawn_before(
    cache: Path, tmp_path: Path, mode: str
) -> None:
    sets = (f"mfas.mode={mode}", "mfas.fusions=2", "budget=64", "mfas.samples=12")
    table, _ = explored(cache, tmp_path, *sets)
    assert len(table.asked) == 64
    singles = table.explored.space.unfolded([()], 0) if table.explored else []
    assert [code for code, _ in table.asked[:32]] == singles
    for before, after in pairwise(lines(tmp_path)):
        place = int(after["key"][0]) % 2
        for code in codes(after):
            assert any(
                code[:place] == old[:place] and code[place + 1 :] == old[place + 1 :]
                for old in codes(before)
            )
        same = len(set(codes(after))) == len(after["rows"])
        assert same or mode == "faithful"
    asked = [code for code, _ in table.asked]
    assert mode == "faithful" or len(set(asked)) == len(asked)


def test_the_best_of_all_is_proposed_and_returned(cache: Path, tmp_path: Path) -> None:
    with exploring(cache, tmp_path, "budget=50") as found:
        best = found.run()
        assert isinstance(found.trainer, Table)
        top = max((code for code, _ in found.trainer.asked), key=accuracy)
        assert accuracy(found.space.code(best)) == accuracy(top)
        assert (tmp_path / "genotype.json").read_text() == best.to_json()


@pytest.mark.parametrize(
    ("mode", "budget", "first"),
    [("faithful", 20, 20), ("intent", 20, 10), ("improved", 1, 1), ("intent", 64, 32)],
)
def test_what_cannot_be_paid_is_drawn_from(
    cache: Path, tmp_path: Path, mode: str, budget: int, first: int
) -> None:
    sets = (f"mfas.mode={mode}", f"budget={budget}")
    table, _ = explored(cache, tmp_path, *sets)
    assert len(table.asked) == budget
    single = {code for code, _ in table.asked if len(code) == 1}
    assert len(single) == first
    if first == 32:
        return
    again, _ = explored(cache, tmp_path / "again", *sets)
    other, _ = explored(cache, tmp_path / "other", *sets, "seed=1")
    assert again.asked == table.asked != other.asked


def test_a_small_space_is_left_when_nothing_in_it_is_new(cache: Path, tmp_path: Path) -> None:
    sets = ("mfas.fusions=1", "space.levels=[layer1,layer2]", "budget=500")
    table, _ = explored(cache, tmp_path, *sets)
    assert len(table.asked) == 8
    assert len(lines(tmp_path)) == 2


def test_so_many_iterations_are_the_most(cache: Path, tmp_path: Path) -> None:
    sets = ("mfas.fusions=2", "mfas.iterations=1", "mfas.samples=3", "budget=500")
    table, _ = explored(cache, tmp_path, *sets)
    assert [len(code) for code, _ in table.asked] == [1] * 32 + [2] * 3


@pytest.mark.parametrize("mode", ["faithful", pytest.param("improved", marks=pytest.mark.slow)])
def test_one_that_was_ended_goes_on_and_ends_the_same(
    cache: Path, tmp_path: Path, mode: str
) -> None:
    sets = (f"mfas.mode={mode}", "budget=44", "mfas.samples=4", "mfas.fusions=2")
    whole, best = explored(cache, tmp_path / "whole", *sets)
    for end in (3, 34, 39):
        with pytest.raises(TimeoutError):
            explored(cache, tmp_path / "parts", *sets, end=end)
    again, found = explored(cache, tmp_path / "parts", *sets)
    assert found == best
    assert again.asked == whole.asked
    assert lines(tmp_path / "parts") == lines(tmp_path / "whole")
