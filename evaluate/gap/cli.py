"""``adf-eval gap``: what supernets say of networks against what training says of them."""

from pathlib import Path

import click

from adf.answer import emit
from adf.evaluate.bench.cli import SOME, names, on_table
from adf.options import ConfigCommand
from adf.progress import Mode
from adf.search.methods import RELAXATIONS


@click.command(cls=ConfigCommand)
@on_table
@click.option(
    "--methods",
    default=",".join(("propose-and-judge", *RELAXATIONS)),
    callback=names,
    metavar="LIST",
    help="Methods that train a supernet; default: all of them.",
)
@click.option(
    "--sample",
    type=SOME,
    default=200,
    show_default=True,
    help="Genotypes to score, of all and again of the best fifth.",
)
def gap(
    table: Path,
    methods: tuple[str, ...],
    sample: int,
    seeds: str,
    workers: int,
    out: Path | None,
    sets: tuple[str, ...],
    progress_mode: Mode,
    as_json: bool,
) -> None:
    """Measure the optimisation gap of methods that train a supernet, on a table."""
    from adf.evaluate.bench.compare import settings_on
    from adf.evaluate.gap.measure import gap as carry_out
    from adf.evaluate.gap.words import as_text
    from adf.search.launch import parse_seeds

    config, several = settings_on(table, sets), parse_seeds(seeds)
    facts = carry_out(config, table, methods, several, sample, workers, progress_mode, out)
    emit({"ok": True, **facts}) if as_json else click.echo(as_text(facts))
