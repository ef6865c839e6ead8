"""Small networks that see or hear digits, after LeNet: a level for each of their layers.

As in the searches this follows, a level is the mean over all places of a layer's map, after the
norm and the rectifier and before maps shrink; the first one of sounds, of which the map is large,
after it.
"""

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from adf.demo.avmnist.arrays import DIGITS

LAYERS = {"image": 3, "audio": 5}
KERNEL = 5
# Pairs at a time: in training, and where nothing is learned.
BATCH, SEEN = 50, 500


class Encoder(nn.Module):
    """Layers of twice the channels and half the size each, and a linear classifier."""

    def __init__(self, kind: str, channels: int) -> None:
        super().__init__()
        widths = [1, *(channels * 2**layer for layer in range(LAYERS[kind]))]
        self.pooled_first = kind == "audio"
        self.layers = nn.ModuleList(
            nn.Sequential(
                nn.Conv2d(before, after, KERNEL, padding=KERNEL // 2, bias=False),
                nn.BatchNorm2d(after),
                nn.ReLU(),
            )
            for before, after in pairwise(widths)
        )
        self.top = nn.Linear(widths[-1], DIGITS)

    def levels(self, x: Tensor) -> list[Tensor]:
        """Return the levels ``B C`` of inputs ``B 1 H W``."""
        found = []
        for place, layer in enumerate(self.layers):
            x = layer(x)
            shrunk = F.max_pool2d(x, 2)
            found.append((shrunk if self.pooled_first and not place else x).mean((2, 3)))
            x = shrunk
        return found

    def forward(self, x: Tensor) -> Tensor:
        """Return logits ``B 10``."""
        logits: Tensor = self.top(self.levels(x)[-1])
        return logits


def trained(
    kind: str, values: Tensor, labels: Tensor, channels: int, epochs: int, seed: int
) -> Encoder:
    """Return an encoder that has learned from inputs ``N H W``, standardised by what they are."""
    torch.manual_seed(seed)
    encoder = Encoder(kind, channels)
    optimiser = torch.optim.AdamW(encoder.parameters(), 3e-3)
    batches = -(-len(labels) // BATCH)
    course = torch.optim.lr_scheduler.OneCycleLR(optimiser, 3e-3, epochs * batches)
    for _ in range(epochs):
        for chosen in torch.split(torch.randperm(len(labels)), BATCH):
            loss = F.cross_entropy(encoder(values[chosen, None]), labels[chosen])
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            course.step()
    return encoder.eval()


@torch.inference_mode()
def seen(encoder: Encoder, values: Tensor) -> tuple[list[Tensor], Tensor]:
    """Return the levels ``N C`` and the logits ``N 10`` of inputs ``N H W``."""
    parts = [encoder.levels(part[:, None]) for part in torch.split(values, SEEN)]
    levels = [torch.cat(level) for level in zip(*parts, strict=True)]
    return levels, encoder.top(levels[-1])


def standardised(values: Sequence[Tensor], like: Tensor) -> list[Tensor]:
    """Return inputs less the mean of some, by their deviation."""
    mean, deviation = like.mean(), like.std()
    return [(each - mean) / deviation for each in values]
