"""One spelling for equal networks: other spellings of a network, and networks that are others."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from adf.search.bm_nas.family import canonical, digest
from adf.search.bm_nas.genotype import BilevelGenotype, Cell, Pair, Step
from adf.search.genotypes.genotype import Input
from tests.search.bm_nas.samples import drawn, plain


def meaning(found: BilevelGenotype) -> tuple[object, ...]:
    """Return what reaches the output, as nested sums of names: no numbers of states in it."""
    states: list[object] = [str(level) for level in found.inputs]
    for cell in found.cells:
        x = states[cell.sources[0]]
        inner = ["x", "y"]
        for op, (first, second) in cell.steps:
            taken = [inner[first], inner[second]]
            inner.append(f"{op}({', '.join(taken if op == 'ScaleDotAttn' else sorted(taken))})")
        read = " ".join(sorted(inner[state] for state in cell.concat))
        y = states[cell.sources[1]] if "y" in read.replace("Sum", "") else "-"
        states.append(f"[{x} | {y} | {read}]")
    return tuple(sorted(str(states[state]) for state in found.concat))


def respelled(found: BilevelGenotype, seed: int) -> BilevelGenotype:
    """Return the same network in other words: levels, steps, cells and operands in other order."""
    random = np.random.default_rng(seed)
    first = len(found.inputs)
    levels = [int(at) for at in random.permutation(first)]
    cells = [other_steps(cell, random) for cell in found.cells]
    order = other_order([cell.sources for cell in cells], first, random)
    places = {old: new for new, old in enumerate(levels)}
    places |= {first + old: first + new for new, old in enumerate(order)}

    def moved(cell: Cell) -> Cell:
        x, y = cell.sources
        return cell._replace(sources=(places[x], places[y]))

    concat = [places[state] for state in found.concat]
    random.shuffle(concat)
    unread = Input("audio", "unread")
    return replace(
        found,
        inputs=(*(found.inputs[at] for at in levels), unread),
        cells=tuple(shifted(moved(cells[at]), first) for at in order),
        concat=tuple(state + 1 for state in concat),
    )


def shifted(cell: Cell, first: int) -> Cell:
    """Make room for one more level before the cells."""
    x, y = (state + (state >= first) for state in cell.sources)
    return cell._replace(sources=(x, y))


def other_steps(cell: Cell, random: np.random.Generator) -> Cell:
    order = other_order([step.sources for step in cell.steps], 2, random)
    places = {0: 0, 1: 1} | {2 + old: 2 + new for new, old in enumerate(order)}
    steps = []
    for at in order:
        op, (x, y) = cell.steps[at]
        x, y = places[x], places[y]
        turned = op != "ScaleDotAttn" and random.random() < 0.5
        steps.append(Step(op, (y, x) if turned else (x, y)))
    concat = [places[state] for state in cell.concat]
    random.shuffle(concat)
    return Cell(cell.sources, tuple(steps), tuple(concat))


def other_order(sources: Sequence[Pair], first: int, random: np.random.Generator) -> list[int]:
    """Return another order in which everything comes after what it is made of."""
    order: list[int] = []
    while len(order) < len(sources):
        ready = [
            at
            for at, pair in enumerate(sources)
            if at not in order and all(s < first or s - first in order for s in pair)
        ]
        order.append(int(random.choice(ready)))
    return order


@pytest.mark.parametrize("seed", range(150))
def test_other_words_for_a_network_have_its_digest(seed: int) -> None:
    found = drawn(seed, steps=2)
    other = respelled(found, seed)
    assert meaning(other) == meaning(found)
    assert canonical(other) == canonical(found)
    assert digest(other) == digest(found)


@pytest.mark.parametrize("seed", range(150))
def test_the_one_spelling_is_the_same_network_and_stays(seed: int) -> None:
    found = drawn(seed)
    once = canonical(found)
    assert meaning(once) == meaning(found)
    assert canonical(once) == once
    assert (once.channels, once.length, once.grid) == (found.channels, found.length, found.grid)


def test_other_networks_have_other_digests() -> None:
    names = [digest(drawn(seed)) for seed in range(150)]
    kinds = {(meaning(drawn(seed))) for seed in range(150)}
    assert len(set(names)) >= len(kinds) > 140
    whole = plain()
    changes = [
        replace(whole, channels=9),
        replace(whole, length=5),
        replace(whole, grid=(4, 4, 5)),
        replace(whole, concat=(4,)),
        with_first(whole, sources=(2, 0)),
        with_first(whole, steps=(Step("ScaleDotAttn", (0, 1)), whole.cells[0].steps[1])),
        with_first(whole, steps=(Step("Sum", (1, 0)), whole.cells[0].steps[1])),
        with_first(whole, concat=(3,)),
        replace(whole, inputs=(*whole.inputs[:2], Input("rgb", "low"))),
    ]
    assert len({digest(each) for each in [whole, *changes]}) == 1 + len(changes)


def with_first(found: BilevelGenotype, **fields: object) -> BilevelGenotype:
    return replace(found, cells=(found.cells[0]._replace(**fields), found.cells[1]))  # type: ignore[arg-type]


def test_what_reaches_no_output_is_left_out() -> None:
    steps = (Step("Sum", (0, 0)), Step("ConcatFC", (0, 1)))
    cells = (Cell((0, 1), steps, (2,)), Cell((2, 3), (Step("Sum", (0, 1)),), (2,)))
    inputs = (Input("rgb", "low"), Input("flow", "low"), Input("pose", "low"))
    found = canonical(BilevelGenotype(inputs, cells, (3,), 4, 4, (1, 1, 1)))
    # The first cell reads nothing of its second state, and nothing reads the second cell.
    assert found.inputs == (Input("rgb", "low"),)
    assert found.cells == (Cell((0, 0), (Step("Sum", (0, 0)),), (2,)),)
    assert found.concat == (1,)


def test_a_digest_is_twelve_digits_and_never_changes() -> None:
    assert canonical(plain()) == plain()
    assert digest(plain()) == "218ac91d5b38"
