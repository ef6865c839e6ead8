"""Every error a user can meet: one line that says what is wrong and what to do about it.

Each class also inherits the matching builtin, so that callers who know only Python's own errors
still catch it, and carries the exit code of the command that ends with it.
"""

from collections.abc import Mapping
from enum import IntEnum
from typing import Any, Self


class Exit(IntEnum):
    """What the exit code of every command means."""

    OK = 0
    BUG = 1
    USAGE = 2
    MISSING = 3
    INPUT = 4
    FAILED_ITEMS = 5
    INTERRUPTED = 75
    CTRL_C = 130


class AdfError(Exception):
    """Base of all errors raised on purpose; its text is complete without a traceback."""

    exit_code = Exit.BUG
    facts: Mapping[str, Any] = {}

    def telling(self, **facts: Any) -> Self:
        """Add what ``--json`` is to print beside the text: what was found before it failed."""
        self.facts = facts
        return self


class ConfigError(AdfError, ValueError):
    """A setting is unknown, of the wrong type or out of range."""

    exit_code = Exit.USAGE


class UnknownName(AdfError, KeyError):
    """A registry was asked for a name it does not have."""

    exit_code = Exit.USAGE

    def __str__(self) -> str:
        """Return the text itself: a ``KeyError`` would show it in quotation marks."""
        return str(self.args[0])


class MissingDependency(AdfError, ImportError):
    """An optional package, a program or a weights file is not there."""

    exit_code = Exit.MISSING


class InputNotFound(AdfError, FileNotFoundError):
    """A file or folder the user named does not exist."""

    exit_code = Exit.INPUT


class InvalidInput(AdfError, ValueError):
    """The input exists and is not what it should be."""

    exit_code = Exit.INPUT


class CacheMismatch(InvalidInput):
    """A cache was made with other settings than those asked for."""


class RunMismatch(InvalidInput):
    """A run folder was made with other settings than those asked for."""


class CorruptCache(AdfError, OSError):
    """Bytes of a cache are not the bytes that were written."""

    exit_code = Exit.INPUT


class NotWritable(AdfError, PermissionError):
    """The place for an output cannot be written to."""

    exit_code = Exit.INPUT


class FailedItems(AdfError, RuntimeError):
    """The work is finished, and some items of it failed."""

    exit_code = Exit.FAILED_ITEMS


class Interrupted(AdfError, OSError):
    """Work stopped half-way with nothing lost: the same command takes it up again."""

    exit_code = Exit.INTERRUPTED


class DiskFull(Interrupted):
    """No room is left on the device; what was committed stays valid."""
