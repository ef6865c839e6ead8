"""The operations of a step; each takes two states ``B C L`` to one of the same shape.

An operation is a function of channels, length and dropout; adding one takes its class and its name
in ``settings``.
"""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

# Of what attention finds: the same whatever the dropout of the network.
ATTENTION_DROPOUT = 0.1


class Sum(nn.Module):
    """Both, added up."""

    def __init__(self, channels: int, length: int, dropout: float) -> None:
        super().__init__()

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        """Return ``B C L``."""
        return x + y


class ScaleDotAttn(nn.Module):
    """Each place of the first asks all places of the second; nothing is projected."""

    def __init__(self, channels: int, length: int, dropout: float) -> None:
        super().__init__()
        self.dropout = nn.Dropout(ATTENTION_DROPOUT)
        self.norm = nn.LayerNorm([channels, length])

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        """Return ``B C L``."""
        shares = (x.transpose(1, 2) @ y / math.sqrt(x.shape[1])).softmax(dim=-1)
        found: Tensor = self.norm(self.dropout(y @ shares.transpose(1, 2)))
        return found


class Mixing(nn.Module):
    """Both, joined on channels and mixed place by place."""

    def __init__(self, channels: int, out: int, dropout: float) -> None:
        super().__init__()
        self.mix = nn.Conv1d(2 * channels, out, 1)
        self.norm = nn.BatchNorm1d(out)
        self.dropout = nn.Dropout(dropout)

    def mixed(self, x: Tensor, y: Tensor) -> Tensor:
        """Return ``B out L``."""
        found: Tensor = self.norm(self.mix(torch.cat([x, y], dim=1)))
        return found


class LinearGLU(Mixing):
    """One half of the mixed channels is a gate for the other."""

    def __init__(self, channels: int, length: int, dropout: float) -> None:
        super().__init__(channels, 2 * channels, dropout)

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        """Return ``B C L``."""
        found: Tensor = self.dropout(F.glu(self.mixed(x, y), dim=1))
        return found


class ConcatFC(Mixing):
    """What is above zero of the mixed channels."""

    def __init__(self, channels: int, length: int, dropout: float) -> None:
        super().__init__(channels, channels, dropout)

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        """Return ``B C L``."""
        found: Tensor = self.dropout(F.relu(self.mixed(x, y)))
        return found


class CatConvMish(Mixing):
    """The mixed channels behind a smooth threshold."""

    def __init__(self, channels: int, length: int, dropout: float) -> None:
        super().__init__(channels, channels, dropout)

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        """Return ``B C L``."""
        found: Tensor = self.dropout(F.mish(self.mixed(x, y)))
        return found


OPS = {op.__name__: op for op in (Sum, ScaleDotAttn, LinearGLU, ConcatFC, CatConvMish)}
