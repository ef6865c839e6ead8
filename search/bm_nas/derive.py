"""From the weights of a supernet to the network that is found: the strongest pairs.

The strength of a pair is the product of the weights of its edges, of the first for coming first and
of the second for coming second. A cell takes the strongest pair of states, but none whose members
have both been taken before; a step takes the strongest pair too, with its strongest operation. Of
equals, the first counts. The first of a pair is the one with the lower number, as in the supernet.

As published (``faithful``), an edge has one weight, cells take levels alone and never each other,
and of the pair of a step the stronger comes first.
"""

from collections.abc import Iterable, Sequence
from itertools import combinations

from adf.search.bm_nas.genotype import TAKEN, BilevelGenotype, Cell, Pair, Step
from adf.search.bm_nas.settings import BmNasSettings
from adf.search.genotypes.genotype import Input
from adf.search.require import require

Strengths = Sequence[float]
# The weights of edges for each place that they can lead to; one for both as published.
Edges = Sequence[Strengths]


def derive(
    levels: Sequence[Input],
    grid: tuple[int, int, int],
    settings: BmNasSettings,
    cells: Sequence[Edges],
    steps: Sequence[Sequence[Edges]],
    ops: Sequence[Sequence[Strengths]],
) -> BilevelGenotype:
    """Return the genotype of weights of the edges of cells, of their steps, and of operations."""
    pairs = chosen_pairs(cells, len(levels), settings.mode == "repaired")
    inner = range(TAKEN + settings.steps - settings.step_outputs, TAKEN + settings.steps)
    used = sorted({state for pair in pairs for state in pair if state < len(levels)})
    places = {state: place for place, state in enumerate(used)}
    places |= {len(levels) + cell: len(used) + cell for cell in range(settings.cells)}
    found = [
        Cell(
            (places[pair[0]], places[pair[1]]),
            tuple(
                _step(settings, edges, weights)
                for edges, weights in zip(steps[number], ops[number], strict=True)
            ),
            tuple(inner),
        )
        for number, pair in enumerate(pairs)
    ]
    end = len(used) + settings.cells
    return BilevelGenotype(
        tuple(levels[state] for state in used),
        tuple(found),
        tuple(range(end - settings.outputs, end)),
        settings.channels,
        settings.length,
        grid,
    )


def require_enough(levels: int, settings: BmNasSettings) -> None:
    """Refuse levels that are too few for every cell to find a pair."""
    # As published, every cell may use up two of them, and the last one still needs a new one.
    new = TAKEN * (settings.cells - 1) + 1 if settings.mode == "faithful" else TAKEN
    needed = max(new, TAKEN)
    advice = f"{needed} or more in all, as {settings.cells} cells ({settings.mode}) need"
    require(levels >= needed, "space.levels", levels, advice)


def chosen_pairs(cells: Sequence[Edges], levels: int, earlier: bool) -> list[Pair]:
    """Return what each cell takes; ``earlier`` cells are among it or not."""
    taken, pairs = set[int](), list[Pair]()
    for edges in cells:
        states = combinations(range(len(edges[0]) if earlier else levels), 2)
        pairs.append(strongest(edges, (pair for pair in states if not taken.issuperset(pair))))
        taken.update(pairs[-1])
    return pairs


def strongest(edges: Edges, pairs: Iterable[Pair]) -> Pair:
    """Return the pair whose product of weights is largest."""
    return max(pairs, key=lambda pair: edges[0][pair[0]] * edges[-1][pair[1]])


def _step(settings: BmNasSettings, edges: Edges, weights: Strengths) -> Step:
    first, second = strongest(edges, combinations(range(len(edges[0])), 2))
    if settings.mode == "faithful" and edges[0][second] > edges[0][first]:
        first, second = second, first
    op = max(range(len(weights)), key=lambda at: weights[at])
    return Step(settings.ops[op], (first, second))
