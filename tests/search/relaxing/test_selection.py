"""Selection by perturbation finds what the logits hide."""

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from adf import metrics
from adf.search.methods.darts import Darts
from adf.search.nets.mixture import Alphas, softmax_mixture
from adf.search.nets.supernet import MixedCell, MixedEdge
from adf.search.relaxing.relaxed import Relaxed
from adf.search.relaxing.selection import (
    most_missed,
    read_off,
    searched,
    selected,
    separate,
    shuffled,
)
from adf.search.study import Study
from tests.search.nets.samples import make_cache, make_space, make_videos, quick, study_of

BY_PERTURBATION = "relax.guards.selection=perturbation"


class Silent(nn.Module):
    """An operation that lets nothing pass."""

    def forward(self, x: Tensor) -> Tensor:
        return torch.zeros_like(x)


def rigged(study: Study) -> Relaxed:
    """Train a supernet in which one level, one operation and one source carry all signal."""
    relaxed = Relaxed(study, Darts(), study.settings.relax)
    cell = relaxed.net.cells[0]
    assert isinstance(cell, MixedCell)
    for edge in cell.edges:
        assert isinstance(edge, MixedEdge)
        edge.ops["conv_1x1x1"] = Silent()
    relaxed.run()
    # The logits say the opposite.
    with torch.no_grad():
        relaxed.alphas.levels[0].copy_(torch.tensor([-0.5, 0.5]))
        relaxed.alphas.ops[0].copy_(torch.tensor([[0.0, -0.5, 0.5], [0.0, 0.0, 2.0]]))
    return relaxed


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a cache in which one level of four tells classes."""
    return make_cache(tmp_path_factory.mktemp("selection") / "cache", make_videos(48))


def test_what_alone_carries_signal_is_selected(cache: Path, tmp_path: Path) -> None:
    sets = (
        BY_PERTURBATION,
        "space.edges=1",
        "relax.epochs=20",
        "relax.warm_up=19",
        "relax.rate=0.02",
    )
    with study_of(quick(cache, *sets), tmp_path / "run") as study:
        relaxed = rigged(study)
        strongest = relaxed.genotype()
        assert strongest.inputs[0].level == "high"
        assert strongest.edges() == [("conv_1x1x1", 1)]
        before = {name: each.clone() for name, each in relaxed.net.state_dict().items()}
        found = selected(relaxed)
        assert found.inputs[0].level == "low"
        assert found.edges() == [("skip", 0)]
        for name, each in relaxed.net.state_dict().items():
            assert torch.equal(each, before[name])
        seconds = study.budget.seconds
        # Asked again, it remembers; and it would come to the same.
        assert selected(relaxed) == found
        assert study.budget.seconds > seconds
    lines = metrics.read(tmp_path / "run" / "metrics.jsonl")
    assert [line["genotype"]["inputs"][0] for line in lines if line["event"] == "selected"] == [
        ["rgb", "low"]
    ]


def test_what_it_evaluates_counts_as_a_third_of_training(cache: Path, tmp_path: Path) -> None:
    config = quick(cache, BY_PERTURBATION, "space.edges=1")
    spent = []
    for _ in range(2):
        with study_of(config, tmp_path / "run") as study:
            searched(study, Darts(), config.value.relax)
            clips = len(study.halves.judging.rows)
            spent.append((study.budget.samples, study.budget.cell_steps))
    *epochs, last = metrics.read(tmp_path / "run" / "metrics.jsonl")
    # Two levels of either input, two operations of either edge, and one edge of two.
    assert last["samples"] == round((4 + 4 + 2) * clips / 3)
    # By the operations of a pass, which are those of an epoch.
    assert last["cell_steps"] == pytest.approx(
        last["samples"] * epochs[-1]["cell_steps"] / epochs[-1]["samples"]
    )
    lines = [line for line in (*epochs, last) if "samples" in line]
    assert spent[0] == spent[1]
    assert spent[0][0] == sum(line["samples"] for line in lines)
    assert spent[0][1] == pytest.approx(sum(line["cell_steps"] for line in lines))


def test_the_same_seed_selects_the_same(cache: Path, tmp_path: Path) -> None:
    config, found = quick(cache, BY_PERTURBATION, "space.nodes=2"), []
    for run in ("one", "two"):
        with study_of(config, tmp_path / run) as study:
            found.append(searched(study, Darts(), config.value.relax))
    assert found[0] == found[1]
    assert found[0].cells[0].nodes
    assert all(len(node) == 2 for node in found[0].cells[0].nodes)


def test_most_missed_are_those_without_which_it_gets_worst() -> None:
    values = torch.tensor([0.5, 3.0, 0.1, 2.0, 3.0])
    weights = torch.tensor([0.2, 0.3, 0.1, 0.4, 0.5])
    before = weights.clone()

    def now() -> tuple[float, float]:
        return float((weights.sign() * values).sum()), 0.0

    assert most_missed(weights, [0, 1, 2, 3, 4], 1, now) == [1]
    assert most_missed(weights, [0, 1, 2, 3, 4], 3, now) == [1, 4, 3]
    assert most_missed(weights, [0, 2], 1, now) == [0]
    assert most_missed(weights, [2], 1, lambda: pytest.fail("nothing to choose")) == [2]
    assert torch.equal(weights, before)


def test_all_choices_come_once_in_an_order_of_the_seed() -> None:
    choices: list[tuple[Tensor, list[int]]] = [(torch.zeros(1), [at]) for at in range(20)]

    def order(seed: int) -> list[int]:
        return [at for _, [at] in shuffled(choices, np.random.default_rng(seed))]

    assert sorted(order(0)) == list(range(20))
    assert order(0) == order(0) != order(1)


def test_a_copy_of_the_mixture_is_written_into() -> None:
    space = make_space(nodes=2, cells=2)
    alphas = Alphas(space, with_edges=True)
    with torch.no_grad():
        mixture = softmax_mixture(alphas, space)
        copy = separate(mixture)
        assert mixture.edges is not None
        assert copy.edges is not None
        for one, other in zip(
            (*mixture.levels, *mixture.ops, *mixture.edges),
            (*copy.levels, *copy.ops, *copy.edges),
            strict=True,
        ):
            assert torch.equal(one, other)
            other.zero_()
            assert one.any()
        plain = separate(softmax_mixture(Alphas(space, with_edges=False), space))
    assert plain.edges is not None
    assert [each.tolist() for each in plain.edges] == [[1.0] * 5, [1.0] * 7]
    plain.edges[0][[0, 2]] = 0
    for rows in plain.ops:
        rows[:] = torch.tensor([0.0, 1.0, 0.0])
    plain.ops[0][1] = torch.tensor([0.0, 0.0, 1.0])
    nodes = read_off(space, plain).cells[0].nodes
    assert nodes[0] == (("conv_1x1x1", 1),)
    assert [edge.source for edge in nodes[1]] == [1, 2]
