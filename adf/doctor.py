"""``adf doctor``: is everything here that the work needs, and what to do where it is not."""

from typing import Literal, NamedTuple

import click

from adf.checks import Check, checks
from adf.cli import Command, emit, json_option
from adf.errors import Exit
from adf.probes import Doubt


class Row(NamedTuple):
    """What one check found."""

    name: str
    status: Literal["ok", "warn", "fail"]
    detail: str
    remedy: str


def examine(check: Check) -> Row:
    """Run one check; whatever it raises becomes a row."""
    try:
        return Row(check.name, "ok", check.look(), "")
    except Doubt as doubt:
        return Row(check.name, "warn", str(doubt), check.remedy)
    except Exception as error:
        # A broken library may raise anything at import: that is what a doctor is asked about.
        text = " ".join(str(error).split()) or "no text"
        return Row(check.name, "fail", f"{type(error).__name__}: {text}", check.remedy)


@click.command(cls=Command)
@json_option
def doctor(as_json: bool) -> Exit:
    """Check this installation and say what to do about each fault."""
    rows = []
    for row in map(examine, checks()):
        rows.append(row)
        if not as_json:
            show(row)
    failed = sum(row.status == "fail" for row in rows)
    if as_json:
        emit({"ok": not failed, "checks": [row._asdict() for row in rows]})
    else:
        click.echo(f"\n{failed} of {len(rows)} checks failed" if failed else "\nready to work")
    return Exit.MISSING if failed else Exit.OK


def show(row: Row) -> None:
    """Print one row of the table, with the remedy below it."""
    click.echo(f"{row.status:<5} {row.name:<32} {row.detail}")
    if row.remedy:
        click.echo(f"{'':<5} {'':<32} -> {row.remedy}")
