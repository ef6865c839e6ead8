"""The gap as the command measures it: numbers that other parts of a run say as well."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from adf import metrics
from adf.evaluate.bench.table import Table
from adf.evaluate.gap.beliefs import beliefs
from adf.evaluate.gap.cli import gap
from adf.evaluate.gap.measure import asked
from adf.search.genotypes.canonical import digest
from adf.search.genotypes.genotype import Genotype
from adf.search.guidance import expected
from tests.cache.nursery import environment

METHODS = ("propose-and-judge", "darts")


def call(*words: object) -> Result:
    """Run ``adf-eval gap`` in this process."""
    return CliRunner().invoke(gap, list(map(str, words)), prog_name="adf-eval gap")


def test_the_command_measures_and_goes_on(
    table: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ["--table", table, "--methods", ",".join(METHODS), "--seeds", "0-1", "--sample", 12]
    words += ["--progress", "off", "--out", "run"]
    done = call(*words)
    assert done.exit_code == 0, done.stderr
    assert [line.split()[0] for line in done.stdout.splitlines()[:3]] == ["method", *METHODS]
    result = json.loads((tmp_path / "run" / "result.json").read_text())
    assert (result["kind"], result["genotypes"], result["table"]) == ("gap", 16, str(table))
    assert -1 <= result["ceiling_tau"] <= 1
    for name, each in result["methods"].items():
        for key in ("tau", "spearman", "tau_top"):
            assert -1 <= each[key]["low"] <= each[key]["value"] <= each[key]["high"] <= 1
        assert each["regret"]["n"] == each["drop"]["seeds"] == 2
        first = "judged" if name == METHODS[0] else "recalibrated"
        assert each["tau"] == each["taus"][first]
        agree_with_the_runs(Table.read(table), each, [folder(tmp_path, name, s) for s in (0, 1)])
    monkeypatch.setattr("adf.evaluate.gap.look.open_study", None)
    assert json.loads(call(*words, "--json").stdout)["methods"] == result["methods"]


def folder(place: Path, name: str, seed: int) -> Path:
    """Return the run folder of a search."""
    return place / "run" / "searches" / f"{name}-seed{seed}"


def agree_with_the_runs(table: Table, measured: dict[str, object], runs: list[Path]) -> None:
    """Compare with what the searches wrote down themselves after their last epoch."""
    drops, gaps = [], []
    for run in runs:
        last = [line for line in metrics.read(run / "metrics.jsonl") if line["event"] == "epoch"][
            -1
        ]
        seen = json.loads((run / "gap.json").read_text())
        genotype = Genotype.from_dict(last["genotype"])
        assert seen["digest"] == digest(genotype)
        assert seen["drop"]["before"] == pytest.approx(last["drop"])
        own = seen["inherited"].get(seen["digest"])
        if own:
            assert own["running"] == pytest.approx(last["kept_accuracy"])
            gap = table.means[seen["digest"]] - own["recalibrated"]
            assert seen["optimisation_gap"] == pytest.approx(gap)
        drops.append(last["drop"])
        gaps.append(seen["optimisation_gap"])
    assert measured["drop"]["before"] == pytest.approx(sum(drops) / 2)  # type: ignore[index]
    assert measured["optimisation_gap"] == pytest.approx(sum(gaps) / 2)


def test_the_top_are_the_best_fifth(table: Path) -> None:
    found = Table.read(table)
    drawn, top = asked(found, 5)
    assert len(set(drawn)) == 5
    least = min(found.means[name] for name in top)
    better = [name for name, mean in found.means.items() if mean > least]
    assert len(better) <= 0.2 * 16
    assert asked(found, 5) == (drawn, top)
    everything, _ = asked(found, 1000)
    assert sorted(everything) == sorted(found.genotypes)


def test_a_search_believes_its_trainings_and_what_they_let_expect(table: Path) -> None:
    found = Table.read(table)
    names = list(found.genotypes)[:4]
    seen = {
        "inherited": {
            name: {"recalibrated": 0.1 * at, "running": 0.2, "logits": -float(at)}
            for at, name in enumerate(names)
        },
        "trained": {names[1]: 0.9, names[2]: 0.3},
    }
    believed = beliefs(seen, found.genotypes)
    assert list(believed) == ["judged", "recalibrated", "running", "logits"]
    assert (believed["judged"][names[1]], believed["judged"][names[2]]) == (0.9, 0.3)
    known = [found.genotypes[name] for name in names[1:3]]
    hopes = expected(known, [0.9, 0.3], [found.genotypes[names[at]] for at in (0, 3)])
    assert [believed["judged"][names[at]] for at in (0, 3)] == pytest.approx(hopes.tolist())
    assert believed["recalibrated"][names[3]] == pytest.approx(0.3)
    assert next(iter(beliefs({**seen, "trained": {}}, found.genotypes))) == "recalibrated"


def test_only_methods_with_a_supernet_can_be_measured(table: Path) -> None:
    done = call("--table", table, "--methods", "random", "--progress", "off")
    assert (done.exit_code, "random trains no supernet" in done.stderr) == (2, True)
    done = call("--table", "nowhere", "--progress", "off")
    assert (done.exit_code, "bench build" in done.stderr) == (4, True)


def test_help_imports_nothing_heavy() -> None:
    script = (
        "import sys\n"
        "from adf.evaluate.bench.cli import bench\nfrom adf.evaluate.gap.cli import gap\n"
        "try: (gap if sys.argv[1] == 'gap' else bench)(sys.argv[2:])\n"
        "finally: print({'torch', 'numpy', 'pandas'} & set(sys.modules))"
    )
    for words in (["gap", "--help"], ["bench", "build", "--help"], ["bench", "compare", "--help"]):
        done = subprocess.run(
            [sys.executable, "-c", script, *words],
            env=environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert done.stdout.endswith("set()\n")
