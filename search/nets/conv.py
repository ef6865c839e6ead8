"""Convolution over ``B C T H W`` that does no work on padding alone, and that takes the road of two
dimensions where that is the same.

On an axis of one place, all but the middle of a kernel only ever meets the padding. A kernel of one
row in time convolves pictures; one of a single place convolves over time. Libraries have far better
code for these (benchmarks/search_step.py); with channels last, the reshapes move nothing.
"""

from torch import Tensor, nn
from torch.nn import functional as F


class Conv(nn.Conv3d):
    """A convolution with the weights of ``Conv3d``; it keeps ``T H W``."""

    def forward(self, x: Tensor) -> Tensor:
        """Return ``B C T H W``."""
        weight, padding = self.weight, [int(size) for size in self.padding]
        for axis, size in enumerate(x.shape[2:]):
            if size == 1:
                weight = weight.narrow(2 + axis, self.kernel_size[axis] // 2, 1)
                padding[axis] = 0
        if weight.shape[2] == 1:
            return self._pictures(x, weight, padding)
        if weight.shape[3:] == (1, 1):
            return self._time(x, weight, padding)
        return F.conv3d(x, weight, self.bias, 1, padding, self.dilation, self.groups)

    def _pictures(self, x: Tensor, weight: Tensor, padding: list[int]) -> Tensor:
        batch, frames = x.shape[0], x.shape[2]
        y = F.conv2d(
            x.transpose(1, 2).flatten(0, 1),
            weight.squeeze(2),
            self.bias,
            padding=padding[1:],
            dilation=self.dilation[1:],
            groups=self.groups,
        )
        return y.reshape(batch, frames, *y.shape[1:]).transpose(1, 2)

    def _time(self, x: Tensor, weight: Tensor, padding: list[int]) -> Tensor:
        y = F.conv2d(
            x.flatten(3),
            weight.flatten(3),
            self.bias,
            padding=(padding[0], 0),
            dilation=(self.dilation[0], 1),
            groups=self.groups,
        )
        return y.reshape(*y.shape[:3], *x.shape[3:])
