"""``adf demo avmnist``: digits that are seen and heard."""

from pathlib import Path

import click

from adf.answer import emit, json_option
from adf.cli import Group
from adf.options import ConfigCommand, config_options, progress_option, settings
from adf.progress import Mode

FOLDER = click.argument("folder", type=click.Path(path_type=Path))


@click.group(cls=Group)
def avmnist() -> None:
    """Make digits that are seen and heard, and a cache of what small encoders see in them."""


@avmnist.command(cls=ConfigCommand, context_settings={"auto_envvar_prefix": "ADF_AVMNIST_MAKE"})
@FOLDER
@config_options
@progress_option
@json_option
@click.pass_context
def make(ctx: click.Context, /, folder: Path, progress_mode: Mode, as_json: bool) -> None:
    """Write pictures and spectrograms of digits into FOLDER, in the layout of AV-MNIST.

    They are like its arrays and are not these, which cannot be made again.
    """
    from adf.configs import preset
    from adf.demo.avmnist.make import AvmnistSettings
    from adf.demo.avmnist.make import make as carry_out

    config = settings(ctx, AvmnistSettings, {}, preset)
    carry_out(config.value, folder, progress_mode)
    if as_json:
        emit({"ok": True, "folder": str(folder), "settings": config.as_json()})
    else:
        click.echo(f"{folder} is complete: adf demo avmnist cache {folder} CACHE")


@avmnist.command(cls=ConfigCommand, context_settings={"auto_envvar_prefix": "ADF_AVMNIST_CACHE"})
@FOLDER
@click.argument("cache", type=click.Path(path_type=Path))
@config_options
@progress_option
@json_option
@click.pass_context
def cache(
    ctx: click.Context, /, folder: Path, cache: Path, progress_mode: Mode, as_json: bool
) -> None:
    """Train an encoder of pictures and one of sounds on FOLDER, and import their levels.

    FOLDER holds the published arrays of AV-MNIST, or what make wrote.
    """
    from adf.configs import preset
    from adf.demo.avmnist.features import FeatureSettings, write_cache

    config = settings(ctx, FeatureSettings, {}, preset)
    scores = write_cache(folder, cache, config.value, progress_mode)
    if as_json:
        emit({"ok": True, "cache": str(cache), "alone": scores})
        return
    told = ", ".join(f"{name} {score:.1%}" for name, score in scores.items())
    click.echo(f"{cache}: encoders alone name {told} of the test pairs right")
    click.echo(f"next: adf-search --cache {cache} --method mfas")
