"""The supernet: with one choice of each kind it is the network that is found."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from adf.search.bm_nas.derive import derive
from adf.search.bm_nas.genotype import BilevelGenotype
from adf.search.bm_nas.ops import Sum
from adf.search.bm_nas.settings import NAMES, BmNasSettings
from adf.search.bm_nas.supernet import Architecture, MixedCell, inherited, operands
from adf.search.relaxing.relaxed import frozen
from tests.search.bm_nas.samples import (
    CLASSES,
    FAITHFUL,
    GRID,
    LEVELS,
    SMALL,
    WIDTHS,
    make_features,
    make_supernet,
    one_hot,
)

MANY = replace(SMALL, ops=NAMES)
STATES = [torch.randn(2, 3, 4, generator=torch.Generator().manual_seed(at)) for at in range(4)]


def read_off(settings: BmNasSettings, seed: int, spread: float = 1.0) -> BilevelGenotype:
    """Return what random architecture parameters stand for."""
    torch.manual_seed(seed)
    architecture = Architecture(len(LEVELS), settings)
    with torch.no_grad():
        for each in architecture.parameters():
            each.normal_(0, spread)
        cells, steps, ops = architecture.weights()
    return derive(
        LEVELS,
        GRID,
        settings,
        [each.tolist() for each in cells],
        [[each.tolist() for each in cell] for cell in steps],
        [each.tolist() for each in ops],
    )


@pytest.mark.parametrize("training", [False, True], ids=["used", "trained"])
def test_with_one_choice_of_each_kind_it_is_the_network_found(training: bool) -> None:
    # Without dropout, which draws other numbers where there are more operations.
    torch.manual_seed(0)
    net, features = make_supernet(MANY), make_features()
    for module in net.modules():
        if isinstance(module, nn.Dropout):
            module.p = 0.0
    for seed in range(20):
        found = read_off(MANY, seed)
        made = inherited(net, found, WIDTHS).train(training)
        for module in made.modules():
            if isinstance(module, nn.Dropout):
                module.p = 0.0
        whole = net.train(training)(features, one_hot(MANY, found))
        torch.testing.assert_close(made(features), whole, rtol=1e-5, atol=1e-5)


def test_networks_that_differ_in_one_choice_say_other_things() -> None:
    net, features = make_supernet(MANY), make_features()
    said = [inherited(net, read_off(MANY, seed), WIDTHS).eval()(features) for seed in range(20)]
    assert all(
        not torch.allclose(one, other, atol=1e-4)
        for at, one in enumerate(said)
        for other in said[:at]
    )


def test_the_two_that_an_operation_takes_are_the_members_of_all_pairs() -> None:
    edges = torch.tensor([[0.9, 0.2, 0.5, 0.7], [0.1, 0.6, 0.3, 0.8]])
    first, second, total = torch.zeros(2, 3, 4), torch.zeros(2, 3, 4), 0.0
    for j in range(4):
        for k in range(j + 1, 4):
            weight = float(edges[0, j] * edges[1, k])
            first, second = first + weight * STATES[j], second + weight * STATES[k]
            total += weight
    found = operands(STATES, edges, SMALL)
    torch.testing.assert_close(found, (first / total, second / total))


def test_as_published_both_are_the_same_sum() -> None:
    edges = torch.tensor([[0.9, 0.2, 0.5, 0.7]])
    first, second = operands(STATES, edges, FAITHFUL)
    assert first is second
    wanted = sum((weight * state for weight, state in zip(edges[0], STATES, strict=True)), 0)
    torch.testing.assert_close(first, wanted)


@pytest.mark.parametrize(("settings", "same"), [(SMALL, False), (FAITHFUL, True)])
def test_whether_operations_and_cells_ever_meet_two_different_states(
    settings: BmNasSettings, same: bool
) -> None:
    net = make_supernet(settings)
    met: list[tuple[Tensor, Tensor]] = []

    def note(module: nn.Module, args: tuple[Any, ...]) -> None:
        met.append((args[0], args[1]))

    for module in net.modules():
        if isinstance(module, MixedCell | Sum):
            module.register_forward_pre_hook(note)
    with torch.no_grad():
        net(make_features(), Architecture(len(LEVELS), settings).weights())
    assert len(met) == settings.cells * (1 + settings.steps)
    assert [torch.equal(x, y) for x, y in met] == [same] * len(met)


@pytest.mark.parametrize("settings", [SMALL, FAITHFUL], ids=["repaired", "faithful"])
def test_parameters_begin_near_even_and_compete_within_a_choice(settings: BmNasSettings) -> None:
    torch.manual_seed(0)
    architecture = Architecture(len(LEVELS), settings)
    drawn = torch.cat([each.detach().flatten() for each in architecture.parameters()])
    assert 5e-4 < float(drawn.std()) < 2e-3
    with torch.no_grad():
        architecture.alpha[0][0, 2] = torch.tensor([1.0, 3.0])
        architecture.gamma[1][0] = torch.tensor([0.0, 1.0, 2.0, 3.0])
        cells, steps, ops = architecture.weights()
    places = 1 if settings.mode == "faithful" else 2
    assert [each.shape for each in cells] == [(places, len(LEVELS) + cell) for cell in range(3)]
    assert [each.shape for each in steps[0]] == [(places, 2 + step) for step in range(3)]
    assert float(cells[0][0, 2]) == pytest.approx(float(np.exp(3) / (np.exp(1) + np.exp(3))))
    assert float(cells[0][0, 1]) == pytest.approx(0.5, abs=1e-2)
    powers = np.exp([0.0, 1.0, 2.0, 3.0])
    assert ops[1][0].tolist() == pytest.approx((powers / powers.sum()).tolist())


@pytest.mark.parametrize("settings", [SMALL, FAITHFUL], ids=["repaired", "faithful"])
def test_frozen_weights_leave_the_gradients_of_the_architecture_as_they_are(
    settings: BmNasSettings,
) -> None:
    net, architecture = make_supernet(settings), Architecture(len(LEVELS), settings)
    features, targets = make_features(6), torch.arange(6) % CLASSES

    def gradients() -> list[Tensor | None]:
        torch.manual_seed(1)
        loss = F.cross_entropy(net.train()(features, architecture.weights()), targets)
        found = torch.autograd.grad(loss, list(architecture.parameters()), allow_unused=True)
        return list(found)

    free = gradients()
    with frozen(net):
        bound = gradients()
    assert any(each is not None and float(each.abs().max()) > 0 for each in free)
    for one, other in zip(free, bound, strict=True):
        assert (one is None) == (other is None)
        assert one is None or other is None or torch.equal(one, other)
