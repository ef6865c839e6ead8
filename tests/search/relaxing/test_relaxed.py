"""The training of a supernet: its steps, what it writes down, and how it is taken up again."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import torch

from adf import metrics
from adf.errors import InvalidInput
from adf.search.genotypes.genotype import Genotype
from adf.search.methods.darts import Darts
from adf.search.methods.gdas import Gdas
from adf.search.nets.cost import flops
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


@pytest.mark.parametrize(
    "sets",
    [
        ("relax.rate=1e30", "relax.optimizer=sgd", "relax.clip=0", "relax.batch=64"),
        ("relax.alpha_rate=1e38",),
    ],
    ids=["weights", "logits"],
)
def test_what_the_last_step_spoilt_is_no_result(
    cache: Path, tmp_path: Path, sets: Sequence[str]
) -> None:
    once = ("relax.epochs=1", "relax.warm_up=0")
    with study_of(quick(cache, *sets, *once), tmp_path / "run") as study:
        relaxed = Relaxed(study, Darts(), study.settings.relax)
        with pytest.raises(InvalidInput, match=r"not finite.* lower the .*rate, and alpha_rate"):
            relaxed.run()
    assert not lines_of(tmp_path / "run")


def test_a_checkpoint_that_was_cut_is_named(cache: Path, tmp_path: Path) -> None:
    config, found = quick(cache), []
    path = tmp_path / "run" / "checkpoints" / "relaxation.pt"
    for size in (None, 0, 500, -20, None):
        if size is not None:
            whole = path.read_bytes()
            path.write_bytes(whole[:size])
        with study_of(config, tmp_path / "run") as study:
            relaxed = Relaxed(study, Darts(), config.value.relax)
            if size is None:
                relaxed.run()
                found.append(relaxed.genotype())
                continue
            with pytest.raises(InvalidInput, match=r"relaxation.pt is damaged: remove it and give"):
                relaxed.run()
        path.write_bytes(whole)
        if size == -20:
            path.unlink()
    assert found[0] == found[1]


def test_draws_cost_what_is_expected_of_them(cache: Path, tmp_path: Path) -> None:
    config = quick(cache, "space.ops=[zero,skip,conv_1x1x1,conv_3x3x3]", "seed=1")
    with study_of(config, tmp_path / "run") as study:
        relaxed = Relaxed(study, Gdas((5.0, 0.5)), config.value.relax)
        with torch.no_grad():
            relaxed.alphas.ops[0].copy_(torch.randn(2, 4))
            chances, space = relaxed.expected().ops[0].double(), study.space
            drawn = relaxed.method.mixture(relaxed.alphas, space, 0.5)
        wanted = 0.0
        for one, other in product(range(4), repeat=2):
            chosen = replace(drawn, chosen=[[[one], [other]]])
            chance = float(chances[0, one] * chances[1, other])
            wanted += chance * flops(relaxed.net, study.clip, chosen)
        found = [relaxed._spent()["cell_steps"] for _ in range(5)]
    clips = len(study.halves.weights)
    assert set(found) == {found[0]}
    assert found[0] == pytest.approx(wanted / study.unit * clips / 8)


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
