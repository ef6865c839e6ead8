"""What every search method must do; one that is listed is tested."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from adf import metrics
from adf.errors import ConfigError, UnknownName
from adf.search.families import Found, digest, read_json
from adf.search.genotypes.genotype import Genotype
from adf.search.methods import BY_EPOCHS, METHODS, RELAXATIONS, has_own_space, method
from adf.search.study import Budget, Study
from adf.search.train import in_batches
from tests.search.nets.samples import inside, make_cache, quick, study_of

BUDGET = 16
SETS = (f"budget={BUDGET}", "propose.epochs=2", "propose.warm_up=1", "relax.epochs=3")
EVERY_METHOD = pytest.mark.parametrize("name", METHODS)


@dataclass
class Watched:
    """A progress that looks whether there is a genotype yet, and may end a search."""

    folder: Path
    end: int = 10**6
    seen: list[bool] = field(default_factory=list)

    def advance(self, steps: int = 1, note: str = "") -> None:
        self.seen.append((self.folder / "genotype.json").exists())
        if len(self.seen) == self.end:
            raise TimeoutError


@dataclass(frozen=True)
class Ran:
    """One search, and what it left."""

    genotype: Found
    study: Study
    lines: Sequence[dict[str, Any]]
    seen: Sequence[bool]


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a cache in which one level of four tells classes."""
    return make_cache(tmp_path_factory.mktemp("methods") / "cache")


def run(cache: Path, out: Path, name: str, *sets: str, end: int = 10**6) -> Ran:
    """Search; with ``end``, it ends before its time."""
    config = quick(cache, *SETS, f"method={name}", *sets)
    with study_of(config, out) as study:
        watched = Watched(out, end)
        genotype = method(name)(replace(study, progress=watched))
        return Ran(genotype, study, lines_of(out), watched.seen)


def lines_of(out: Path) -> list[dict[str, Any]]:
    lines = metrics.read(out / "metrics.jsonl")
    return [line for line in lines if line.get("event") in ("epoch", "judged", "selected")]


def timeless(lines: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return lines without what depends on the clock."""
    return [
        {name: value for name, value in line.items() if name not in ("time", "seconds")}
        for line in lines
    ]


@pytest.fixture(scope="module")
def known() -> dict[str, Ran]:
    """Return the searches that were made already."""
    return {}


@pytest.fixture
def ran(cache: Path, known: dict[str, Ran], tmp_path: Path, name: str) -> Ran:
    """Return an uninterrupted search by a method."""
    if name not in known:
        known[name] = run(cache, tmp_path / "whole", name)
    return known[name]


@EVERY_METHOD
def test_finds_a_genotype_of_the_space(ran: Ran) -> None:
    assert inside(ran.study.space, ran.genotype)


@EVERY_METHOD
def test_there_is_a_genotype_from_the_start(ran: Ran) -> None:
    assert len(ran.seen) > 2
    assert all(ran.seen[1:])
    written = read_json((ran.study.run.path / "genotype.json").read_bytes())
    assert inside(ran.study.space, written)


@EVERY_METHOD
def test_keeps_to_its_budget(ran: Ran, name: str) -> None:
    settings, study = ran.study.settings, ran.study
    judged = [line for line in ran.lines if line["event"] == "judged"]
    epochs = [line for line in ran.lines if line["event"] == "epoch"]
    if name in BY_EPOCHS:
        assert not judged
        assert len(epochs) == settings.relax.epochs
    else:
        steps = len(in_batches(np.arange(len(study.halves.weights)), settings.train.batch))
        relaxed = sum(line["cell_steps"] for line in epochs) / steps
        spent = relaxed + sum(int(line["key"][1]) for line in judged)
        assert BUDGET / 2 < spent <= BUDGET + settings.train.epochs


@EVERY_METHOD
def test_all_that_was_spent_is_written_down(ran: Ran) -> None:
    wanted = Budget()
    for line in ran.lines:
        wanted.add(line.get("samples", 0), line.get("cell_steps", 0.0), line.get("seconds", 0.0))
    budget = ran.study.budget
    assert budget.samples == wanted.samples > 0
    assert budget.cell_steps == pytest.approx(wanted.cell_steps)
    assert budget.seconds == pytest.approx(wanted.seconds)


@EVERY_METHOD
def test_a_search_that_was_ended_goes_on_and_finds_the_same(
    cache: Path, ran: Ran, tmp_path: Path, name: str
) -> None:
    for end in (1, 2):
        with suppress(TimeoutError):
            run(cache, tmp_path / "parts", name, end=end)
            pytest.fail("it was not ended")
    again = run(cache, tmp_path / "parts", name)
    assert digest(again.genotype) == digest(ran.genotype)
    assert timeless(again.lines) == timeless(ran.lines)
    assert again.study.budget.samples == ran.study.budget.samples
    assert again.study.budget.cell_steps == pytest.approx(ran.study.budget.cell_steps)


@pytest.mark.parametrize("name", [name for name in METHODS if not has_own_space(name)])
def test_works_behind_a_joint_stem(cache: Path, tmp_path: Path, name: str) -> None:
    sets = ("space.stem=concat", "space.levels=[low]", "space.cells=2", "space.copies=2")
    found = run(cache, tmp_path / "run", name, *sets, "budget=6", "relax.epochs=2")
    assert isinstance(found.genotype, Genotype)
    assert found.genotype.stem == "concat"
    assert inside(found.study.space, found.genotype)


@pytest.mark.parametrize("name", RELAXATIONS)
def test_all_guards_at_once_go_with_any_relaxation(cache: Path, tmp_path: Path, name: str) -> None:
    guards = {
        "beta_decay": 1.0,
        "auxiliary": "true",
        "perturb": 0.1,
        "partial": 2,
        "selection": "perturbation",
        "curvature_stop": 2.0,
    }
    sets = [f"relax.guards.{guard}={value}" for guard, value in guards.items()]
    found = run(cache, tmp_path / "run", name, *sets, "relax.curvature_every=1", "relax.order=2")
    assert inside(found.study.space, found.genotype)
    assert found.lines[-1]["event"] == "selected"
    assert all("curvature" in line for line in found.lines[:-1])


@pytest.mark.parametrize("name", [name for name in METHODS if name not in BY_EPOCHS])
def test_a_budget_that_pays_for_nothing_is_refused(cache: Path, tmp_path: Path, name: str) -> None:
    least = 16 if name == "successive-halving" else 12
    with pytest.raises(ConfigError, match=f"^budget is {least - 1}: give {least} or more, which"):
        run(cache, tmp_path / "run", name, "train.epochs=12", f"budget={least - 1}")
    assert not lines_of(tmp_path / "run")


@pytest.mark.parametrize("name", ["random", "evolution"])
@pytest.mark.parametrize(
    ("sets", "paid"),
    [(("budget=24",), 24), (("budget=60", "space.ops=[skip]", "space.levels=[low]"), 2)],
    ids=["with duplicates", "used up"],
)
def test_what_was_judged_before_uses_up_no_turn(
    cache: Path, tmp_path: Path, name: str, sets: Sequence[str], paid: int
) -> None:
    found = run(cache, tmp_path / "run", name, *sets)
    assert sum(int(line["key"][1]) for line in found.lines) == paid


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("def search(study)\n    return 1\n", r"line 1: expected ':'"),
        ("\n\nimport nothing_there\n", r"line 3: ModuleNotFoundError: No module named 'noth"),
        ("search = 5\n", r"has no function search: add search"),
        ("\ndef search(study):\n    pass\n", r"line 2: search returned None: return a genotype"),
    ],
)
def test_files_that_are_no_methods_are_refused(
    cache: Path, tmp_path: Path, text: str, told: str
) -> None:
    file = tmp_path / "mine.py"
    file.write_text(text)
    with pytest.raises(ConfigError, match=rf"^method: .*mine\.py.*{told}"):
        run(cache, tmp_path / "run", str(file))


def test_unknown_methods_are_refused() -> None:
    with pytest.raises(UnknownName, match="Did you mean 'pc-darts'"):
        method("pc-dart")
