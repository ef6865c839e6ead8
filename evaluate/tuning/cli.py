"""``adf-eval tune``: the hyper-parameters with which a genotype learns best."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from adf.answer import emit, json_option
from adf.errors import ConfigError, MissingDependency
from adf.options import (
    OURS,
    ConfigCommand,
    config_options,
    progress_option,
    settings,
    verbosity_options,
)
from adf.progress import Mode
from adf.requirements import how_to_install

# The settings that the command's own options stand for.
NAMED = {
    **{name: name for name in ("cache", "genotype", "split", "seed", "trials", "sampler")},
    **{name: name for name in ("repeats", "device", "space")},
    "epochs": "train.epochs",
}


def _ranges(_: click.Context, param: click.Parameter, texts: Sequence[str]) -> dict[str, str]:
    pairs = [text.partition("=") for text in texts]
    if wrong := next((name for name, _, text in pairs if not (name and text)), None):
        raise click.BadParameter(f"'{wrong}': write it as rate=log:1e-5:1e-2", param=param)
    return {name: text for name, _, text in pairs}


@click.command(cls=ConfigCommand)
@click.option("--cache", type=click.Path(), metavar="FOLDER", help="Where the features are.")
@click.option("--genotype", type=click.Path(), metavar="FILE", help="Or the folder of a search.")
@click.option(
    "--space",
    multiple=True,
    callback=_ranges,
    metavar="NAME=RANGE",
    help="log:A:B, A:B, int:A:B or choice:X,Y,Z of a setting of train, or of channels. Repeatable.",
)
@click.option("--split", metavar="NAME", help="Official split, such as 1; its test is not read.")
@click.option("--seed", type=int, help="The same seed and one worker make the same trials.")
@click.option("--trials", type=int, help="How many trials, those that were made before included.")
@click.option("--sampler", type=click.Choice(["tpe", "random", "sobol"]), help="How to draw.")
@click.option("--repeats", type=int, help="Trainings of a trial, which are averaged.")
@click.option("--epochs", type=int, help="Epochs of a training.")
@click.option("--workers", type=int, default=1, show_default=True, help="Trials made at a time.")
@click.option("--device", help="auto, cpu or cuda[:N].")
@click.option("--out", type=click.Path(path_type=Path), help="Run folder; there, it goes on.")
@click.option("--force", is_flag=True, help="Take --out with other settings: more trials go on.")
@config_options
@progress_option
@json_option
@verbosity_options
@click.pass_context
def tune(
    ctx: click.Context,
    /,
    workers: int,
    out: Path | None,
    force: bool,
    progress_mode: Mode,
    as_json: bool,
    **_: Any,
) -> None:
    """Tune how one genotype is trained, on clips held back from the training split.

    Trials that look bad are cut short. Killed at any moment, the same command with its --out goes
    on: no trial is lost, and none is made twice.
    """
    from adf.configs import preset
    from adf.evaluate.tuning.settings import TuneSettings

    config = settings(ctx, TuneSettings, NAMED, preset)
    if workers < 1:
        raise ConfigError(f"--workers {workers}: at least 1 is needed")
    require_optuna()
    from adf.evaluate.tuning import launch
    from adf.evaluate.tuning.result import as_text

    # Whoever asks for errors alone wants no progress either.
    mode: Mode = "off" if ctx.meta[f"{OURS}.verbosity"] <= -2 else progress_mode
    facts = launch.tune(config, workers, mode, out, force)
    emit({"ok": True, **facts}) if as_json else click.echo(as_text(facts))


def require_optuna() -> None:
    """Say how to install what samples and prunes, where it is missing."""
    try:
        import optuna  # noqa: F401
    except ModuleNotFoundError:
        text = f"tuning needs optuna: {how_to_install('optuna')}"
        raise MissingDependency(text) from None
