"""Rules that read genotypes off weights, against other implementations, on thousands of draws."""

from collections.abc import Sequence

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from adf.search.genotypes.derive import (
    derive,
    edge_strengths,
    every_edge,
    strongest_edges,
    strongest_with_zero,
)
from adf.search.genotypes.genotype import Edge
from adf.search.methods.drnas import DrNas
from adf.search.methods.gdas import Gdas
from adf.search.methods.pc_darts import PcDarts
from adf.search.nets.mixture import Alphas, softmax_mixture
from adf.search.relaxing.relaxation import Relaxation
from tests.search.nets.samples import ALL_OPS, concat_space, make_space

Weights = NDArray[np.floating]
DRAWS = 2000
# As in AutoDeepFuse: three inputs, four nodes.
SOURCES = (3, 4, 5, 6)


def softmax(logits: Weights) -> Weights:
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    shares: Weights = powers / powers.sum(axis=-1, keepdims=True)
    return shares


def weights_of(number: int, zero_at: int = 0) -> tuple[Weights, Weights, list[str]]:
    """Return weights ``E O``, those of the edges, and the operations; many draws have ties."""
    random = np.random.default_rng(number)
    logits = random.standard_normal((sum(SOURCES), 7)) * 2
    betas = random.standard_normal(sum(SOURCES))
    if number % 3 == 0:
        logits, betas = logits.round(), betas.round()
    if number % 4 == 1:
        logits[:, zero_at] += 4
    parts = np.split(betas, np.cumsum(SOURCES)[:-1])
    ops = [op for op in ALL_OPS if op != "zero"]
    ops.insert(zero_at, "zero")
    return softmax(logits), np.concatenate([softmax(part) for part in parts]), ops


def by_hand(
    weights: Weights, ops: Sequence[str], keep: int, *, rank_zero: bool, take_zero: bool
) -> list[list[tuple[str, int]]]:
    """Return the edges of each node: go through all, remember what is strictly better."""
    nodes, edge = [], 0
    for sources in SOURCES:
        found = []
        for source in range(sources):
            strength, best, op = -1.0, -1.0, ""
            for at, name in enumerate(ops):
                weight = float(weights[edge, at])
                if weight > strength and (rank_zero or name != "zero"):
                    strength = weight
                if weight > best and (take_zero or name != "zero"):
                    best, op = weight, name
            found.append((strength, source, op))
            edge += 1
        kept: list[tuple[str, int]] = []
        while found and len(kept) < (keep or sources):
            top = max(strength for strength, _, _ in found)
            first = next(entry for entry in found if entry[0] == top)
            found.remove(first)
            kept.append((first[2], first[1]))
        nodes.append(kept)
    return nodes


def plain(nodes: Sequence[Sequence[Edge]]) -> list[list[tuple[str, int]]]:
    return [[(edge.op, edge.source) for edge in node] for node in nodes]


@pytest.mark.parametrize("zero_at", [0, 3])
def test_darts_keeps_the_two_strongest(zero_at: int) -> None:
    for number in range(DRAWS):
        weights, _, ops = weights_of(number, zero_at)
        wanted = by_hand(weights, ops, 2, rank_zero=False, take_zero=False)
        assert plain(strongest_edges(weights, SOURCES, ops, 2)) == wanted
        assert all(op != "zero" for node in wanted for op, _ in node)


def test_pc_darts_weighs_edges_too() -> None:
    differ = 0
    for number in range(DRAWS):
        weights, betas, ops = weights_of(number)
        both = weights * betas[:, None]
        wanted = by_hand(both, ops, 2, rank_zero=False, take_zero=False)
        assert plain(strongest_edges(both, SOURCES, ops, 2)) == wanted
        differ += wanted != plain(strongest_edges(weights, SOURCES, ops, 2))
    assert differ > DRAWS / 2


def test_autodeepfuse_all_keeps_every_edge_even_as_zero() -> None:
    zeros = 0
    for number in range(DRAWS):
        weights, _, ops = weights_of(number)
        wanted = by_hand(weights, ops, 0, rank_zero=False, take_zero=True)
        found = plain(every_edge(weights, SOURCES, ops))
        assert found == wanted
        assert [len(node) for node in found] == list(SOURCES)
        zeros += sum(op == "zero" for node in found for op, _ in node)
    assert zeros > DRAWS


def test_autodeepfuse_topk_lets_zero_compete() -> None:
    zeros = 0
    for number in range(DRAWS):
        weights, betas, ops = weights_of(number)
        both = weights * betas[:, None]
        wanted = by_hand(both, ops, 3, rank_zero=True, take_zero=True)
        assert plain(strongest_with_zero(both, SOURCES, ops, 3)) == wanted
        zeros += sum(op == "zero" for node in wanted for op, _ in node)
    assert zeros > DRAWS


def test_where_zero_dominates_our_rule_has_none_and_theirs_has_little_else() -> None:
    weights = softmax(np.random.default_rng(0).standard_normal((18, 7)) + 9 * np.eye(1, 7))
    ours = strongest_edges(weights, SOURCES, ALL_OPS, 0)
    theirs = every_edge(weights, SOURCES, ALL_OPS)
    assert not [edge for node in ours for edge in node if edge.op == "zero"]
    assert len([edge for node in theirs for edge in node if edge.op == "zero"]) == 18


def test_of_equals_the_first_counts() -> None:
    even = np.full((18, 7), 1 / 7)
    for keep in (1, 2, 3):
        nodes = plain(strongest_edges(even, SOURCES, ALL_OPS, keep))
        assert nodes == [[("skip", source) for source in range(keep)] for _ in SOURCES]
    assert plain(strongest_with_zero(even, SOURCES, ALL_OPS, 2))[0] == [("zero", 0), ("zero", 1)]


METHODS = [PcDarts(), Gdas((10.0, 0.1)), DrNas()]


@pytest.mark.parametrize("method", METHODS, ids=["pc-darts", "gdas", "drnas"])
@pytest.mark.parametrize("space", [make_space(ALL_OPS, nodes=3, cells=2), concat_space(nodes=2)])
def test_zero_never_becomes_an_edge(method: Relaxation, space: object) -> None:
    assert isinstance(space, type(make_space()))
    torch.manual_seed(0)
    for _ in range(500):
        alphas = Alphas(space, with_edges=method.with_edges, spread=3.0)
        with torch.no_grad():
            for logits in alphas.ops:
                logits[:, space.ops.index("zero")] += 5
            genotype = derive(space, method.expected(alphas, space))
        assert all(edge.op in space.real_ops for edge in genotype.edges())
        assert [len(node) for node in genotype.cells[0].nodes] == [2] * space.nodes
        for slot, level, logits in zip(space.choices, genotype.inputs, alphas.levels, strict=True):
            assert level == slot[int(logits.argmax())]


def test_strengths_are_those_of_edges_times_operations() -> None:
    space = make_space(nodes=2)
    alphas = Alphas(space, with_edges=True, spread=1.0)
    with torch.no_grad():
        mixture = softmax_mixture(alphas, space)
    (found,) = edge_strengths(mixture)
    betas = np.concatenate(
        [softmax(part.detach().double().numpy()) for part in alphas.edges[0].split([2, 3])]
    )
    ops = softmax(alphas.ops[0].detach().double().numpy())
    np.testing.assert_allclose(found, ops * betas[:, None], rtol=1e-5)
