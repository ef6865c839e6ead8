"""Motion by torchvision's small RAFT, all pairs of a clip at once, on any device."""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from adf.extract.modalities.flow.motion import Motion
from adf.extract.modalities.networks import built, filled
from adf.extract.video.geometry import Pixels
from adf.extract.weights import random_seed

NAME = "raft_small"
# Pyramids of features at an eighth of the size: whole multiples of 8, at least 16 features a side.
MULTIPLE, LEAST = 8, 128


class Raft:
    """The network with its weights; calling it compares pictures."""

    def __init__(self, source: str, device: str, iterations: int = 12) -> None:
        self.iterations = iterations
        self.device = device
        network, self.weights = load(source)
        self.network = network.to(device)

    def __call__(self, first: Pixels, second: Pixels) -> Motion:
        """Return the motion ``N H W 2`` between pictures ``N H W 3``."""
        with torch.inference_mode():
            before, after = (prepared(pixels, self.device) for pixels in (first, second))
            found: Tensor = self.network(before, after, num_flow_updates=self.iterations)[-1]
            left, _, top, _ = margins(*first.shape[1:3])
            height, width = first.shape[1:3]
            seen = found[:, :, top : top + height, left : left + width]
            motion: Motion = seen.permute(0, 2, 3, 1).float().cpu().numpy()
        return motion

    def as_json(self) -> Mapping[str, Any]:
        """Return the parameters, and the digest of the weights."""
        return {"network": NAME, "iterations": self.iterations, "weights": self.weights}


def prepared(pixels: Pixels, device: str) -> Tensor:
    """Return pictures ``N H W 3`` as the network takes them, padded by their edges: ``N 3 H W``."""
    pictures = torch.from_numpy(pixels).to(device).permute(0, 3, 1, 2).float() / 127.5 - 1
    return F.pad(pictures, margins(*pixels.shape[1:3]), mode="replicate")


def margins(height: int, width: int) -> tuple[int, int, int, int]:
    """Return the padding left, right, top and bottom; scaling up would scale the motion too."""
    lacking = [max(LEAST, -(-side // MULTIPLE) * MULTIPLE) - side for side in (width, height)]
    (left, right), (top, bottom) = ((lack // 2, lack - lack // 2) for lack in lacking)
    return left, right, top, bottom


def load(source: str) -> tuple[nn.Module, str]:
    """Return the network with the weights of ``source``, and what names their values."""
    seed = random_seed(source)
    network = built(NAME, seed or 0)
    if seed is not None:
        return network, f"random:{seed}"
    return network, filled(network, source, NAME, "flow.weights")
