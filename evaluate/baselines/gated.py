"""Gated multimodal units: all modalities together say how much each of them counts."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from adf.evaluate.baselines.vectors import Vectors
from adf.evaluate.entrants import BASELINE, Entrant
from adf.evaluate.field import Field
from adf.evaluate.outcome import Row
from adf.search.genotypes.genotype import Input
from adf.search.nets.stem import Features


def entrants(field: Field) -> list[Entrant]:
    """Return the one network: as large as the found one, if that leaves a unit for each class."""
    wide, modalities = field.inputs(), len(field.modalities)
    # Of one hidden unit: its part of each modality, its gates, which see all, and its outputs.
    each = wide + modalities + modalities * (wide + 1) + field.classes
    hidden = max(field.classes, round((field.size - field.classes) / each))
    return [Entrant("gated fusion", BASELINE, field.apart, tuple(field.levels), "gated", hidden)]


def network(entrant: Entrant, channels: Sequence[int], classes: int, dropout: float) -> nn.Module:
    """Return the units and a linear layer."""
    return Gated(entrant.levels, channels, entrant.hidden, classes, dropout)


def rows(field: Field) -> list[Row]:
    """Return the one row."""
    return [field.row(each, f"{each.hidden} wide") for each in entrants(field)]


class Gated(nn.Module):
    """The sum of what the modalities say, each entry times a gate between 0 and 1."""

    def __init__(
        self,
        levels: Sequence[Input],
        channels: Sequence[int],
        hidden: int,
        classes: int,
        dropout: float,
    ) -> None:
        super().__init__()
        self.vectors = Vectors(levels, channels)
        names = [level.modality for level in levels]
        self.groups = [
            [at for at, each in enumerate(names) if each == name] for name in dict.fromkeys(names)
        ]
        wide = [sum(channels[at] for at in group) for group in self.groups]
        self.says = nn.ModuleList(nn.Linear(width, hidden) for width in wide)
        self.gates = nn.ModuleList(nn.Linear(sum(channels), hidden) for _ in wide)
        self.top = nn.Sequential(nn.Dropout(dropout), nn.Linear(hidden, classes))

    def forward(self, features: Features) -> Tensor:
        """Return logits ``B K``."""
        vectors = self.vectors(features)
        together = torch.cat(vectors, dim=1)
        parts = [torch.cat([vectors[at] for at in group], dim=1) for group in self.groups]
        spoken = [
            gate(together).sigmoid() * say(part).tanh()
            for part, say, gate in zip(parts, self.says, self.gates, strict=True)
        ]
        logits: Tensor = self.top(torch.stack(spoken).sum(dim=0))
        return logits
