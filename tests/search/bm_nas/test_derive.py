"""What is read off the weights, against rules written down once more, on hundreds of weights."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from adf.errors import ConfigError
from adf.search.bm_nas.derive import chosen_pairs, derive, require_enough
from adf.search.bm_nas.genotype import BilevelGenotype
from adf.search.bm_nas.settings import BmNasSettings
from tests.search.bm_nas.samples import FAITHFUL, GRID, LEVELS, SMALL

TIMES = 300
Edges = list[list[float]]


def weights_of(
    settings: BmNasSettings, seed: int
) -> tuple[list[Edges], list[list[Edges]], list[list[list[float]]]]:
    """Return random weights of the edges of cells, of their steps, and of operations."""
    random = np.random.default_rng(seed)
    places = 1 if settings.mode == "faithful" else 2
    cells = [random.random((places, len(LEVELS) + cell)).tolist() for cell in range(settings.cells)]
    steps = [
        [random.random((places, 2 + step)).tolist() for step in range(settings.steps)]
        for _ in cells
    ]
    ops = [random.random((settings.steps, len(settings.ops))).tolist() for _ in cells]
    return cells, steps, ops


def read_off(settings: BmNasSettings, seed: int) -> BilevelGenotype:
    return derive(LEVELS, GRID, settings, *weights_of(settings, seed))


def by_hand(settings: BmNasSettings, seed: int) -> list[tuple[object, ...]]:
    """Return the levels, the operations and the sources of each cell by rules of our own."""
    cells, steps, ops = weights_of(settings, seed)
    names = [str(level) for level in LEVELS] + [f"cell {cell}" for cell in range(len(cells))]
    used: set[int] = set()
    found: list[tuple[object, ...]] = []
    for cell, edges in enumerate(cells):
        limit = len(LEVELS) if settings.mode == "faithful" else len(LEVELS) + cell
        best, most = (0, 0), -1.0
        for k in range(limit):
            for j in range(k):
                strength = edges[0][j] * edges[0 if settings.mode == "faithful" else 1][k]
                if strength > most and not (j in used and k in used):
                    best, most = (j, k), strength
        used |= set(best)
        inner = [
            inner_by_hand(settings, steps[cell][step], ops[cell][step])
            for step in range(settings.steps)
        ]
        found.append((names[best[0]], names[best[1]], inner))
    return found


def inner_by_hand(
    settings: BmNasSettings, edges: Edges, ops: Sequence[float]
) -> tuple[str, tuple[int, ...]]:
    op = settings.ops[int(np.argmax(ops))]
    if settings.mode == "faithful":
        return op, tuple(int(at) for at in np.argsort(edges[0])[::-1][:2])
    products = np.triu(np.outer(edges[0], edges[1]), 1)
    first, second = np.unravel_index(np.argmax(products), products.shape)
    return op, (int(first), int(second))


@pytest.mark.parametrize("settings", [SMALL, FAITHFUL], ids=["repaired", "faithful"])
def test_the_strongest_is_found(settings: BmNasSettings) -> None:
    for seed in range(TIMES):
        found = read_off(settings, seed)
        names = [str(level) for level in found.inputs]
        names += [f"cell {cell}" for cell in range(settings.cells)]
        told = [
            (
                *(names[state] for state in cell.sources),
                [(step.op, step.sources) for step in cell.steps],
            )
            for cell in found.cells
        ]
        assert told == by_hand(settings, seed)


@pytest.mark.parametrize("settings", [SMALL, FAITHFUL], ids=["repaired", "faithful"])
def test_the_last_cells_and_steps_are_joined_and_all_levels_are_read(
    settings: BmNasSettings,
) -> None:
    for seed in range(TIMES):
        found = read_off(settings, seed)
        levels = len(found.inputs)
        assert found.concat == (levels + 1, levels + 2)
        assert all(cell.concat == (3, 4) for cell in found.cells)
        read = {state for cell in found.cells for state in cell.sources}
        assert set(range(levels)) <= read
        assert all(len(set(cell.sources)) == 2 for cell in found.cells)
        assert (found.channels, found.length, found.grid) == (4, 4, GRID)


def edges_to_cells(settings: BmNasSettings) -> int:
    """Count the edges that lead from one cell to another."""
    found = [read_off(settings, seed) for seed in range(TIMES)]
    return sum(
        state >= len(each.inputs) for each in found for cell in each.cells for state in cell.sources
    )


def test_as_published_no_cell_ever_takes_another() -> None:
    assert edges_to_cells(FAITHFUL) == 0


def test_as_repaired_cells_take_each_other() -> None:
    # Of nine levels and up to two cells, a good fifth of the edges of the later cells.
    assert edges_to_cells(SMALL) > TIMES / 4


def test_a_pair_that_was_taken_is_not_taken_again() -> None:
    edges = [[0.9, 0.8, 0.1, 0.2]]
    assert chosen_pairs([edges, edges, edges], 4, earlier=False) == [(0, 1), (0, 3), (0, 2)]


def test_of_equals_the_first_counts() -> None:
    even = [[0.5] * 4] * 2
    assert chosen_pairs([even, even], 4, earlier=True) == [(0, 1), (0, 2)]
    cells, steps, ops = weights_of(SMALL, 0)
    flat = [[[0.5] * len(row) for row in each] for each in cells]
    none = [[[[0.5] * len(row) for row in each] for each in cell] for cell in steps]
    same = [[[0.25] * len(row) for row in cell] for cell in ops]
    found = derive(LEVELS, GRID, SMALL, flat, none, same)
    assert found.cells[0].sources == (0, 1)
    assert all(step == ("Sum", (0, 1)) for cell in found.cells for step in cell.steps)


@pytest.mark.parametrize(
    ("settings", "enough"), [(SMALL, 2), (FAITHFUL, 5), (replace(FAITHFUL, cells=2), 3)]
)
def test_too_few_levels_are_refused(settings: BmNasSettings, enough: int) -> None:
    require_enough(enough, settings)
    with pytest.raises(ConfigError, match=f"space.levels is {enough - 1}: give {enough} or more"):
        require_enough(enough - 1, settings)
    random, earlier = np.random.default_rng(0), settings.mode == "repaired"

    def pairs(levels: int) -> int:
        cells = range(settings.cells)
        edges = [random.random((1, levels + cell * earlier)).tolist() for cell in cells]
        return len(chosen_pairs(edges, levels, earlier))

    # So many are enough whatever the weights are, and one less is not always.
    assert all(pairs(enough) == settings.cells for _ in range(TIMES))
    with pytest.raises(ValueError, match="empty"):
        for _ in range(TIMES):
            pairs(enough - 1)
