"""Several processes that train one network together, as ``torchrun`` starts them; or just one.

Each rank computes the gradients of its part of a batch, and all apply the mean: weights, and with
them every decision, stay the same on all ranks.
"""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, distributed, nn

from adf.errors import ConfigError


@dataclass(frozen=True)
class Team:
    """Who trains: rank ``rank`` of ``size``."""

    rank: int = 0
    size: int = 1

    def share(self, positions: NDArray[np.intp]) -> NDArray[np.intp]:
        """Return what this rank does of a batch; one that is too small, all of it."""
        return positions if len(positions) < 2 * self.size else positions[self.rank :: self.size]

    def average_gradients(self, weights: Iterable[Tensor]) -> None:
        """Replace each gradient by its mean over the ranks."""
        self.average([weight.grad for weight in weights if weight.grad is not None])

    def average_statistics(self, net: nn.Module) -> None:
        """Replace the running statistics of norms by their means over the ranks."""
        self.average([buffer for buffer in net.buffers() if buffer.is_floating_point()])

    def average(self, tensors: Sequence[Tensor]) -> None:
        """Replace tensors in place by their means over the ranks, in one exchange."""
        if self.size == 1 or not tensors:
            return
        flat = torch.cat([tensor.flatten() for tensor in tensors])
        distributed.all_reduce(flat)
        flat /= self.size
        start = 0
        for tensor in tensors:
            tensor.copy_(flat[start : start + tensor.numel()].view_as(tensor))
            start += tensor.numel()


ALONE = Team()


def folder_of_rank(out: Path | None, environ: Mapping[str, str] = os.environ) -> Path | None:
    """Return where this rank writes: the first where it was told to, the others below that."""
    rank = int(environ.get("RANK", "0"))
    if int(environ.get("WORLD_SIZE", "1")) == 1:
        return out
    if out is None:
        raise ConfigError("out: the processes of torchrun need one folder to share: give --out")
    return out / "ranks" / str(rank) if rank else out


def join_team(device: torch.device, environ: Mapping[str, str] = os.environ) -> Team:
    """Return the team that ``torchrun`` describes in the environment; alone without it."""
    size = int(environ.get("WORLD_SIZE", "1"))
    if size == 1:
        return ALONE
    if not distributed.is_initialized():
        distributed.init_process_group("nccl" if device.type == "cuda" else "gloo")
    return Team(int(environ["RANK"]), size)


def share_processor(workers: int) -> None:
    """Let torch take this process's part of the processor, one of so many beside each other.

    Never more than it takes already: OMP_NUM_THREADS keeps its word.
    """
    if workers > 1:
        part = max(1, (os.cpu_count() or 1) // workers)
        torch.set_num_threads(min(part, torch.get_num_threads()))
