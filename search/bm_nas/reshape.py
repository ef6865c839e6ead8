"""From a level of any size to a state: ``C`` channels at ``L`` places in time."""

from torch import Tensor, nn
from torch.nn import functional as F


class Reshape(nn.Module):
    """The largest value of each stretch of time, mixed to the width of a state."""

    def __init__(self, width: int, channels: int, length: int, dropout: float) -> None:
        super().__init__()
        self.length = length
        self.mix = nn.Conv1d(width, channels, 1)
        self.norm = nn.BatchNorm1d(channels)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor) -> Tensor:
        """Return ``B C L`` of ``B C T H W``."""
        found: Tensor = self.dropout(F.relu(self.norm(self.mix(pooled(x, self.length)))))
        return found


def pooled(x: Tensor, length: int) -> Tensor:
    """Return ``B C L`` of ``B C T H W``: the largest value over all places and stretches of time.

    What is shorter than ``L`` is stretched: a moment then counts for several places.
    """
    return F.adaptive_max_pool1d(x.flatten(3).amax(dim=3), length)
