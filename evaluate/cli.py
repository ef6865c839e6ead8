"""``adf-eval``: genotypes to numbers. Without a sub-command, it trains and compares."""

from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from adf.answer import emit, json_option
from adf.cli import Group
from adf.errors import ConfigError
from adf.evaluate.bench.cli import bench
from adf.evaluate.bundle.cli import export
from adf.evaluate.gap.cli import gap
from adf.evaluate.tuning.cli import tune
from adf.options import (
    OURS,
    ConfigCommand,
    config_options,
    progress_option,
    settings,
    verbosity_options,
)
from adf.progress import Mode

# The settings that the command's own options stand for.
NAMED = {
    **{name: name for name in ("cache", "splits", "seeds", "baselines", "drawn", "ceilings")},
    **{"device": "device", "genotype": "genotypes", "epochs": "train.epochs"},
}


class Evaluation(ConfigCommand, Group):
    """A group whose own options are those of the comparison."""


def _listed(ctx: click.Context, param: click.Parameter, text: str | None) -> tuple[str, ...] | None:
    return tuple(part.strip() for part in text.split(",") if part.strip()) if text else None


@click.group(
    cls=Evaluation,
    invoke_without_command=True,
    context_settings={"auto_envvar_prefix": "ADF_EVAL"},
)
@click.option("--cache", type=click.Path(), metavar="FOLDER", help="Default: that of the search.")
@click.option(
    "--genotype",
    multiple=True,
    metavar="WHAT",
    help="genotype.json, the folder of a search, or random:N. Repeatable.",
)
@click.option("--splits", callback=_listed, metavar="LIST", help="Official splits, such as 1,2,3.")
@click.option("--seeds", metavar="LIST", help="Trainings of each: 0-2 or 0,2,5.")
@click.option(
    "--baselines",
    callback=_listed,
    metavar="LIST",
    help="all, none, or some of single,late,concat,mlp,gated,random.",
)
@click.option("--drawn", type=int, help="How many random genotypes are a baseline.")
@click.option("--ceilings", type=click.Path(), help="What adf demo ceilings --json printed.")
@click.option("--epochs", type=int, help="Epochs of every training.")
@click.option("--workers", type=int, default=1, show_default=True, help="Trainings at a time.")
@click.option("--device", help="auto, cpu or cuda[:N].")
@click.option("--out", type=click.Path(path_type=Path), help="Run folder; there, it goes on.")
@click.option("--force", is_flag=True, help="Use --out, though it was made with other settings.")
@config_options
@progress_option
@json_option
@verbosity_options
@click.pass_context
def evaluate(
    ctx: click.Context,
    /,
    workers: int,
    out: Path | None,
    force: bool,
    progress_mode: Mode,
    as_json: bool,
    **_: Any,
) -> None:
    """Train found genotypes and baselines from scratch on cached features, and compare them.

    The test split is opened once, for the table. Killed at any moment, the same command with its
    --out goes on.
    """
    if ctx.invoked_subcommand:
        require_none(ctx, ctx.invoked_subcommand)
        return
    from adf.configs import preset
    from adf.evaluate.settings import EvalSettings

    config = settings(ctx, EvalSettings, NAMED, preset)
    if workers < 1:
        raise ConfigError(f"--workers {workers}: at least 1 is needed")
    from adf.evaluate.run import evaluate as carry_out
    from adf.evaluate.table import as_text

    # Whoever asks for errors alone wants no progress either.
    mode: Mode = "off" if ctx.meta[f"{OURS}.verbosity"] <= -2 else progress_mode
    facts = carry_out(config, workers, mode, out, force)
    emit({"ok": True, **facts}) if as_json else click.echo(as_text(facts))


def require_none(ctx: click.Context, command: str) -> None:
    """Refuse options of the comparison in front of another command: they would go unheard."""
    for param in ctx.command.params:
        if param.name and ctx.get_parameter_source(param.name) is ParameterSource.COMMANDLINE:
            raise click.UsageError(
                f"{param.opts[0]} stands before '{command}', which does not hear it: put it behind",
                ctx,
            )


for command in (bench, export, gap, tune):
    evaluate.add_command(command)
