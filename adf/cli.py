"""What every command shares: exit codes, one-line errors, ``--json``."""

import io
import logging
import os
import select
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, NoReturn, TextIO

import click
from click.exceptions import NoArgsIsHelpError

from adf.answer import Answer, asked_in_environment, emit, expected, json_option
from adf.endings import CtrlC, ending
from adf.errors import AdfError, Exit
from adf.sigterm import Terminated, raised_on_sigterm

__all__ = ["Command", "Group", "emit", "json_option", "run"]

LOGGER = logging.getLogger("adf.cli")


class _PastClick(Exception):
    """An error on its way past click, which takes it for Ctrl-C or ends without a word."""

    def __init__(self, error: Exception) -> None:
        super().__init__(error)
        self.error = error


@contextmanager
def _past_click() -> Iterator[None]:
    try:
        yield
    except (EOFError, BrokenPipeError) as error:
        raise _PastClick(error) from error


class _OurExits:
    """What commands and groups share; comes before click's class among the bases."""

    def main(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Run the command and exit."""
        run(super().main, *args, **kwargs)  # type: ignore[misc]

    def make_context(self, *args: Any, **kwargs: Any) -> click.Context:
        """Parse the words of the command; ``--help`` is printed here."""
        with _past_click():
            ctx: click.Context = super().make_context(*args, **kwargs)  # type: ignore[misc]
            return ctx

    def invoke(self, ctx: click.Context) -> Any:
        """Call the body of the command."""
        with _past_click():
            return super().invoke(ctx)  # type: ignore[misc]


class Command(_OurExits, click.Command):
    """A command that ends with our exit codes and a one-line error."""


class Group(_OurExits, click.Group):
    """A group of such commands."""

    command_class = Command


def run(main: Callable[..., Any], *args: Any, **kwargs: Any) -> NoReturn:
    """Call click's ``main`` and turn what comes out of it into an exit code."""
    kwargs["standalone_mode"] = False
    argv = args[0] if args else kwargs.get("args")
    answer, code = expected(), None
    try:
        with raised_on_sigterm():
            code = main(*args, **kwargs)
            if sys.stdout:
                sys.stdout.flush()
    except _PastClick as error:
        caught: BaseException = error.error
    except (Exception, KeyboardInterrupt, Terminated) as error:
        caught = error
    else:
        sys.exit(code if isinstance(code, int) else Exit.OK)
    if isinstance(caught, BrokenPipeError) and _reader_is_gone():
        sys.exit(Exit.OK)
    _fail(caught, answer, sys.argv[1:] if argv is None else argv)


def _reader_is_gone() -> bool:
    """Return whether nobody reads our output any more (``adf ... | head``): no error of ours."""
    try:
        output = sys.stdout.fileno()
    except (AttributeError, io.UnsupportedOperation):
        return False
    poll = select.poll()
    poll.register(output, 0)
    if not poll.poll(0):
        return False
    _forget(sys.stdout)
    return True


def _fail(caught: BaseException, answer: Answer, argv: Sequence[str]) -> NoReturn:
    """Say in one line what went wrong, as JSON too where that was asked for, and exit."""
    if isinstance(caught, NoArgsIsHelpError):
        caught.show()
        sys.exit(Exit.USAGE)
    error = ending(caught)
    asked = answer.asked
    if asked is None:
        asked = "--json" in argv or asked_in_environment(getattr(caught, "ctx", None))
    if asked and not answer.given:
        said = error or AdfError(f"{type(caught).__name__}: {caught}")
        facts = {"ok": False, "error": str(said), "exit_code": int(said.exit_code), **said.facts}
        with suppress(OSError):
            emit(facts)
    if error is None:
        raise caught
    if error is not caught and isinstance(caught, OSError | MemoryError | RecursionError):
        LOGGER.debug("what lies behind it:", exc_info=caught)
    with suppress(OSError):
        print(error if isinstance(error, CtrlC) else f"error: {error}", file=sys.stderr)  # noqa: T201
    for stream in (sys.stdout, sys.stderr):
        _forget(stream)
    sys.exit(error.exit_code)


def _forget(stream: TextIO | None) -> None:
    """Send what a stream could not write nowhere: Python would complain of it at its end."""
    try:
        if stream:
            stream.flush()
    except OSError:
        assert stream
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
