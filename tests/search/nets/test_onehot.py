"""A genotype within a supernet is the network that is built from it."""

import pytest
import torch
from torch import Tensor, nn

from adf.search.genotypes.genotype import Genotype
from adf.search.genotypes.space import FusionSpace
from adf.search.nets.cost import flops, middle_flops
from adf.search.nets.mixture import Alphas, softmax_mixture
from adf.search.nets.network import FoundCell, Network
from adf.search.nets.onehot import one_hot
from adf.search.nets.stem import Adapters
from adf.search.nets.supernet import MixedCell, Supernet
from tests.search.nets.samples import ALL_OPS, concat_space, drawn, make_features, make_space

SPACES = {
    "adapters": make_space(ALL_OPS, nodes=2),
    "adapters, all edges": make_space(ALL_OPS, nodes=2, edges=0, outputs=1),
    "adapters, 2 cells": make_space(ALL_OPS, nodes=2, cells=2),
    "concat": concat_space(ops=ALL_OPS, nodes=3),
    "concat, 2 cells": concat_space(nodes=2, cells=2, copies=2),
    "concat, 4 cells": concat_space(nodes=2, cells=4),
}


@pytest.fixture(params=SPACES.values(), ids=list(SPACES))
def space(request: pytest.FixtureRequest) -> FusionSpace:
    """Return one space after the other."""
    assert isinstance(request.param, FusionSpace)
    return request.param


def used(space: FusionSpace) -> Supernet:
    """Return a supernet whose norms have seen mixtures."""
    torch.manual_seed(0)
    net, alphas = Supernet(space, 3), Alphas(space, with_edges=False, spread=1.0)
    with torch.no_grad():
        for seed in range(5):
            net(make_features(8, seed=seed), softmax_mixture(alphas, space))
    return net.eval()


def taken_from(net: Supernet, space: FusionSpace, genotype: Genotype) -> Network:
    """Return the network of a genotype with the weights that a supernet has there."""
    found = Network(genotype, space.widths, 3)
    if isinstance(net.stem, Adapters):
        assert isinstance(found.stem, Adapters)
        for slot, level in enumerate(genotype.inputs):
            at = space.choices[slot].index(level)
            copy(net.stem.adapters[slot][at], found.stem.adapters[slot][0])  # type: ignore[index]
    else:
        copy(net.stem, found.stem)
    for mixed, cell in zip(net.cells, found.cells, strict=True):
        assert isinstance(mixed, MixedCell)
        assert isinstance(cell, FoundCell)
        copy(mixed.entries, cell.entries)
        first = 0
        for sources, node, ops in zip(mixed.sources, cell.cell.nodes, cell.edges, strict=True):
            for edge, op in zip(node, ops, strict=True):  # type: ignore[call-overload]
                copy(mixed.edges[first + edge.source].ops[edge.op], op)
            first += sources
    copy(net.head, found.head)
    return found.eval()


def copy(one: nn.Module, other: nn.Module) -> None:
    """Copy weights and statistics; what only norms with a scale have, stays at 1 and 0."""
    lacking, unknown = other.load_state_dict(one.state_dict(), strict=False)
    assert not unknown
    norms = {name for name, part in other.named_modules() if isinstance(part, nn.BatchNorm3d)}
    assert {name.rpartition(".")[0] for name in lacking} <= norms


def test_one_hot_is_the_found_network(space: FusionSpace) -> None:
    net, features = used(space), make_features(5, seed=9)
    outputs: list[Tensor] = []
    with torch.no_grad():
        for seed in range(12):
            genotype = drawn(space, seed)
            outputs.append(net(features, one_hot(space, genotype)))
            alone = taken_from(net, space, genotype)(features)
            torch.testing.assert_close(outputs[-1], alone, rtol=1e-5, atol=1e-5)
    # Were the genotype ignored, all this would still be equal.
    assert len({tuple(each.flatten().tolist()) for each in outputs}) > 6


def test_it_costs_what_the_found_network_costs() -> None:
    space = SPACES["adapters"]
    net, clip = used(space), make_features(1)
    genotype = drawn(space, 0)
    alone = flops(Network(genotype, space.widths, 3), clip)
    # Beyond that, only the adapters of the levels that were not chosen.
    rest = sum(
        2 * space.channels * space.widths[level] * clip[level][0, 0].numel()
        for slot in space.choices
        for level in slot
        if level not in genotype.inputs
    )
    assert flops(net, clip, one_hot(space, genotype)) == alone + rest
    with torch.no_grad():
        mixture = softmax_mixture(Alphas(space, with_edges=False), space)
    whole = flops(net, clip, mixture)
    assert whole > middle_flops(space, 3, clip) > 0
