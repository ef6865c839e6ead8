"""``adf report``: run folders to one page."""

from pathlib import Path

import click

from adf.answer import emit, json_option
from adf.cli import Command

FOLDER = click.Path(path_type=Path)


@click.command(cls=Command, context_settings={"auto_envvar_prefix": "ADF_REPORT"})
@click.argument("runs", metavar="RUN...", nargs=-1, required=True, type=FOLDER)
@click.option("--out", type=FOLDER, default="report.html", show_default=True, help="The page.")
@click.option("--title", metavar="TEXT", help="What stands at its top.")
@json_option
def report(runs: tuple[Path, ...], out: Path, title: str | None, as_json: bool) -> None:
    """Write one page about run folders of adf-eval, adf-search and adf-eval gap or bench.

    It needs no network and no script: it can be mailed, printed and kept.
    """
    from adf.evaluate.report.numbers import times
    from adf.evaluate.report.page import TITLE, write_report
    from adf.evaluate.report.runs import each_once

    folders = each_once(runs)
    write_report(folders, out, title or TITLE)
    size = out.stat().st_size
    if as_json:
        emit({"ok": True, "report": str(out), "bytes": size, "runs": list(map(str, folders))})
    else:
        click.echo(f"{out}: {times(len(folders), 'run')}, {size / 1000:.0f} kB")
