"""One spelling for all genotypes of BM-NAS that build the same network, and a short name for it.

What changes no network: the order of levels, of steps and of cells that do not read each other, and
of what is joined; what reaches no output; and which of its two states an operation takes first,
but for attention. Which of its two a cell takes first does matter: it is added to the output.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from adf.search.bm_nas.genotype import TAKEN, BilevelGenotype, Cell, Pair, Step

# It asks with one state and answers with the other.
ORDERED = "ScaleDotAttn"

Places = dict[int, int]
Part = TypeVar("Part", Step, Cell)


def canonical(found: BilevelGenotype) -> BilevelGenotype:
    """Return the same network in the one spelling, without what reaches no output."""
    cells, first = [_cell(cell) for cell in found.cells], len(found.inputs)
    alive = _alive(cells, first, found.concat)
    levels = sorted((found.inputs[state], state) for state in alive if state < first)
    base = {state: place for place, (_, state) in enumerate(levels)}
    places = _placed(cells, first, alive, base, _moved)
    return replace(
        found,
        inputs=tuple(level for level, _ in levels),
        cells=tuple(_moved(cells[state - first], places) for state in places if state >= first),
        concat=tuple(sorted(places[state] for state in found.concat)),
    )


def digest(found: BilevelGenotype) -> str:
    """Return 12 hexadecimal digits that name the network."""
    return hashlib.sha256(canonical(found).to_json().encode()).hexdigest()[:12]


def _cell(cell: Cell) -> Cell:
    """Return a cell with its steps in the one spelling; its sources stay."""
    alive = _alive(cell.steps, TAKEN, cell.concat)
    base = {state: state for state in range(TAKEN)}
    places = _placed(cell.steps, TAKEN, alive, base, _spelled)
    first, second = cell.sources
    return Cell(
        # Where no step reads the second one, it may as well be the first.
        (first, second if 1 in alive else first),
        tuple(_spelled(cell.steps[state - TAKEN], places) for state in places if state >= TAKEN),
        tuple(sorted(places[state] for state in cell.concat)),
    )


def _spelled(step: Step, places: Places) -> Step:
    first, second = _at(step.sources, places)
    ordered = step.op == ORDERED or first <= second
    return Step(step.op, (first, second) if ordered else (second, first))


def _moved(cell: Cell, places: Places) -> Cell:
    return cell._replace(sources=_at(cell.sources, places))


def _at(sources: Pair, places: Places) -> Pair:
    return places[sources[0]], places[sources[1]]


def _alive(parts: Sequence[Step | Cell], first: int, outputs: Iterable[int]) -> set[int]:
    """Return the states that outputs are made of."""
    alive = set(outputs)
    for number in reversed(range(len(parts))):
        if first + number in alive:
            alive.update(parts[number].sources)
    return alive


def _placed(
    parts: Sequence[Part],
    first: int,
    alive: set[int],
    base: Places,
    key: Callable[[Part, Places], Any],
) -> Places:
    """Return the new places of states, in their order: by depth, and then by what they are."""
    depths = dict.fromkeys(range(first), 0)
    for number, part in enumerate(parts):
        depths[first + number] = 1 + max(depths[source] for source in part.sources)
    places = dict(base)
    for depth in sorted({depths[state] for state in alive if state >= first}):
        layer = [state for state in sorted(alive) if state >= first and depths[state] == depth]
        known = {state: key(parts[state - first], places) for state in layer}
        for state in sorted(layer, key=lambda state: known[state]):
            places[state] = len(places)
    return places
