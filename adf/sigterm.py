"""SIGTERM, which schedulers send before they kill, raised as an exception while a command runs."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

# ``timeout`` and schedulers send it twice, and the second must not cut short the cleaning up.
SECONDS_TO_CLEAN_UP = 5.0


class Terminated(BaseException):
    """SIGTERM came. No ``Exception``: a guard against one broken video must not swallow it."""


class _Handler:
    def __init__(self) -> None:
        # None stands for a handler that was not installed by Python, which cannot put it back.
        self.before = signal.getsignal(signal.SIGTERM) or signal.SIG_DFL
        self._last = -SECONDS_TO_CLEAN_UP

    def __call__(self, number: int, frame: Any) -> None:
        now = time.monotonic()
        if now - self._last >= SECONDS_TO_CLEAN_UP:
            self._last = now
            raise Terminated

    def put_back(self) -> None:
        signal.signal(signal.SIGTERM, self.before)


def _give_back() -> None:
    handler = signal.getsignal(signal.SIGTERM)
    if isinstance(handler, _Handler):
        handler.put_back()


# A forked worker dies of SIGTERM as ever: Pool.terminate counts on it. An exec resets it by itself.
os.register_at_fork(after_in_child=_give_back)


@contextmanager
def raised_on_sigterm() -> Iterator[None]:
    """Raise :class:`Terminated` in the main thread when SIGTERM comes while the body runs."""
    handler = _Handler()
    elsewhere = threading.current_thread() is not threading.main_thread()
    if elsewhere or handler.before is signal.SIG_IGN or isinstance(handler.before, _Handler):
        yield
        return
    signal.signal(signal.SIGTERM, handler)
    try:
        yield
    finally:
        _give_back()
