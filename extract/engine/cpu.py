"""The two fast ways through a network on the CPU, and the choice between them."""

import logging
import math
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import perf_counter, process_time
from types import MappingProxyType
from typing import Any

import torch
from torch import Tensor

from adf.errors import MissingDependency
from adf.extract.engine.network import Network
from adf.extract.engine.slots import Clips, Done, Prepared

LOG = logging.getLogger("adf.extract")

Forward = Callable[[Tensor], tuple[Tensor, ...]]
Shape = tuple[int, int, int, int]
FAR_BEHIND = 1.2


class CpuSlot:
    """A batch of fixed size; what an incomplete one leaves free keeps older clips."""

    def __init__(self, forward: Forward, batch: int, shape: Shape) -> None:
        self.forward = forward
        self.clips = torch.zeros(batch, *shape, dtype=torch.uint8)
        self._given = self.clips.numpy()
        self._done = Done((), 0.0)

    def start(self, clips: Clips) -> None:
        """Copy the clips ``B T H W C`` and apply the network."""
        self._given[: len(clips)] = clips
        started = perf_counter()
        levels = self.apply()
        seconds = perf_counter() - started
        self._done = Done(tuple(level.numpy()[: len(clips)] for level in levels), seconds)

    def finish(self) -> Done:
        """Return the levels."""
        done, self._done = self._done, Done((), 0.0)
        return done

    def apply(self) -> tuple[Tensor, ...]:
        """Return the levels ``B C T h w`` of the whole batch."""
        with torch.inference_mode():
            return self.forward(self.clips)

    def seconds_a_clip(self) -> float:
        """Return the time of one forward pass, for each of its clips.

        Time of the processor: on a busy machine the clock on the wall measures the others.
        """
        started = process_time()
        self.apply()
        return (process_time() - started) / len(self.clips)


def frozen(network: Network, clips: Tensor) -> Forward:
    """Return the trace of ``network`` with its weights in the layout of each convolution."""
    with warnings.catch_warnings():
        # Their successors need a compiler; that shapes become constants is what is wanted.
        warnings.filterwarnings("ignore", r"`torch\.jit\.\w+` is deprecated", DeprecationWarning)
        warnings.filterwarnings("ignore", "Converting a tensor to a Python", Warning)
        jit: Any = torch.jit
        trace = jit.trace(network, clips, check_trace=False)
        forward: Forward = jit.optimize_for_inference(jit.freeze(trace))
    return forward


def folded(network: Network, clips: Tensor) -> Forward:
    """Return a copy of ``network`` without norms, in the layout of the clips."""
    return network.folded()


@dataclass(frozen=True)
class CpuWay:
    """How a network is made ready, and the batch at which it is fastest."""

    make: Callable[[Network, Tensor], Forward]
    batch: int

    def slot(self, network: Network, shape: Shape, batch: int) -> CpuSlot:
        """Return the network made ready; ``batch`` 0 is the fastest."""
        batch = batch or self.batch
        with torch.inference_mode():
            forward = self.make(network, torch.zeros(batch, *shape, dtype=torch.uint8))
        return CpuSlot(forward, batch, shape)


WAYS: Mapping[str, CpuWay] = MappingProxyType(
    {"frozen": CpuWay(frozen, 1), "folded": CpuWay(folded, 4)}
)


def prepared(network: Network, shape: Shape, way: str, batch: int) -> Prepared:
    """Make ``network`` ready for clips ``T H W C`` in the way named, or for ``auto`` the faster."""
    slots: dict[str, CpuSlot] = {}
    for name in WAYS if way == "auto" else (way,):
        try:
            slots[name] = WAYS[name].slot(network, shape, batch)
        except (AttributeError, RuntimeError) as error:
            if name != "frozen":
                raise
            if way == name:
                raise MissingDependency(
                    f"way 'frozen' does not work with torch {torch.__version__} and "
                    f"{network.backbone.name}: choose auto or folded ({error})"
                ) from error
            LOG.info("way 'frozen' does not work here: %s", error)
    name = fastest(slots) if len(slots) > 1 else next(iter(slots))
    return Prepared(name, len(slots[name].clips), [slots[name]])


def fastest(slots: Mapping[str, CpuSlot]) -> str:
    """Return the name of the slot that takes the least time for a clip.

    Each is tried twice, the second time for the time: the first compiles. One that is far behind
    the best already is not tried again, since a pass may take seconds.
    """
    best: dict[str, float] = {}
    for name, slot in slots.items():
        seconds = slot.seconds_a_clip()
        if seconds < FAR_BEHIND * min(best.values(), default=math.inf):
            seconds = slot.seconds_a_clip()
        best[name] = seconds
    LOG.info("seconds for a clip: %s", ", ".join(f"{n} {best[n]:.3f}" for n in best))
    return min(best, key=lambda name: best[name])
