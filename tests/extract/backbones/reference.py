"""A second forward pass, written from the description alone: slow, in float64, no modules.

Stem: 7x7x7, stride 1 in time and 2 in space, norm, ReLU; then 3x3x3 maximum, stride 2. Four
layers of residual blocks; the first block of the second to fourth halves time and space. Two
3x3x3 convolutions in a block, or 1x1x1, 3x3x3, 1x1x1; the stride is in the first 3x3x3 one.
Where a shortcut has weights, it is a strided 1x1x1 convolution with a norm. In a (2+1)D network a
cubic convolution is one over space, norm, ReLU, one over time.
"""

from collections.abc import Mapping

import torch
from torch import Tensor
from torch.nn.functional import conv3d

DEPTHS = {"18": (2, 2, 2, 2), "50": (3, 4, 6, 3), "101": (3, 4, 23, 3)}


class Reference:
    """The levels of the network called ``name`` with the weights ``state``."""

    def __init__(self, name: str, state: Mapping[str, Tensor]) -> None:
        self.depths = next(v for k, v in DEPTHS.items() if name.endswith(k))
        self.simple = name.endswith("18")
        self.groups = 32 if name.startswith("resnext") else 1
        self.state = {key: value.double() for key, value in state.items()}

    def levels(self, clip: Tensor) -> dict[str, Tensor]:
        x = self.cubic(clip.double(), "", "1", (1, 2, 2)).clamp(min=0)
        found = {"stem": x}
        x = maximum_of_neighbours(x)
        for layer in (1, 2, 3, 4):
            for index in range(self.depths[layer - 1]):
                halve = layer > 1 and index == 0
                x = self.block(x, f"layer{layer}.{index}.", 2 if halve else 1)
            found[f"layer{layer}"] = x
        return found

    def block(self, x: Tensor, where: str, stride: int) -> Tensor:
        steps, still = (stride, stride, stride), (1, 1, 1)
        if self.simple:
            y = self.cubic(x, where, "1", steps).clamp(min=0)
            y = self.cubic(y, where, "2", still)
        else:
            y = self.normed(x, f"{where}conv1", f"{where}bn1", still).clamp(min=0)
            y = self.cubic(y, where, "2", steps, self.groups).clamp(min=0)
            y = self.normed(y, f"{where}conv3", f"{where}bn3", still)
        if f"{where}downsample.0.weight" in self.state:
            x = self.normed(x, f"{where}downsample.0", f"{where}downsample.1", steps)
        return (y + x).clamp(min=0)

    def cubic(
        self, x: Tensor, where: str, number: str, stride: tuple[int, int, int], groups: int = 1
    ) -> Tensor:
        conv, norm = f"{where}conv{number}", f"{where}bn{number}"
        if f"{conv}.weight" in self.state:
            return self.normed(x, conv, norm, stride, groups)
        time, height, width = stride
        x = self.normed(x, f"{conv}_s", f"{norm}_s", (1, height, width)).clamp(min=0)
        return self.normed(x, f"{conv}_t", f"{norm}_t", (time, 1, 1))

    def normed(
        self, x: Tensor, conv: str, norm: str, stride: tuple[int, int, int], groups: int = 1
    ) -> Tensor:
        kernel = self.state[f"{conv}.weight"]
        padding = [side // 2 for side in kernel.shape[2:]]
        y = conv3d(x, kernel, None, stride, padding, groups=groups)
        mean, var, weight, bias = (
            self.state[f"{norm}.{part}"].view(1, -1, 1, 1, 1)
            for part in ("running_mean", "running_var", "weight", "bias")
        )
        return (y - mean) / torch.sqrt(var + 1e-5) * weight + bias


def maximum_of_neighbours(x: Tensor) -> Tensor:
    """Return at every second place the largest of the 27 values around it; ``B C T H W``."""
    frames, height, width = x.shape[2:]
    padded = torch.full((*x.shape[:2], frames + 2, height + 2, width + 2), -torch.inf).double()
    padded[:, :, 1:-1, 1:-1, 1:-1] = x
    moved = [
        padded[:, :, t : t + frames : 2, h : h + height : 2, w : w + width : 2]
        for t in range(3)
        for h in range(3)
        for w in range(3)
    ]
    return torch.stack(moved).amax(0)
