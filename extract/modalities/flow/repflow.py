"""The representation-flow layer: variational optical flow as a network layer that can be trained.

It solves the total-variation model of flow with a fixed number of steps. Learnable, as an option,
are its weights theta, lambda and tau and the kernels of its derivatives; all start at the values of
the classical method. Unlike the published layer, pictures are normalised for each clip by itself:
what shares a batch with a clip does not change its flow.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

TINY = 1e-12


class RepresentationFlow(nn.Module):
    """Flow between the frames of a clip of features or pictures, ``B C T H W`` to ``B 2 T H W``.

    Channels are averaged first. Horizontal motion is channel 0, vertical motion channel 1, in
    pixels of a linear model: trust it below two. The last motion is repeated, so that T stays.
    """

    def __init__(self, iterations: int = 40, trainable: bool = False) -> None:
        super().__init__()
        self.iterations = iterations
        self.theta = nn.Parameter(torch.tensor(0.3), trainable)
        self.lambda_ = nn.Parameter(torch.tensor(0.15), trainable)
        self.tau = nn.Parameter(torch.tensor(0.25), trainable)
        # Taps along x; the derivatives along y use the same ones.
        self.central = nn.Parameter(torch.tensor([-0.5, 0.0, 0.5]), trainable)
        self.ahead = nn.Parameter(torch.tensor([-1.0, 1.0]), trainable)
        self.behind = nn.Parameter(torch.tensor([-1.0, 1.0]), trainable)

    def forward(self, clip: Tensor) -> Tensor:
        """Return ``B 2 T H W`` of ``B C T H W``; T is 2 or more."""
        grey = normalised(clip.mean(1))
        flow = self.between(grey[:, :-1], grey[:, 1:])
        return torch.cat([flow, flow[:, :, -1:]], 2)

    def between(self, first: Tensor, second: Tensor) -> Tensor:
        """Return the flow ``B 2 N H W`` from each picture of ``first`` to its one of ``second``.

        Both are ``B N H W`` with values from 0 to 255.
        """
        theta = self.theta.abs() + TINY
        reach, pace = self.lambda_ * theta, self.tau / theta
        rise = slopes(second, self.central)
        steep = (rise**2).sum(0) + TINY
        change = second - first + TINY
        flow = torch.zeros_like(rise)
        dual_x, dual_y = torch.zeros_like(flow), torch.zeros_like(flow)
        for _ in range(self.iterations):
            rest = change + (rise * flow).sum(0)
            data = flow + (-rest / steep).clamp(-reach, reach) * rise
            flow = data + theta * self.divergence(dual_x, dual_y)
            grad_x, grad_y = slopes(flow, self.ahead)
            shrink = 1 + pace * (grad_x**2 + grad_y**2 + TINY).sqrt()
            dual_x = (dual_x + pace * grad_x) / shrink
            dual_y = (dual_y + pace * grad_y) / shrink
        return flow.transpose(0, 1)

    def divergence(self, dual_x: Tensor, dual_y: Tensor) -> Tensor:
        """Return the divergence of a field ``... H W``; its last column and row count as 0."""
        along_x = combined(dual_x[..., :-1], self.behind, -1, 1, 1)
        return along_x + combined(dual_y[..., :-1, :], self.behind, -2, 1, 1)


def slopes(field: Tensor, taps: Tensor) -> Tensor:
    """Return the derivatives of ``... H W`` along x and y, ``2 ... H W``."""
    before, after = (len(taps) - 1) // 2, len(taps) // 2
    return torch.stack([combined(field, taps, dim, before, after) for dim in (-1, -2)])


def combined(field: Tensor, taps: Tensor, dim: int, before: int, after: int) -> Tensor:
    """Return each value of ``... H W`` with its neighbours along ``dim``, weighted by the taps.

    As many zeros are put before and after the field as is said.
    """
    wide = F.pad(field, (before, after) if dim == -1 else (0, 0, before, after))
    length = wide.shape[dim] - len(taps) + 1
    total = taps[0] * wide.narrow(dim, 0, length)
    for place in range(1, len(taps)):
        total = total + taps[place] * wide.narrow(dim, place, length)
    return total


def normalised(clip: Tensor) -> Tensor:
    """Return every clip of ``B T H W`` spread over 0..255; one without contrast becomes 0."""
    low, high = clip.amin((1, 2, 3), keepdim=True), clip.amax((1, 2, 3), keepdim=True)
    spread = high - low
    # Two selections: the gradient of a division by 0 would be NaN even where it is not selected.
    safe = torch.where(spread > 0, spread, torch.ones_like(spread))
    return 255 * (clip - low) / safe
