"""``adf-eval bench``: the table of a small space, and searches measured against it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from adf.answer import emit, json_option
from adf.cli import Group
from adf.errors import ConfigError
from adf.options import ConfigCommand, config_options, progress_option, settings
from adf.progress import Mode
from adf.search.methods import METHODS

SOME = click.IntRange(min=1)
F = TypeVar("F", bound=Callable[..., Any])

# The settings that the command's own options stand for.
NAMED = {
    **{name: name for name in ("cache", "split", "trainings", "rungs", "device")},
    "epochs": "train.epochs",
}


def numbers(ctx: click.Context, param: click.Parameter, text: str | None) -> tuple[int, ...] | None:
    """Return a list of numbers such as ``4,12``."""
    try:
        return tuple(map(int, text.split(","))) if text else None
    except ValueError:
        raise ConfigError(f"--{param.name} {text}: give numbers such as 4,12") from None


def names(ctx: click.Context, param: click.Parameter, text: str) -> tuple[str, ...]:
    """Return a list of names such as ``darts,gdas``."""
    found = tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
    if not found:
        raise ConfigError(f"--{param.name} names nothing: give one or more")
    return found


@click.group(cls=Group)
def bench() -> None:
    """Train every network of a small space, and measure searches against that."""


@bench.command(cls=ConfigCommand, context_settings={"auto_envvar_prefix": "ADF_EVAL_BENCH"})
@click.option("--cache", type=click.Path(), metavar="FOLDER", help="Where the features are.")
@click.option("--split", metavar="NAME", help="Official split, such as 1; its test is not read.")
@click.option("--epochs", type=int, help="Epochs of a training in full.")
@click.option("--rungs", callback=numbers, metavar="LIST", help="Fewer epochs to train as well.")
@click.option("--trainings", type=int, help="Trainings of each genotype, each with its seed.")
@click.option("--device", help="auto, cpu or cuda[:N].")
@click.option("--workers", type=SOME, default=1, show_default=True, help="Trainings at a time.")
@click.option("--out", type=click.Path(path_type=Path), help="Run folder; there, it goes on.")
@config_options
@progress_option
@json_option
@click.pass_context
def build(
    ctx: click.Context,
    /,
    workers: int,
    out: Path | None,
    progress_mode: Mode,
    as_json: bool,
    **_: object,
) -> None:
    """Train every network of the space, and write the table.

    Killed at any moment, the same command with its --out goes on: no training is lost.
    """
    from adf.configs import preset
    from adf.evaluate.bench.settings import BenchSettings

    config = settings(ctx, BenchSettings, NAMED, preset)
    from adf.evaluate.bench.build import as_text
    from adf.evaluate.bench.build import build as carry_out

    facts = carry_out(config, workers, progress_mode, out)
    emit({"ok": True, **facts}) if as_json else click.echo(as_text(facts))


def on_table(function: F) -> F:
    """Add the options of everything that searches on a table."""
    for option in (
        json_option,
        progress_option,
        click.option(
            "--set",
            "sets",
            multiple=True,
            metavar="KEY=VALUE",
            help="Change a setting of the methods, such as budget=100. Repeatable.",
        ),
        click.option(
            "--out", type=click.Path(path_type=Path), help="Run folder; there, it goes on."
        ),
        click.option(
            "--workers", type=SOME, default=1, show_default=True, help="Searches at a time."
        ),
        click.option(
            "--seeds", default="0-9", show_default=True, help="A search with each: 0-3 or 0,2,5."
        ),
        click.option(
            "--table",
            type=click.Path(path_type=Path),
            required=True,
            metavar="FOLDER",
            help="What adf-eval bench build made.",
        ),
    ):
        function = option(function)
    return function


@bench.command(cls=ConfigCommand)
@on_table
@click.option(
    "--methods",
    default=",".join(METHODS),
    callback=names,
    metavar="LIST",
    help="Default: all; the first is what the others are compared with.",
)
def compare(
    table: Path,
    methods: tuple[str, ...],
    seeds: str,
    workers: int,
    out: Path | None,
    sets: tuple[str, ...],
    progress_mode: Mode,
    as_json: bool,
) -> None:
    """Search by several methods; say how far from the best of the table they end.

    What a method judges by training is looked up: a search takes no longer than its supernet.
    """
    from adf.evaluate.bench.compare import compare as carry_out
    from adf.evaluate.bench.compare import settings_on
    from adf.evaluate.bench.words import as_text
    from adf.search.launch import parse_seeds

    config = settings_on(table, sets)
    facts = carry_out(config, table, methods, parse_seeds(seeds), workers, progress_mode, out)
    emit({"ok": True, **facts}) if as_json else click.echo(as_text(facts))
