"""Several processes that train one network together, as ``torchrun`` starts them; or just one.

Each rank computes the gradients of its part of a batch, and all apply the mean: weights, and with
them every decision, stay the same on all ranks.
"""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, distributed, nn

from adf.children import SIBLINGS
from adf.endings import folded
from adf.errors import ConfigError, Interrupted

T = TypeVar("T")
CPU = torch.device("cpu")


@dataclass(frozen=True)
class Team:
    """Who trains: rank ``rank`` of ``size``."""

    rank: int = 0
    size: int = 1

    def share(self, positions: NDArray[np.intp]) -> NDArray[np.intp]:
        """Return what this rank does of a batch; one that is too small, all of it."""
        return positions if len(positions) < 2 * self.size else positions[self.rank :: self.size]

    def first(self, tensor: Tensor) -> Tensor:
        """Return what the first rank has, in the place of what this one has."""
        if self.size > 1:
            with exchange():
                distributed.broadcast(tensor, 0)
        return tensor

    def told(self, value: T) -> T:
        """Return the value that the first rank has."""
        if self.size == 1:
            return value
        box = [value]
        with exchange():
            distributed.broadcast_object_list(box, 0, device=CPU)
        return box[0]

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
        with exchange():
            distributed.all_reduce(flat)
        flat /= self.size
        start = 0
        for tensor in tensors:
            tensor.copy_(flat[start : start + tensor.numel()].view_as(tensor))
            start += tensor.numel()


ALONE = Team()


@contextmanager
def exchange() -> Iterator[None]:
    """Say of an exchange between ranks that fails that another rank is gone, not what it met."""
    try:
        yield
    except RuntimeError as error:
        raise Interrupted(
            "another process of this search has ended: see what it says, mend that, and give the"
            f" same command again ({folded(error)})"
        ) from error


def folder_of_rank(out: Path | None, environ: Mapping[str, str] = os.environ) -> Path | None:
    """Return where this rank writes: the first where it was told to, the others below that."""
    rank = rank_of(environ)
    if size_of(environ) == 1:
        return out
    if out is None:
        raise ConfigError("out: the processes of torchrun need one folder to share: give --out")
    return out / "ranks" / str(rank) if rank else out


def size_of(environ: Mapping[str, str] = os.environ) -> int:
    """Return how many ranks there are."""
    return int(environ.get("WORLD_SIZE", "1"))


def rank_of(environ: Mapping[str, str] = os.environ) -> int:
    """Return which of them this process is; alone, it is the first."""
    return int(environ.get("RANK", "0")) if size_of(environ) > 1 else 0


def join_team(environ: Mapping[str, str] = os.environ) -> Team:
    """Return the team that ``torchrun`` describes in the environment; alone without it."""
    if size_of(environ) == 1:
        return ALONE
    if not distributed.is_initialized():
        # Both, as the device is not known yet: who is refused one has joined, and is missed.
        both = "cpu:gloo,cuda:nccl"
        distributed.init_process_group(both if torch.cuda.is_available() else "gloo")
    return Team(rank_of(environ), size_of(environ))


def leave_team() -> None:
    """Close what was opened to talk to the other ranks."""
    if distributed.is_initialized():
        distributed.destroy_process_group()


def sharers(device: torch.device, environ: Mapping[str, str] = os.environ) -> int:
    """Return how many processes share the memory of a device, this one included."""
    workers = int(environ.get(SIBLINGS, "1"))
    # On GPUs each rank has a device of its own.
    return workers * (1 if device.type == "cuda" else int(environ.get("LOCAL_WORLD_SIZE", "1")))


def share_processor(workers: int) -> None:
    """Take this process's part of the processor and of the memory, one of so many workers.

    Never more threads than torch takes already: OMP_NUM_THREADS keeps its word.
    """
    if workers > 1:
        os.environ[SIBLINGS] = str(workers)
        part = max(1, (os.cpu_count() or 1) // workers)
        torch.set_num_threads(min(part, torch.get_num_threads()))
