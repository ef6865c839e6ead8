"""All levels side by side under one linear layer."""

from collections.abc import Sequence

from torch import nn

from adf.evaluate.baselines import single
from adf.evaluate.entrants import BASELINE, Entrant
from adf.evaluate.field import Field
from adf.evaluate.outcome import Row


def entrants(field: Field) -> list[Entrant]:
    """Return the one network."""
    return [Entrant("concat + linear", BASELINE, field.apart, tuple(field.levels), "concat")]


def network(entrant: Entrant, channels: Sequence[int], classes: int, dropout: float) -> nn.Module:
    """Return a linear layer on all vectors."""
    return single.network(entrant, channels, classes, dropout)


def rows(field: Field) -> list[Row]:
    """Return the one row."""
    return [field.row(entrant) for entrant in entrants(field)]
