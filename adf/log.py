"""Logging for commands: to standard error, and to the ``log.txt`` of a run folder."""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

STDERR = "adf standard error"
LOGGER = logging.getLogger("adf")


class _StandardError(logging.StreamHandler[TextIO]):
    """A handler that asks for ``sys.stderr`` each time: a progress bar may have replaced it."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)
        self.name = STDERR

    @property
    def stream(self) -> TextIO:  # type: ignore[override]
        return sys.stderr


def set_up(verbosity: int = 0) -> None:
    """Send our messages to standard error: 0 shows progress, 1 details, -1 warnings, -2 errors."""
    handler = next((each for each in LOGGER.handlers if each.name == STDERR), None)
    if handler is None:
        handler = _StandardError()
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s", "%H:%M:%S"))
        LOGGER.addHandler(handler)
    levels = (logging.ERROR, logging.WARNING, logging.INFO, logging.DEBUG)
    handler.setLevel(levels[min(max(verbosity, -2), 1) + 2])
    # Each handler has a level of its own: a run's log.txt keeps the details that -q hides.
    LOGGER.setLevel(logging.DEBUG)


@contextmanager
def to_file(path: Path) -> Iterator[None]:
    """Append our messages, with all details, to ``path`` as well."""
    handler = logging.FileHandler(path, encoding="utf-8")
    form = "%(asctime)s %(levelname)s %(name)s %(process)d %(message)s"
    handler.setFormatter(logging.Formatter(form))
    level = LOGGER.level
    LOGGER.setLevel(logging.DEBUG)
    LOGGER.addHandler(handler)
    try:
        yield
    finally:
        LOGGER.removeHandler(handler)
        LOGGER.setLevel(level)
        handler.close()
