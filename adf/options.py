"""The options that every command shares, and how a command gets its settings from them."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import click
from click.core import ParameterSource, augment_usage_errors

from adf import log
from adf.answer import as_json, emit
from adf.cli import Command
from adf.config import Config, load
from adf.pairs import one_form
from adf.sources import Setting, from_value

F = TypeVar("F", bound=Callable[..., Any])
T = TypeVar("T")

OURS = "adf.options"


class ConfigCommand(Command):
    """A command whose ``--set`` also takes pairs: ``--set A.B C D.E F``, up to the next option."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Rewrite the pairs as ``--set A.B=C``, which is all that click has to know."""
        with augment_usage_errors(ctx):
            rewritten = one_form(args)
        return super().parse_args(ctx, rewritten)


def _keep(ctx: click.Context, param: click.Parameter, value: Any) -> None:
    """Remember a shared option for :func:`settings`: the command itself need not know it."""
    ctx.meta[f"{OURS}.{param.name}"] = value


def config_options(function: F) -> F:
    """Add ``-c/--config``, ``--set`` and ``--print-config``; :func:`settings` reads them."""
    shared: dict[str, Any] = {"expose_value": False, "callback": _keep}
    for option in (
        click.option(
            "--print-config",
            is_flag=True,
            allow_from_autoenv=False,
            help="Print every setting with where it came from, and stop.",
            **shared,
        ),
        click.option(
            "--set",
            multiple=True,
            metavar="KEY=VALUE",
            allow_from_autoenv=False,
            help="Change one setting, such as train.lr=1e-3. Repeatable.",
            **shared,
        ),
        click.option(
            "--config",
            "-c",
            multiple=True,
            metavar="FILE",
            help="Settings as YAML: a file or the name of a preset. Repeatable, later ones win.",
            **shared,
        ),
    ):
        function = option(function)
    return function


def settings(
    ctx: click.Context,
    schema: type[T],
    named: Mapping[str, str] | None = None,
    preset: Callable[[str], Path] | None = None,
) -> Config[T]:
    """Return the settings of the running command, or print them and stop for ``--print-config``.

    ``named`` maps the names of the command's own options to the settings that they stand for.
    """
    named = named or {}
    config = load(
        schema,
        files=ctx.meta[f"{OURS}.config"],
        preset=preset,
        prefix=ctx.auto_envvar_prefix or "",
        environ=_environ(ctx),
        variables=_variables(ctx, named),
        sets=ctx.meta[f"{OURS}.set"],
        options=[
            setting
            for name, key in named.items()
            if _is_typed(ctx, name)
            for setting in _typed(ctx, name, key)
        ],
    )
    if ctx.meta[f"{OURS}.print_config"]:
        if as_json():
            emit(config.as_json())
        else:
            click.echo(config.to_yaml(origins=True), nl=False)
        ctx.exit()
    return config


def _environ(ctx: click.Context) -> dict[str, str]:
    """Return the environment without what is meant for the sub-commands of a group."""
    known = ctx.command.commands if isinstance(ctx.command, click.Group) else {}
    others = tuple(f"{ctx.auto_envvar_prefix}_{name.upper()}_" for name in known)
    return {name: value for name, value in os.environ.items() if not name.startswith(others)}


def _variables(ctx: click.Context, named: Mapping[str, str]) -> dict[str, str | None]:
    """Return the environment variables of the command's options, each with its setting if any."""
    return {
        f"{ctx.auto_envvar_prefix}_{param.name.upper()}": named.get(param.name)
        for param in ctx.command.params
        if isinstance(param, click.Option) and param.name and param.allow_from_autoenv
    }


def _is_typed(ctx: click.Context, name: str) -> bool:
    # A default must not override a file; the environment is a source of its own, below --set.
    return ctx.get_parameter_source(name) is ParameterSource.COMMANDLINE


def _typed(ctx: click.Context, name: str, key: str) -> list[Setting]:
    value = ctx.params[name]
    option = next(param for param in ctx.command.params if param.name == name)
    spellings = option.secondary_opts if value is False and option.secondary_opts else option.opts
    origin = max(spellings, key=len)
    if isinstance(value, dict):
        # Some entries of a mapping: the others stay as they are.
        return [from_value(f"{key}.{entry}", text, origin) for entry, text in value.items()]
    return [from_value(key, value, origin)]


def progress_option(function: F) -> F:
    """Add ``--progress``, which the command gets as ``progress_mode``."""
    return click.option(
        "--progress",
        expose_value=False,
        callback=_keep_progress,
        type=click.Choice(["auto", "bar", "log", "off"]),
        default="auto",
        show_default=True,
        help="A bar, or a line every 30 seconds; auto: a bar on a terminal.",
    )(function)


def _keep_progress(ctx: click.Context, _: click.Parameter, value: str) -> None:
    # The option keeps its own name, and with it the variable ADF_..._PROGRESS.
    ctx.params["progress_mode"] = value


def _set_verbosity(ctx: click.Context, param: click.Parameter, value: int) -> None:
    key = f"{OURS}.verbosity"
    ctx.meta[key] = ctx.meta.get(key, 0) + (value if param.name == "verbose" else -value)
    log.set_up(ctx.meta[key])


def verbosity_options(function: F) -> F:
    """Add ``-v`` and ``-q``; logging is set up before the command starts."""
    for flags, text in ((("--quiet", "-q"), "Say less."), (("--verbose", "-v"), "Say more.")):
        function = click.option(
            *flags,
            count=True,
            expose_value=False,
            callback=_set_verbosity,
            help=f"{text} Repeatable.",
        )(function)
    return function
