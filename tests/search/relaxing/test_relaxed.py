"""The training of a supernet: its steps, what it writes down, and how it is taken up again."""

from pathlib import Path
from typing import Any

import pytest
import torch

from adf import metrics
from adf.search.genotypes.genotype import Genotype
from adf.search.methods.darts import Darts
from adf.search.methods.gdas import Gdas
from adf.search.nets.mixture import Mixture
from adf.search.relaxing.relaxed import Relaxed
from adf.search.relaxing.watch import entropy, skip_mass
from tests.search.nets.samples import make_cache, quick, study_of


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a cache in which one level of four tells classes."""
    return make_cache(tmp_path_factory.mktemp("relaxed") / "cache")


def lines_of(run: Path) -> list[dict[str, Any]]:
    """Return the lines of epochs without what depends on the clock."""
    lines = [line for line in metrics.read(run / "metrics.jsonl") if line["event"] == "epoch"]
    return [
        {name: value for name, value in line.items() if name not in ("time", "seconds")}
        for line in lines
    ]


def test_where_only_zeros_are_drawn_logits_stay_as_they_are(cache: Path, tmp_path: Path) -> None:
    config = quick(cache, "relax.warm_up=0", "relax.epochs=2")
    with study_of(config, tmp_path / "run") as study:
        relaxed = Relaxed(study, Gdas((1.0, 1.0)), config.value.relax)
        with torch.no_grad():
            relaxed.alphas.ops[0][:, 0] = 1000.0
        before = [logits.detach().clone() for logits in relaxed.alphas.parameters()]
        relaxed.run()
        for now, then in zip(relaxed.alphas.parameters(), before, strict=True):
            assert torch.equal(now, then)
        assert all(edge.op != "zero" for edge in relaxed.genotype().edges())


def test_weights_alone_learn_during_the_warm_up(cache: Path, tmp_path: Path) -> None:
    config = quick(cache, "relax.warm_up=1", "relax.epochs=2", "relax.guards.partial=2")
    with study_of(config, tmp_path / "run") as study:
        relaxed = Relaxed(study, Darts(), config.value.relax)
        logits = [each.detach().clone() for each in relaxed.alphas.parameters()]
        weights = [each.detach().clone() for each in relaxed.net.parameters()]
        relaxed._train_epoch()
        relaxed.epoch += 1
        assert all(map(torch.equal, relaxed.alphas.parameters(), logits))
        assert not any(map(torch.equal, relaxed.net.parameters(), weights))
        relaxed._train_epoch()
        assert not any(map(torch.equal, relaxed.alphas.parameters(), logits))


@pytest.mark.parametrize("order", [1, 2])
def test_a_search_taken_up_again_goes_on_bit_by_bit(
    cache: Path, tmp_path: Path, order: int
) -> None:
    config = quick(cache, "relax.epochs=4", f"relax.order={order}", "relax.guards.perturb=0.1")
    found: list[Genotype] = []
    budgets = []
    for run, stop in (("whole", 4), ("parts", 2), ("parts", 4)):
        with study_of(config, tmp_path / run) as study:
            relaxed = Relaxed(study, Gdas((5.0, 0.5)), config.value.relax)
            # What a kill leaves behind: the checkpoint of the epoch before.
            relaxed._stopped = lambda relaxed=relaxed, stop=stop: relaxed.epoch >= stop  # type: ignore[method-assign, misc]
            relaxed.run()
            found.append(relaxed.genotype())
            budgets.append((study.budget.samples, study.budget.cell_steps))
    assert found[0] == found[2]
    assert budgets[0] == budgets[2]
    assert lines_of(tmp_path / "whole") == lines_of(tmp_path / "parts")


def test_every_epoch_is_written_down_with_what_is_watched(cache: Path, tmp_path: Path) -> None:
    config = quick(cache, "relax.epochs=3")
    with study_of(config, tmp_path / "run") as study:
        relaxed = Relaxed(study, Darts(), config.value.relax)
        relaxed.run()
        clips, last = len(study.halves.weights), relaxed.genotype()
        whole = sum(line["cell_steps"] for line in lines_of(tmp_path / "run"))
        assert study.budget.cell_steps == pytest.approx(whole)
    lines = lines_of(tmp_path / "run")
    assert [line["key"] for line in lines] == [["1"], ["2"], ["3"]]
    assert [line["samples"] for line in lines] == [clips, 2 * clips, 2 * clips]
    assert Genotype.from_dict(lines[-1]["genotype"]) == last
    assert (tmp_path / "run" / "genotype.json").read_text() == last.to_json()
    for line in lines:
        assert line["drop"] == pytest.approx(line["accuracy"] - line["kept_accuracy"])
        assert 0 <= line["skip_mass"] <= 1
        assert 0 < line["entropy"] <= 1
        assert line["skip_kept"] in (0, 0.5, 1)


def test_entropy_and_the_share_of_skips() -> None:
    even, sure = torch.full((2, 4), 0.25), torch.eye(4)[:2]
    assert entropy([even]) == pytest.approx(1)
    assert entropy([sure]) == pytest.approx(0, abs=1e-9)
    assert entropy([even, sure]) == pytest.approx(0.5)
    assert entropy([torch.ones(1)]) == 0
    weights = torch.tensor([[0.5, 0.2, 0.3], [0.1, 0.6, 0.3]])
    assert skip_mass(Mixture([], [weights]), ("zero", "skip", "conv")) == pytest.approx(0.4)
    assert skip_mass(Mixture([], [weights]), ("zero", "other", "conv")) == 0
