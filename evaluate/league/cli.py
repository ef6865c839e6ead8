"""``adf league``: every method and every baseline with the same allowance."""

from pathlib import Path
from typing import Any

import click

from adf.answer import emit, json_option
from adf.options import ConfigCommand, config_options, progress_option, settings, verbosity_options
from adf.progress import Mode
from adf.search.methods import METHODS

# The settings that the command's own options stand for.
NAMED = {
    **{name: name for name in ("cache", "split", "methods", "seeds", "trainings", "baselines")},
    **{"budget": "allowance", "drawn": "drawn", "ceilings": "ceilings", "device": "device"},
}


def _listed(ctx: click.Context, param: click.Parameter, text: str | None) -> tuple[str, ...] | None:
    return tuple(part.strip() for part in text.split(",") if part.strip()) if text else None


@click.command(cls=ConfigCommand, context_settings={"auto_envvar_prefix": "ADF_LEAGUE"})
@click.option("--cache", type=click.Path(), metavar="FOLDER", help="Where the features are.")
@click.option(
    "--methods", callback=_listed, metavar="LIST", help=f"all, or some of {', '.join(METHODS)}."
)
@click.option("--budget", metavar="AMOUNT", help="Of each search: 90s, 20m, 1h or 5000-steps.")
@click.option("--split", metavar="NAME", help="Official split, such as 1.")
@click.option("--seeds", metavar="LIST", help="A search of each method with each: 0-4 or 0,2,5.")
@click.option("--trainings", metavar="LIST", help="Seeds of the trainings of what was found.")
@click.option("--baselines", callback=_listed, metavar="LIST", help="all, none, or some.")
@click.option("--drawn", type=int, help="How many random genotypes are a baseline.")
@click.option("--ceilings", type=click.Path(), help="What adf demo ceilings --json printed.")
@click.option("--device", help="auto, cpu or cuda[:N].")
@click.option(
    "--workers", type=click.IntRange(min=1), default=1, show_default=True, help="At a time."
)
@click.option("--out", type=click.Path(path_type=Path), help="Run folder; there, it goes on.")
@config_options
@progress_option
@json_option
@verbosity_options
@click.pass_context
def league(
    ctx: click.Context,
    /,
    workers: int,
    out: Path | None,
    progress_mode: Mode,
    as_json: bool,
    **_: Any,
) -> None:
    """Let every method search for as long, train what they found, and say who stands where.

    All have the same clips to learn from and to be judged by, and what they find is trained in the
    same way. Killed at any moment, the same command with its --out goes on.
    """
    from adf.configs import preset
    from adf.evaluate.league.settings import LeagueSettings

    config = settings(ctx, LeagueSettings, NAMED, preset)
    from adf.evaluate.league.run import league as carry_out
    from adf.evaluate.league.words import as_text

    facts = carry_out(config, workers, progress_mode, out)
    emit({"ok": True, **facts}) if as_json else click.echo(as_text(facts))
