"""Genotypes that nobody searched, drawn from the space of the search: what luck alone finds."""

from dataclasses import replace

from adf.evaluate.entrants import RANDOM, Entrant, of_genotype
from adf.evaluate.field import Field
from adf.evaluate.outcome import Row


def entrants(field: Field) -> list[Entrant]:
    """Return the drawn genotypes; each is trained once a split."""
    return [
        replace(of_genotype(f"random genotype {number}", RANDOM, genotype), once=True)
        for number, genotype in enumerate(field.drawn, start=1)
    ]


def rows(field: Field) -> list[Row]:
    """Return the median of all, and in each split the one that validation prefers."""
    everyone = [field.row(entrant) for entrant in entrants(field)]
    reads = max((row.reads for row in everyone), key=len)
    splits = zip(*(row.outcomes for row in everyone), strict=True)
    best = [max(each, key=lambda outcome: outcome.validated) for each in splits]
    outcomes = [outcome for row in everyone for outcome in row.outcomes]
    count = len(everyone)
    return [
        Row(f"median of {count} random", RANDOM, reads, outcomes, "", None, "median"),
        Row(f"best of {count} random", RANDOM, reads, best, "by validation"),
    ]
