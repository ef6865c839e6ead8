"""Whether two genotypes are the same network, by trying every renaming: slow, and plain to see."""

from collections import Counter
from itertools import permutations
from typing import Any

from adf.search.genotypes.genotype import Genotype

State = tuple[Any, ...]
Graph = dict[State, Counter[tuple[str, State]]]


def same(one: Genotype, two: Genotype) -> bool:
    """Try all bijections of nodes, and of copies of the stem, within each cell.

    Cells are not exchanged, so of a joined stem this holds for one cell only.
    """
    first, second = graph(one), graph(two)
    if Counter(map(kind, states(first))) != Counter(map(kind, states(second))):
        return False
    return any(
        {moved[target]: into(counts, moved) for target, counts in second.items()} == first
        for moved in bijections(states(second), states(first))
    )


def into(counts: Counter[tuple[str, State]], moved: dict[State, State]) -> Any:
    return Counter({(op, moved[source]): count for (op, source), count in counts.items()})


def kind(state: State) -> State:
    """Return what a renaming cannot change: for nodes and copies only which and of which cell."""
    return state[:2] if state[0] in ("node", "stem") else state


def states(graph: Graph) -> list[State]:
    return sorted({s for counts in graph.values() for _, s in counts} | set(graph), key=str)


def bijections(old: list[State], new: list[State]) -> Any:
    kinds = sorted({kind(state) for state in old}, key=str)

    def extended(moved: dict[State, State], left: list[State]) -> Any:
        if not left:
            yield moved
            return
        mine = [state for state in old if kind(state) == left[0]]
        theirs = [state for state in new if kind(state) == left[0]]
        for order in permutations(theirs):
            yield from extended({**moved, **dict(zip(mine, order, strict=True))}, left[1:])

    return extended({}, kinds)


def graph(genotype: Genotype) -> Graph:
    """Return what flows into each state that the output needs; cells count from the last one."""
    last = len(genotype.cells) - 1
    found: Graph = {}

    def name(number: int, state: int) -> State:
        fan, levels = genotype.fan_in(number), len(genotype.inputs)
        if state >= fan:
            return ("node", last - number, state - fan)
        if genotype.stem == "concat":
            return ("stem", last - number, state)
        return ("level", *genotype.inputs[state]) if state < levels else ("cell", last - number + 1)

    def follow(number: int, state: int) -> State:
        own = name(number, state)
        if own[0] == "cell":
            need(number - 1)
        elif own[0] == "node" and own not in found:
            node = genotype.cells[number].nodes[state - genotype.fan_in(number)]
            found[own] = Counter((op, follow(number, source)) for op, source in node)
        return own

    def need(number: int) -> None:
        concat = genotype.cells[number].concat
        found["cell", last - number] = Counter(("", follow(number, state)) for state in concat)

    need(last)
    return found
