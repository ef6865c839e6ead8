"""Drawing, changing and counting what a space holds."""

from itertools import combinations, product

import numpy as np
import pytest

from adf.search.genotypes.genotype import Edge, Genotype
from adf.search.genotypes.space import FusionSpace
from tests.search.nets.samples import concat_space, drawn, inside, make_space

SPACES = {
    "two of all": make_space(nodes=2),
    "all": make_space(nodes=2, edges=0),
    "two cells": make_space(nodes=2, cells=2, outputs=1),
    "joint stem": concat_space(nodes=2, cells=2),
}


@pytest.fixture(params=SPACES.values(), ids=list(SPACES))
def space(request: pytest.FixtureRequest) -> FusionSpace:
    """Return one space after the other."""
    assert isinstance(request.param, FusionSpace)
    return request.param


def all_of(space: FusionSpace) -> set[Genotype]:
    """Return every genotype of a space, one after the other."""
    options = []
    for number in range(space.cells):
        for sources in space.sources(number):
            kept = min(space.edges or sources, sources)
            options.append(
                [
                    tuple(map(Edge, ops, chosen))
                    for chosen in combinations(range(sources), kept)
                    for ops in product(space.real_ops, repeat=kept)
                ]
            )
    found = set()
    for inputs in product(*space.choices):
        for nodes in product(*options):
            cut = [list(nodes[at : at + space.nodes]) for at in range(0, len(nodes), space.nodes)]
            found.add(space.build(inputs, cut))
    return found


def test_draws_are_inside_and_all_different_ones_come_up(space: FusionSpace) -> None:
    found = {drawn(space, seed) for seed in range(200)}
    assert all(inside(space, genotype) for genotype in found)
    assert len(found) > 100 if space.size() > 1000 else len(found) > 20
    assert drawn(space, 3) == drawn(space, 3)


def test_the_size_is_the_number_of_genotypes() -> None:
    for mini in (
        make_space(nodes=1),
        make_space(nodes=2, edges=1),
        make_space(nodes=1, cells=2, edges=1),
        make_space(("skip", "conv_1x1x1"), nodes=2, edges=0),
        concat_space(nodes=1, copies=3),
    ):
        everything = all_of(mini)
        assert len(everything) == mini.size()
        assert all(inside(mini, genotype) for genotype in everything)
    mini = make_space(nodes=1)
    assert {drawn(mini, seed) for seed in range(400)} == all_of(mini)


def differences(one: Genotype, other: Genotype) -> int:
    """Return how many choices differ: levels, operations, sources."""
    levels = sum(a != b for a, b in zip(one.inputs, other.inputs, strict=True))
    edges = 0
    for cell, against in zip(one.cells, other.cells, strict=True):
        for node, beside in zip(cell.nodes, against.nodes, strict=True):
            gone, new = set(node) - set(beside), set(beside) - set(node)
            assert len(gone) == len(new)
            edges += len(gone)
            if gone:
                (before,), (after,) = gone, new
                # A moved edge keeps its operation, a changed one its place.
                assert (before.op == after.op) != (before.source == after.source)
    return levels + edges


def test_mutants_differ_in_one_choice(space: FusionSpace) -> None:
    for seed in range(10):
        genotype = drawn(space, seed)
        mutants = space.mutants(genotype)
        assert all(inside(space, mutant) for mutant in mutants)
        assert all(differences(genotype, mutant) == 1 for mutant in mutants)
        assert len(set(mutants)) == len(mutants)
        one = space.mutant(genotype, np.random.default_rng(seed))
        assert one in mutants


def test_no_neighbour_is_left_out() -> None:
    mini = make_space(nodes=1)
    everything = all_of(mini)
    for genotype in list(everything)[:6]:
        # Equal but for one level, one operation or one source.
        near = {other for other in everything if _near(genotype, other)}
        assert set(mini.mutants(genotype)) == near


def _near(one: Genotype, other: Genotype) -> bool:
    levels = sum(a != b for a, b in zip(one.inputs, other.inputs, strict=True))
    (node,), (beside,) = one.cells[0].nodes, other.cells[0].nodes
    gone, new = sorted(set(node) - set(beside)), sorted(set(beside) - set(node))
    if levels + len(gone) != 1:
        return False
    return not gone or gone[0].op == new[0].op or gone[0].source == new[0].source


def test_where_nothing_can_change_nothing_does() -> None:
    only = make_space(("skip",), choices=(make_space().choices[0][:1],), nodes=1, edges=0)
    genotype = drawn(only, 0)
    assert only.size() == 1
    assert only.mutants(genotype) == []
    assert only.mutant(genotype, np.random.default_rng(0)) == genotype
