"""The one JSON object that a command prints for ``--json``, also where it fails."""

import json
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])
NAME = "json"
# As click reads a flag.
YES = {"1", "true", "t", "yes", "y", "on"}


@dataclass
class Answer:
    """Whether the running command was asked for JSON, as far as it was parsed; whether it gave."""

    asked: bool | None = None
    given: bool = False


_answer: ContextVar[Answer | None] = ContextVar("answer", default=None)


def expected() -> Answer:
    """Start the answer of a new command."""
    answer = Answer()
    _answer.set(answer)
    return answer


def as_json() -> bool:
    """Return whether the running command was asked for JSON."""
    answer = _answer.get()
    return bool(answer and answer.asked)


def emit(value: Any) -> None:
    """Print the one JSON object of a command."""
    click.echo(json.dumps(value, indent=2, default=str))
    if answer := _answer.get():
        answer.given = True


def json_option(function: F) -> F:
    """Add ``--json``: one JSON object on standard output, everything else on standard error."""
    return click.option(
        "--json",
        NAME,
        is_flag=True,
        # Known before anything else of the command line can be wrong.
        is_eager=True,
        expose_value=False,
        callback=_keep,
        help="Print one JSON object.",
    )(function)


def _keep(ctx: click.Context, _: click.Parameter, value: bool) -> None:
    # The option keeps its own name, and with it the variable ADF_..._JSON.
    ctx.params["as_json"] = value
    if answer := _answer.get():
        answer.asked = value


def asked_in_environment(ctx: click.Context | None) -> bool:
    """Return whether the environment asks the command of ``ctx`` for JSON: it was not parsed."""
    for param in ctx.command.params if ctx else ():
        if param.name == NAME and ctx:
            return (param.resolve_envvar_value(ctx) or "").lower() in YES
    return False
