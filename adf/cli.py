"""What every command shares: exit codes, one-line errors, ``--json``, logging flags."""

import json
import os
import sys
from collections.abc import Callable, Sequence
from typing import Any, NoReturn, TypeVar

import click

from adf.errors import AdfError, Exit

F = TypeVar("F", bound=Callable[..., Any])


class Command(click.Command):
    """A command that ends with our exit codes and a one-line error."""

    def main(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Run the command and exit."""
        run(super().main, *args, **kwargs)


class Group(click.Group):
    """A group of such commands."""

    command_class = Command

    def main(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Run the chosen sub-command and exit."""
        run(super().main, *args, **kwargs)


def run(main: Callable[..., Any], *args: Any, **kwargs: Any) -> NoReturn:
    """Call click's ``main`` and turn what comes out of it into an exit code."""
    kwargs["standalone_mode"] = False
    try:
        code = main(*args, **kwargs)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (KeyboardInterrupt, click.Abort):
        print("stopped by Ctrl-C", file=sys.stderr)  # noqa: T201
        sys.exit(Exit.CTRL_C)
    except AdfError as error:
        fail(error, kwargs.get("args") or (args[0] if args else None) or sys.argv[1:])
    except BrokenPipeError:
        # The reader of our output went away (`adf ... | head`): not an error of ours.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(Exit.OK)
    sys.exit(code if isinstance(code, int) else Exit.OK)


def fail(error: AdfError, argv: Sequence[str]) -> NoReturn:
    """Print ``error`` in one line, as JSON too where ``--json`` was asked for, and exit."""
    if "--json" in argv:
        emit({"ok": False, "error": str(error), "exit_code": int(error.exit_code)})
    print(f"error: {error}", file=sys.stderr)  # noqa: T201
    sys.exit(error.exit_code)


def emit(value: Any) -> None:
    """Print the one JSON object of a command."""
    click.echo(json.dumps(value, indent=2, default=str))


def json_option(function: F) -> F:
    """Add ``--json``: one JSON object on standard output, everything else on standard error."""
    return click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")(function)
