"""One spelling for all genotypes that build the same network, and a short name for it.

from adf.search.genotypes.canonical import digest
digest(genotype)    # "3f9c1a0b7e52": equal if and only if the networks differ in names alone

What changes no network: the order of inputs, of edges, of nodes and of what is concatenated, which
copy of the stem is read, what reaches no output, and the order of cells that do not read each
other. Copies of the stem are alike and not the same: a cell gives each one weights of its own.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from adf.search.genotypes.genotype import Cell, Edge, Genotype, Input


class _State(NamedTuple):
    """A tensor: a level (with its name), a cell's copy of the stem, a node, a cell's output."""

    kind: str
    cell: int
    number: int
    name: tuple[str, ...] = ()


# An operation takes the first state into the second one; "" only concatenates.
_Arc = tuple[_State, str, _State]
_Ranks = dict[_State, int]
_LEVEL, _STEM, _NODE, _OUTPUT = "level", "stem", "node", "output"


def canonical(genotype: Genotype) -> Genotype:
    """Return the same network in the one spelling, without what reaches no output."""
    arcs = _live(_arcs(genotype), _State(_OUTPUT, len(genotype.cells) - 1, 0))
    graph = _Graph(arcs)
    ranks = graph.best(graph.refined(_by_depth(arcs)))
    states = sorted(ranks, key=lambda state: ranks[state])
    if genotype.stem == "concat":
        inputs, copies = tuple(sorted(genotype.inputs)), _copies(arcs, states)
    else:
        inputs = tuple(Input(*state.name) for state in states if state.kind == _LEVEL)
        copies = Genotype.copies
    return replace(genotype, inputs=inputs, cells=_cells(arcs, states, copies), copies=copies)


def digest(genotype: Genotype) -> str:
    """Return 12 hexadecimal digits that name the network."""
    return hashlib.sha256(canonical(genotype).to_json().encode()).hexdigest()[:12]


class _Graph:
    """Canonical labelling: states are told apart by what surrounds them, and twins by trying."""

    def __init__(self, arcs: list[_Arc]) -> None:
        self.arcs = arcs
        self.states = sorted({end for source, _, target in arcs for end in (source, target)})
        self.around: dict[_State, list[tuple[str, str, _State]]] = defaultdict(list)
        for source, op, target in arcs:
            self.around[target].append(("from", op, source))
            self.around[source].append(("to", op, target))

    def refined(self, ranks: _Ranks) -> _Ranks:
        """Tell states apart by the ranks around them, until nothing changes."""
        classes = 0
        while classes < len(set(ranks.values())):
            classes = len(set(ranks.values()))
            ranks = _ranked({state: (ranks[state], self._seen(state, ranks)) for state in ranks})
        return ranks

    def best(self, ranks: _Ranks) -> _Ranks:
        """Return ranks that tell all states apart, those of the smallest code.

        A choice that can end in the code of the first one is its mirror image, and so is all that
        follows from it: symmetries cost a sum of attempts, not their product.
        """
        choices = list(self._choices(ranks))
        if not choices:
            return ranks
        known = self._code(self._end(choices[0]))
        others = [choice for choice in choices[1:] if self._code(self._end(choice)) != known]
        return min((self.best(choice) for choice in [choices[0], *others]), key=self._code)

    def _seen(self, state: _State, ranks: _Ranks) -> tuple[tuple[str, str, int], ...]:
        return tuple(sorted((way, op, ranks[other]) for way, op, other in self.around[state]))

    def _choices(self, ranks: _Ranks) -> Iterator[_Ranks]:
        """Yield the ranks after preferring each member of the first class that has several."""
        classes = defaultdict(list)
        for state in self.states:
            classes[ranks[state]].append(state)
        several = [members for _, members in sorted(classes.items()) if len(members) > 1]
        for member in several[0] if several else []:
            yield self.refined(_ranked({state: (ranks[state], state != member) for state in ranks}))

    def _end(self, ranks: _Ranks) -> _Ranks:
        while choice := next(self._choices(ranks), None):
            ranks = choice
        return ranks

    def _code(self, ranks: _Ranks) -> list[tuple[int, str, int]]:
        return sorted((ranks[target], op, ranks[source]) for source, op, target in self.arcs)


def _ranked(keys: Mapping[_State, tuple[Any, ...]]) -> _Ranks:
    order = {key: rank for rank, key in enumerate(sorted(set(keys.values())))}
    return {state: order[key] for state, key in keys.items()}


def _arcs(genotype: Genotype) -> list[_Arc]:
    """Return what flows where, sources before what is made of them."""
    arcs = []
    for number, cell in enumerate(genotype.cells):
        states = _inputs(genotype, number)
        for place, node in enumerate(cell.nodes):
            target = _State(_NODE, number, place)
            arcs += [(states[source], op, target) for op, source in node]
            states.append(target)
        arcs += [(states[state], "", _State(_OUTPUT, number, 0)) for state in cell.concat]
    return arcs


def _inputs(genotype: Genotype, number: int) -> list[_State]:
    outputs = [_State(_OUTPUT, cell, 0) for cell in range(number)]
    if genotype.stem == "concat":
        stems = [_State(_STEM, number, copy) for copy in range(genotype.copies)]
        return [*stems, *outputs][-genotype.copies :]
    levels = [_State(_LEVEL, 0, 0, tuple(level)) for level in genotype.inputs]
    return [*levels, *outputs[-1:]]


def _live(arcs: list[_Arc], end: _State) -> list[_Arc]:
    alive, kept = {end}, []
    for arc in reversed(arcs):
        if arc[2] in alive:
            alive.add(arc[0])
            kept.append(arc)
    return kept[::-1]


def _by_depth(arcs: list[_Arc]) -> _Ranks:
    """Rank states such that in any order of ranks each comes after what it is made of."""
    depth: dict[_State, int] = {}
    for source, _, target in arcs:
        depth[target] = max(depth.get(target, 0), depth.setdefault(source, 0) + 1)
    return _ranked({state: (depth[state], state.kind, state.name) for state in depth})


def _copies(arcs: list[_Arc], states: list[_State]) -> int:
    """Return the smallest window of last outputs in which every cell finds what it reads."""
    order = [state.cell for state in states if state.kind == _OUTPUT]
    back = [
        order.index(target.cell) - order.index(source.cell)
        for source, _, target in arcs
        if source.kind == _OUTPUT
    ]
    stems = [state.cell for state in states if state.kind == _STEM]
    return max(*back, *(order.index(cell) + stems.count(cell) for cell in stems), 1, 1)


def _cells(arcs: list[_Arc], states: list[_State], copies: int) -> tuple[Cell, ...]:
    into: dict[_State, list[tuple[str, _State]]] = defaultdict(list)
    for source, op, target in arcs:
        into[target].append((op, source))
    levels = [state for state in states if state.kind == _LEVEL]
    outputs = [state for state in states if state.kind == _OUTPUT]
    cells = []
    for number, output in enumerate(outputs):
        own = [state for state in states if state.cell == output.cell]
        nodes = [state for state in own if state.kind == _NODE]
        if levels:
            fan = [*levels, *outputs[:number][-1:]]
        else:
            stems = [state for state in own if state.kind == _STEM]
            unread = [output] * (copies - number - len(stems))
            fan = [*stems, *unread, *outputs[:number]][-copies:]
        places = {state: place for place, state in enumerate([*fan, *nodes])}
        edges = (sorted(Edge(op, places[source]) for op, source in into[node]) for node in nodes)
        concat = sorted(places[source] for _, source in into[output])
        cells.append(Cell(tuple(tuple(node) for node in edges), tuple(concat)))
    return tuple(cells)
