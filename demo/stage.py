"""One command of a longer way, run as a user would type it."""

import sys
from collections.abc import Sequence
from contextlib import redirect_stdout
from contextvars import copy_context
from shlex import join

import click

from adf.errors import AdfError, Exit


def run(words: Sequence[str], quiet: bool = False) -> None:
    """Show a command and run it in this process; where it fails, so does the whole way.

    ``quiet`` leaves standard output to whoever wants one JSON object there.
    """
    with redirect_stdout(sys.stderr if quiet else sys.stdout):
        click.echo(click.style(f"\n$ adf {join(words)}", bold=True))
        # The command has an answer of its own, which must not be taken for ours.
        code = copy_context().run(_code, list(words))
    if code:
        error = AdfError(f"the demo ends here: adf {words[0]} ended with {code}, as said above")
        error.exit_code = Exit(code)
        raise error


def _code(words: list[str]) -> int:
    from adf.main import cli

    try:
        cli.main(args=words, prog_name="adf")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else Exit.BUG
