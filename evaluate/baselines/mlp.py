"""All levels side by side under two layers, with as many parameters as the found network has.

On wide levels that would be a few hidden units: it has no fewer than there are classes.
"""

from collections.abc import Sequence

from torch import nn

from adf.evaluate.baselines.vectors import Joined
from adf.evaluate.entrants import BASELINE, Entrant
from adf.evaluate.field import Field
from adf.evaluate.outcome import Row


def entrants(field: Field) -> list[Entrant]:
    """Return the one network."""
    # Weights and biases of one hidden unit; the output has biases of its own.
    each = field.inputs() + 1 + field.classes
    hidden = max(field.classes, round((field.size - field.classes) / each))
    return [Entrant("concat + MLP", BASELINE, field.apart, tuple(field.levels), "mlp", hidden)]


def network(entrant: Entrant, channels: Sequence[int], classes: int, dropout: float) -> nn.Module:
    """Return two layers on all vectors."""
    top = nn.Sequential(
        nn.Linear(sum(channels), entrant.hidden),
        nn.ReLU(),
        nn.Dropout(dropout),
        nn.Linear(entrant.hidden, classes),
    )
    return Joined(entrant.levels, channels, top)


def rows(field: Field) -> list[Row]:
    """Return the one row."""
    return [field.row(each, f"{each.hidden} wide") for each in entrants(field)]
