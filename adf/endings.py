"""What is said of an exception that nothing has caught: one line, unless it is a bug of ours."""

import errno
import os
import re
import sys
from traceback import walk_tb

import click

from adf.errors import (
    AdfError,
    ConfigError,
    DiskFull,
    Exit,
    Interrupted,
    InvalidInput,
    MissingDependency,
)
from adf.files import AGAIN, WHAT_TO_DO
from adf.sigterm import Terminated

SHORT_WRITE = re.compile(r"\d+ requested and \d+ written")
MAYBE_FULL = f"the disk may be full: free some space, {AGAIN}"
# HDF5 tells the number in its text alone.
NUMBER_IN_TEXT = re.compile(r"\berrno = (\d+)")


class CtrlC(AdfError):
    """The user stopped it."""

    exit_code = Exit.CTRL_C


def ending(error: BaseException) -> AdfError | None:
    """Return what to say of ``error``, with its exit code; None for a bug: it needs a traceback."""
    match error:
        case AdfError():
            return error
        case Terminated():
            return Interrupted("stopped by SIGTERM: run the same command again")
        case KeyboardInterrupt() | click.Abort():
            return CtrlC("stopped by Ctrl-C")
        case click.ClickException():
            return _of_click(error)
        case ModuleNotFoundError() if error.name and not error.name.startswith("adf"):
            text = f"the Python module '{error.name}' is not installed: run 'adf doctor'"
            return MissingDependency(text)
        case OSError():
            return _of_system(error)
        case RuntimeError() if _no_room(error):
            text = (
                f"out of memory{_told(error)}: take smaller batches or fewer levels, or free some"
            )
            return Interrupted(f"{text}, {AGAIN}")
        case MemoryError():
            return Interrupted(f"out of memory{_told(error)}: free some, {AGAIN}")
        case RecursionError():
            return InvalidInput(f"the input is nested too deeply{_told(error)}")
    return None


def _no_room(error: RuntimeError) -> bool:
    """Return whether torch found no memory, if it is torch that we have to do with."""
    of_gpu = getattr(sys.modules.get("torch"), "OutOfMemoryError", ())
    return isinstance(error, of_gpu) or "DefaultCPUAllocator: " in str(error)


def folded(text: object) -> str:
    """Return ``text`` on one line."""
    return " ".join(str(text).split())


def _of_click(error: click.ClickException) -> AdfError:
    text = folded(error.format_message())
    if not isinstance(error, click.UsageError):
        return InvalidInput(text)
    if error.ctx and error.ctx.help_option_names:
        stop = "" if text.endswith((".", "?", "!")) else "."
        command = f"{error.ctx.command_path} {error.ctx.help_option_names[0]}"
        text = f"{text}{stop} Try '{command}'."
    return ConfigError(text)


def _of_system(error: OSError) -> AdfError:
    number = error.errno
    if number is None and (found := NUMBER_IN_TEXT.search(str(error))):
        number = int(found[1])
    # A file may have been named by a descriptor.
    named = isinstance(error.filename, str | bytes) and error.filename
    where = f"{os.fsdecode(named)}: " if named else ""
    if SHORT_WRITE.search(str(error)):
        return DiskFull(f"{where}not all could be written ({folded(error)}): {MAYBE_FULL}")
    if number in WHAT_TO_DO:
        kind, advice = WHAT_TO_DO[number]
        return kind(f"{where}{advice}")
    if named:
        return InvalidInput(f"{where}{error.strerror or os.strerror(number or errno.EIO)}")
    return InvalidInput(f"{error.strerror or type(error).__name__}{_told(error)}")


def _told(error: BaseException) -> str:
    """Return in brackets the text of ``error`` and the place it comes from: no file is known."""
    frames = list(walk_tb(error.__traceback__))
    place = ""
    if frames:
        frame, line = frames[-1]
        place = f"{os.path.basename(frame.f_code.co_filename)}:{line}"
    # The text of a system error is its number and its meaning, which is said already.
    text = "" if isinstance(error, OSError) and error.strerror else folded(error)
    inside = ", ".join(filter(None, (text, place)))
    return f" ({inside})" if inside else ""
