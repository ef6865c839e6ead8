"""A command with all shared options, run as a program by the tests."""

import json
import logging
import sys
from pathlib import Path

import click

from adf.cli import json_option
from adf.options import (
    ConfigCommand,
    config_options,
    progress_option,
    settings,
    verbosity_options,
)
from tests.foundation.schema import Settings

NAMED = {"epochs": "train.epochs", "amp": "amp", "level": "levels"}


def preset(name: str) -> Path:
    """Find no preset but one."""
    return Path(__file__).with_name(f"{name}.yaml")


@click.command(cls=ConfigCommand, context_settings={"auto_envvar_prefix": "ADF_TRY"})
@config_options
@progress_option
@verbosity_options
@json_option
@click.option("--epochs", type=int, default=77)
@click.option("--amp/--no-amp", default=False)
@click.option("--level", multiple=True)
@click.option("--device", "-d", default="auto")
@click.argument("words", nargs=-1)
@click.pass_context
def program(
    ctx: click.Context,
    progress_mode: str,
    as_json: bool,
    epochs: int,
    amp: bool,
    level: tuple[str, ...],
    device: str,
    words: tuple[str, ...],
) -> None:
    """Print what came of the options."""
    del epochs, amp, level, as_json
    config = settings(ctx, Settings, NAMED, preset)
    for name in ("debug", "info", "warning", "error"):
        getattr(logging.getLogger("adf.try"), name)(f"a {name} message")
    values = {"words": words, "device": device, "progress": progress_mode}
    origins = {key: text for key, text in config.origins.items() if text != "default"}
    print(json.dumps(values | {"origins": origins}))  # noqa: T201
    print(config.to_yaml(), file=sys.stderr)  # noqa: T201


if __name__ == "__main__":
    program()
