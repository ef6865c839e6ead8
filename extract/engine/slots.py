"""Keeping a device busy: while it works on one batch, the next is fetched and the last is used."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

Key = TypeVar("Key")
Clips = NDArray[np.uint8]


@dataclass(frozen=True)
class Done:
    """The levels ``B C T h w`` of a batch, and the seconds of the forward pass."""

    levels: tuple[NDArray[Any], ...]
    seconds: float


class Slot(Protocol):
    """Room for one batch on its way through the device."""

    def start(self, clips: Clips) -> None:
        """Copy the clips ``B T H W C``, and begin; they are not needed any more afterwards."""

    def finish(self) -> Done:
        """Wait for the batch; its arrays are valid until the next start."""


@dataclass(frozen=True)
class Prepared:
    """A network made ready: how it is run, the clips of a full batch, and the slots for them."""

    way: str
    batch: int
    slots: Sequence[Slot]


class Relay(Generic[Key]):
    """Hands batches to the slots in turn; one less than there are slots stay under way."""

    def __init__(self, slots: Sequence[Slot]) -> None:
        self._free = deque(slots)
        self._busy: deque[tuple[Key, Slot]] = deque()

    def submit(self, key: Key, clips: Clips) -> list[tuple[Key, Done]]:
        """Start a batch, and return the oldest one if all slots are taken now."""
        self._free[0].start(clips)
        self._busy.append((key, self._free.popleft()))
        return [] if self._free else [self._oldest()]

    def finish(self) -> list[tuple[Key, Done]]:
        """Return all that is under way."""
        return [self._oldest() for _ in range(len(self._busy))]

    def _oldest(self) -> tuple[Key, Done]:
        key, slot = self._busy.popleft()
        self._free.append(slot)
        return key, slot.finish()
