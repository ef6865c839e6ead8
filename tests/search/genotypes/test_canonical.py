"""One spelling and one digest for each network, against a search through all renamings."""

import random
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adf.search.genotypes.canonical import canonical, digest
from adf.search.genotypes.genotype import STEMS, Cell, Edge, Genotype, Input
from tests.search.genotypes.brute import same
from tests.search.genotypes.samples import LEVELS, OPS, drawn, full, renamed

chances = st.randoms(use_true_random=False)
stems = st.sampled_from(STEMS)


def of(cells: list[Cell], stem: str = "concat", copies: int = 3) -> Genotype:
    return Genotype(LEVELS, tuple(cells), 16, (2, 7, 7), stem, copies)


def node(*sources: int, op: str = "skip") -> tuple[Edge, ...]:
    return tuple(Edge(op, source) for source in sources)


@given(chances, stems, st.integers(1, 4), st.integers(0, 6))
def test_other_words_for_one_network_have_one_digest(
    chance: random.Random, stem: str, cells: int, nodes: int
) -> None:
    genotype = drawn(chance, stem, cells=cells, nodes=max(nodes, 1), ops=OPS[:2])
    assert canonical(renamed(genotype, chance)) == canonical(genotype)
    assert digest(renamed(genotype, chance)) == digest(genotype)


@given(chances, stems, st.integers(1, 4))
def test_the_spelling_is_its_own_spelling(chance: random.Random, stem: str, cells: int) -> None:
    once = canonical(drawn(chance, stem, cells=cells))
    assert canonical(once) == once


@given(chances, stems, st.integers(1, 3))
def test_another_operation_level_or_size_is_another_network(
    chance: random.Random, stem: str, cells: int
) -> None:
    genotype = canonical(drawn(chance, stem, cells=cells))
    others = [
        replace(genotype, channels=17),
        replace(genotype, grid=(2, 7, 8)),
        replace(genotype, inputs=(Input("rgb", "layer9"), *genotype.inputs[1:])),
    ]
    if edges := genotype.edges():
        others.append(with_edge(genotype, chance.randrange(len(edges)), op="another"))
    assert digest(genotype) not in {digest(other) for other in others}


def with_edge(genotype: Genotype, place: int, **changes: Any) -> Genotype:
    """Return the genotype with its edge number ``place`` changed."""
    edges = genotype.edges()
    edges[place] = edges[place]._replace(**changes)
    left = iter(edges)
    return replace(
        genotype,
        cells=tuple(
            Cell(tuple(tuple(next(left) for _ in row) for row in cell.nodes), cell.concat)
            for cell in genotype.cells
        ),
    )


@pytest.mark.parametrize(("stem", "cells"), [("adapters", 1), ("concat", 1), ("adapters", 2)])
def test_equal_digests_are_equal_networks_in_thousands_of_pairs(stem: str, cells: int) -> None:
    chance = random.Random(f"{stem}{cells}")
    outcomes = []
    for _ in range(700):
        one = drawn(chance, stem, cells=cells, nodes=3, inputs=2, ops=OPS[:2])
        two = renamed(one, chance)
        place = chance.randrange(len(two.edges()))
        near = with_edge(two, place, source=chance.randrange(2))
        far = drawn(chance, stem, cells=cells, nodes=3, inputs=2, ops=OPS[:2])
        for other in (two, near, far):
            outcomes.append(same(one, other))
            assert (digest(one) == digest(other)) == outcomes[-1], (one, other)
    assert 700 <= sum(outcomes) < 1800


def test_nothing_dead_is_left() -> None:
    dead = Cell((node(0), node(0, op="conv_1x1x1"), node(4)), (3,))
    genotype = canonical(of([dead], "adapters"))
    assert genotype.inputs == LEVELS[:1]
    assert genotype.cells == (Cell((node(0),), (1,)),)


def test_cells_that_the_last_one_does_not_read_are_dead() -> None:
    first, second = Cell((node(0),), (3,)), Cell((node(1),), (4,))
    alone = of([Cell((node(1),), (3,))], "adapters")
    assert canonical(of([first, second], "adapters")) == canonical(alone)


def test_which_copy_of_the_stem_is_read_does_not_matter_but_how_many() -> None:
    assert digest(of([Cell((node(0, 0),), (3,))])) == digest(of([Cell((node(2, 2),), (3,))]))
    assert digest(of([Cell((node(0, 0),), (3,))])) != digest(of([Cell((node(0, 1),), (3,))]))


def test_copies_nobody_reads_do_not_matter() -> None:
    wide = of([Cell((node(0),), (3,)), Cell((node(2),), (3,))])
    narrow = of([Cell((node(0),), (1,)), Cell((node(0),), (1,))], copies=1)
    assert canonical(wide) == canonical(narrow)
    assert canonical(wide).copies == 1


def test_a_cell_reads_further_back_than_the_one_before() -> None:
    first, last = Cell((node(0),), (3,)), Cell((node(1, 2),), (3,))
    genotype = of([first, Cell((node(2, op="conv_3x3x3"),), (3,)), last])
    assert canonical(genotype).copies == 2
    assert digest(genotype) != digest(replace(genotype, cells=(first, first, last)))


def test_cells_that_do_not_read_each_other_have_no_order() -> None:
    one, two = Cell((node(0),), (3,)), Cell((node(0, op="conv_3x3x3"),), (3,))
    last = Cell((node(1), node(2, op="conv_1x1x1")), (3, 4))
    other = Cell((node(2), node(1, op="conv_1x1x1")), (3, 4))
    assert digest(of([one, two, last])) == digest(of([two, one, other]))
    assert digest(of([one, two, last])) != digest(of([two, one, last]))


def test_twins_with_different_readers_are_told_apart() -> None:
    twins = (node(0), node(0))
    shared = Cell((*twins, (Edge("skip", 3), Edge("conv_1x1x1", 3))), (3, 4, 5))
    split = Cell((*twins, (Edge("skip", 3), Edge("conv_1x1x1", 4))), (3, 4, 5))
    assert digest(of([shared])) != digest(of([split]))


def test_states_that_look_alike_all_around_and_are_not_are_told_apart() -> None:
    # Each of 3 to 7 is read twice and each of 8 to 12 reads two: in rings of 1, of 2 and of 2.
    firsts, rings = [node(0)] * 5, [(3, 3), (4, 5), (5, 4), (6, 7), (7, 6)]
    cell = Cell((*firsts, *(node(*ring) for ring in rings)), tuple(range(8, 13)))
    words = {canonical(renamed(of([cell]), random.Random(seed))) for seed in range(20)}
    assert words == {canonical(of([cell]))}
    ring = [(3, 4), (4, 5), (5, 6), (6, 7), (7, 3)]
    longer = Cell((*firsts, *(node(*pair) for pair in ring)), tuple(range(8, 13)))
    assert digest(of([longer])) != digest(of([cell]))


def test_many_symmetries_do_not_multiply() -> None:
    twins = Cell(tuple(node(0) for _ in range(6)), tuple(range(3, 9)))
    genotype = of([twins] * 4)
    assert canonical(renamed(genotype, random.Random(0))) == canonical(genotype)


def test_a_digest_is_a_name_that_stays() -> None:
    assert digest(full()) == digest(Genotype.from_json(full().to_json()))
    assert len(digest(full())) == 12
    assert digest(full()) == "200c4f8c828f"
