"""What trainings say of networks that were not trained: every choice is worth something by itself.

A genotype is a set of choices: a level for each input, and which operation takes what into which
node. A ridge regression on the accuracies that are known gives the worth of each choice, and their
sum is what to expect of any genotype. With a few dozen trainings it ranks a space nearly as well
as one training of everything would (docs/performance.md).
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from adf.search.genotypes.genotype import Genotype

# How much a choice is held back from being worth anything, in shares of a genotype's choices.
RIDGE = 0.1
Choice = tuple[object, ...]


def expected(
    known: Sequence[Genotype], accuracies: Sequence[float], asked: Sequence[Genotype]
) -> NDArray[np.float64]:
    """Return the accuracies to expect of genotypes, from those that are known of others."""
    found = np.array(accuracies, np.float64)
    middle = found.mean()
    held = alike(known, known) + RIDGE * np.eye(len(known))
    return np.asarray(middle + alike(asked, known) @ np.linalg.solve(held, found - middle))


def alike(one: Sequence[Genotype], other: Sequence[Genotype]) -> NDArray[np.float64]:
    """Return the share of choices that genotypes have in common, for all pairs."""
    names: dict[Choice, int] = {}
    left, right = (
        [[names.setdefault(each, len(names)) for each in choices(genotype)] for genotype in several]
        for several in (one, other)
    )
    sets = [np.zeros((len(each), len(names))) for each in (left, right)]
    for table, several in zip(sets, (left, right), strict=True):
        for row, chosen in zip(table, several, strict=True):
            row[chosen] = 1
    sizes = np.maximum(*np.meshgrid(*(each.sum(axis=1) for each in sets), indexing="ij"))
    return np.asarray((sets[0] @ sets[1].T) / sizes)


def choices(genotype: Genotype) -> list[Choice]:
    """Return what was chosen, in words that do not depend on how inputs are ordered."""
    found: list[Choice] = [tuple(level) for level in genotype.inputs]
    for number, cell in enumerate(genotype.cells):
        fan = genotype.fan_in(number)
        for node, edges in enumerate(cell.nodes):
            found += [
                (number, node, _source(genotype, edge.source, fan), edge.op) for edge in edges
            ]
    return found


def _source(genotype: Genotype, source: int, fan: int) -> Choice:
    """Return what an edge starts from: a modality, or a state by its number."""
    if genotype.stem == "adapters" and source < len(genotype.inputs):
        return ("input", genotype.inputs[source].modality)
    return ("state", source - fan)
