"""Each level alone under a linear layer, and of each modality the level that validation prefers."""

from collections.abc import Sequence

from torch import nn

from adf.evaluate.baselines.vectors import Joined
from adf.evaluate.entrants import BASELINE, SINGLE, Entrant
from adf.evaluate.field import Field
from adf.evaluate.outcome import Row


def entrants(field: Field) -> list[Entrant]:
    """Return a linear layer on each level."""
    return [
        Entrant(str(level), SINGLE, level.modality, (level,), "single") for level in field.levels
    ]


def network(entrant: Entrant, channels: Sequence[int], classes: int, dropout: float) -> nn.Module:
    """Return a linear layer on the mean over all places."""
    top = nn.Sequential(nn.Dropout(dropout), nn.Linear(sum(channels), classes))
    return Joined(entrant.levels, channels, top)


def rows(field: Field) -> list[Row]:
    """Return a row for each level, and one for each modality: in every trial its best level."""
    alone = [field.row(entrant) for entrant in entrants(field)]
    return [*alone, *best_levels(field)]


def best_levels(field: Field) -> list[Row]:
    """Return for each modality the outcomes of the level that validation prefers in each trial."""
    found = []
    for modality, levels in by_modality(field).items():
        trials = [[field.outcome(each, trial) for each in levels] for trial in field.trials]
        picked = [max(each, key=lambda outcome: outcome.validated) for each in trials]
        note = "by validation: " + ", ".join(dict.fromkeys(each.entrant for each in picked))
        found.append(Row(f"{modality}, best level", BASELINE, modality, picked, note))
    return found


def by_modality(field: Field) -> dict[str, list[Entrant]]:
    """Return the entrants of each modality."""
    found: dict[str, list[Entrant]] = {}
    for each in entrants(field):
        found.setdefault(each.reads, []).append(each)
    return found
