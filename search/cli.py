"""``adf-search``: cached features to a genotype."""

from pathlib import Path
from typing import Any

import click

from adf.answer import emit, json_option
from adf.errors import ConfigError
from adf.options import (
    OURS,
    ConfigCommand,
    config_options,
    progress_option,
    settings,
    verbosity_options,
)
from adf.progress import Mode
from adf.search.methods import METHODS, about

# The settings that the command's own options stand for.
NAMED = {
    **{name: name for name in ("cache", "method", "split", "seed", "budget", "device")},
    "epochs": "train.epochs",
}


@click.command(cls=ConfigCommand, context_settings={"auto_envvar_prefix": "ADF_SEARCH"})
@click.option("--cache", type=click.Path(), metavar="FOLDER", help="Where the features are.")
@click.option("--method", metavar="NAME", help=f"{', '.join(METHODS)}, or FILE.py.")
@click.option("--list-methods", is_flag=True, help="Say how each method works and what it costs.")
@click.option("--split", metavar="NAME", help="Official split, such as 1; its test is not read.")
@click.option("--seed", type=int, help="The same seed finds the same genotype.")
@click.option("--seeds", metavar="LIST", help="Several searches: 0-3 or 0,2,5.")
@click.option("--workers", type=int, default=1, show_default=True, help="Seeds searched at a time.")
@click.option("--budget", type=int, help="Epochs of a candidate that may be spent in all.")
@click.option("--epochs", type=int, help="Epochs of a candidate that is trained in full.")
@click.option("--device", help="auto, cpu or cuda[:N].")
@click.option("--out", type=click.Path(path_type=Path), help="Run folder; there, it goes on.")
@click.option("--force", is_flag=True, help="Start anew in --out, made with other settings.")
@config_options
@progress_option
@json_option
@verbosity_options
@click.pass_context
def search(
    ctx: click.Context,
    /,
    list_methods: bool,
    seed: int | None,
    seeds: str | None,
    workers: int,
    out: Path | None,
    force: bool,
    progress_mode: Mode,
    as_json: bool,
    **_: Any,
) -> None:
    """Search how to fuse the levels of a feature cache; the result is a genotype.

    Killed at any moment, the same command with its --out goes on, and ends as it would have ended.
    """
    if list_methods:
        show_methods(as_json)
        return
    from adf.configs import preset
    from adf.search.settings import SearchSettings

    config = settings(ctx, SearchSettings, NAMED, preset)
    if workers < 1:
        raise ConfigError(f"--workers {workers}: at least 1 is needed")
    if seeds is not None and seed is not None:
        raise ConfigError("--seeds and --seed: give one of them")
    # Whoever asks for errors alone wants no progress either.
    mode: Mode = "off" if ctx.meta[f"{OURS}.verbosity"] <= -2 else progress_mode
    if seeds is not None:
        from adf.search.launch import as_table, parse_seeds, search_seeds

        facts = search_seeds(config, parse_seeds(seeds), workers, mode, out, force)
        text = as_table
    else:
        from adf.search.result import as_text
        from adf.search.trial import carry_out

        facts, text = carry_out(config, mode, out, force), as_text
    from adf.search.team import rank_of

    if rank_of() == 0:
        emit({"ok": True, **facts}) if as_json else click.echo(text(facts))


def show_methods(as_json: bool) -> None:
    """Print how each method works and what it costs."""
    methods = about()
    if as_json:
        emit({each.name: each._asdict() for each in methods})
        return
    for name, mechanism, cost in methods:
        click.echo(f"{name}\n  {mechanism}\n  Costs {cost}")
