"""What every command shares: exit codes, one-line errors, ``--json``, logging flags."""

import json
import os
import select
import sys
from collections.abc import Callable, Sequence
from typing import Any, NoReturn, TypeVar

import click

from adf.errors import AdfError, Exit, MissingDependency

F = TypeVar("F", bound=Callable[..., Any])


class _PipeClosed(Exception):
    """A broken pipe on its way past click, which would end with exit code 1 and no word."""


class _OurExits:
    """What commands and groups share; comes before click's class among the bases."""

    def main(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Run the command and exit."""
        run(super().main, *args, **kwargs)  # type: ignore[misc]

    def invoke(self, ctx: click.Context) -> Any:
        """Call the body of the command."""
        try:
            return super().invoke(ctx)  # type: ignore[misc]
        except BrokenPipeError as error:
            raise _PipeClosed from error


class Command(_OurExits, click.Command):
    """A command that ends with our exit codes and a one-line error."""


class Group(_OurExits, click.Group):
    """A group of such commands."""

    command_class = Command


def run(main: Callable[..., Any], *args: Any, **kwargs: Any) -> NoReturn:
    """Call click's ``main`` and turn what comes out of it into an exit code."""
    kwargs["standalone_mode"] = False
    argv = kwargs.get("args") or (args[0] if args else None) or sys.argv[1:]
    try:
        code = main(*args, **kwargs)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (KeyboardInterrupt, click.Abort):
        print("stopped by Ctrl-C", file=sys.stderr)  # noqa: T201
        sys.exit(Exit.CTRL_C)
    except AdfError as error:
        fail(error, argv)
    except ModuleNotFoundError as error:
        if not error.name or error.name.startswith("adf"):
            raise
        text = f"the Python module '{error.name}' is not installed: run 'adf doctor'"
        fail(MissingDependency(text), argv)
    except _PipeClosed as error:
        if not _reader_is_gone():
            raise error.__cause__ or error from None
        sys.exit(Exit.OK)
    sys.exit(code if isinstance(code, int) else Exit.OK)


def _reader_is_gone() -> bool:
    """Return whether nobody reads our output any more (``adf ... | head``): no error of ours."""
    output = sys.stdout.fileno()
    poll = select.poll()
    poll.register(output, 0)
    if not poll.poll(0):
        return False
    # What is still buffered has to go somewhere when Python ends.
    os.dup2(os.open(os.devnull, os.O_WRONLY), output)
    return True


def fail(error: AdfError, argv: Sequence[str]) -> NoReturn:
    """Print ``error`` in one line, as JSON too where ``--json`` was asked for, and exit."""
    if "--json" in argv:
        emit({"ok": False, "error": str(error), "exit_code": int(error.exit_code), **error.facts})
    print(f"error: {error}", file=sys.stderr)  # noqa: T201
    sys.exit(error.exit_code)


def emit(value: Any) -> None:
    """Print the one JSON object of a command."""
    click.echo(json.dumps(value, indent=2, default=str))


def json_option(function: F) -> F:
    """Add ``--json``: one JSON object on standard output, everything else on standard error."""
    return click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")(function)
