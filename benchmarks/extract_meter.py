"""What something costs: seconds on the wall and on the CPU, child processes included."""

import time
from collections.abc import Callable
from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage
from types import TracebackType
from typing import Self

from adf.extract.engine.engine import Engine, Features
from adf.extract.engine.slots import Clips, Key


def cpu_seconds() -> float:
    """Return user and system time of this process, and of those it has waited for."""
    used = (getrusage(who) for who in (RUSAGE_SELF, RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in used)


class Meter:
    """Adds up what is spent inside ``with meter:``."""

    def __init__(self, clock: Callable[[], float] = cpu_seconds) -> None:
        self.wall = self.cpu = 0.0
        self._clock = clock

    def __enter__(self) -> Self:
        self._began = time.perf_counter(), self._clock()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        self.wall += time.perf_counter() - self._began[0]
        self.cpu += self._clock() - self._began[1]


def own_thread() -> Meter:
    """Return a meter that counts the CPU time of the thread it is used in alone."""
    return Meter(time.thread_time)


class MeteredEngine(Engine):
    """Takes over a ready engine, to count what its forward passes cost."""

    def __init__(self, engine: Engine) -> None:
        vars(self).update(vars(engine))
        self.meter = own_thread()

    def submit(self, key: Key, clips: Clips) -> list[tuple[Key, Features]]:
        """Run a batch."""
        with self.meter:
            return super().submit(key, clips)
