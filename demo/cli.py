"""``adf demo``: the whole way on generated data, with the known answer beside the result."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from adf.answer import emit, json_option
from adf.cli import Group
from adf.demo.avmnist.cli import avmnist
from adf.options import ConfigCommand, config_options, progress_option, settings
from adf.progress import Mode

if TYPE_CHECKING:
    from adf.demo.factors import Factors


DEFAULT_OUT = "demo-out"
WORKERS = click.option(
    "--workers",
    type=click.IntRange(min=1),
    default=2,
    show_default=True,
    help="Processes at a time.",
)


def place(out: str, quick: bool) -> Path:
    """Return the folder of a demo: a short one does not get in the way of a whole one."""
    return Path(f"{out}-quick" if quick and out == DEFAULT_OUT else out)


def factors_options(function: Any) -> Any:
    """Add ``-c`` and ``--set``, which change the factors of the dataset."""
    function = click.option("--set", "sets", multiple=True, metavar="KEY=VALUE")(function)
    return click.option(
        "--config",
        "-c",
        "files",
        multiple=True,
        metavar="FILE",
        help="Factors as YAML: a file or a preset such as demo/quick. Repeatable.",
    )(function)


def factors_of(files: tuple[str, ...], sets: tuple[str, ...]) -> "Factors":
    """Return the factors of ``who-does-what``, changed as asked."""
    from adf.demo.factors import load_factors

    return load_factors(files, sets).value


@click.group(cls=Group, invoke_without_command=True)
@click.option("--out", default=DEFAULT_OUT, show_default=True, help="Folder; there, it goes on.")
@click.option("--quick", is_flag=True, help="Few clips and short searches, in a minute or so.")
@factors_options
@WORKERS
@progress_option
@json_option
@click.pass_context
def demo(
    ctx: click.Context,
    /,
    out: str,
    quick: bool,
    files: tuple[str, ...],
    sets: tuple[str, ...],
    workers: int,
    progress_mode: Mode,
    as_json: bool,
) -> None:
    """Go the whole way on generated videos whose best possible scores are known.

    Renders who-does-what, trains tiny backbones on another task, extracts, searches, compares and
    reports. It fails where a score is above what can be known. Every stage is shown as the command
    that it is.
    """
    if ctx.invoked_subcommand:
        return
    from adf.demo.whole import Demo

    whole = Demo(place(out, quick), files, sets, workers, quick)
    facts = whole.carry_out(progress_mode, as_json)
    if as_json:
        emit({"ok": True, **facts})
        return
    click.echo("\nNo score is above its ceiling by more than chance. The backbones are tiny and")
    click.echo("trained on flying shapes, not on Kinetics: the scores say nothing of real videos.")
    click.echo(f"Open {facts['report']} ({facts['seconds']:.0f} s)")


@demo.command()
@click.option("--out", default=DEFAULT_OUT, show_default=True, help="Where the demo is.")
@click.option("--quick", is_flag=True, help="For a demo that was a quick one.")
@factors_options
@WORKERS
@progress_option
@json_option
def check(
    out: str,
    quick: bool,
    files: tuple[str, ...],
    sets: tuple[str, ...],
    workers: int,
    progress_mode: Mode,
    as_json: bool,
) -> None:
    """Find nothing where nothing can be known: controls, on the demo in --out.

    Labels dealt at random give chance; a modality of noise costs nothing; where the target looks
    like the distractor, scores keep below the lower ceiling.
    """
    from adf.demo.check import Check
    from adf.demo.whole import Demo

    whole = Demo(place(out, quick), files, sets, workers, quick)
    found = Check(whole, progress_mode, as_json).carry_out()
    if as_json:
        emit({"ok": True, **found})
        return
    click.echo("\nAll controls hold:")
    for name, text in found.items():
        click.echo(f"  {name}: {text}")


@demo.command()
@click.argument("folder", type=click.Path(path_type=Path), default="cache-tour")
@json_option
def cache(folder: Path, as_json: bool) -> None:
    """Cache generated features in FOLDER, damage and mend the cache, and fuse what is in it."""
    from adf.demo.tour import tour

    facts = tour(folder, (lambda text: None) if as_json else click.echo)
    if as_json:
        emit(facts)


@demo.command(cls=ConfigCommand)
@click.argument("folder", type=click.Path(path_type=Path))
@factors_options
@click.option("--workers", default=2, show_default=True, help="Processes that render.")
@progress_option
@json_option
def make(
    folder: Path,
    files: tuple[str, ...],
    sets: tuple[str, ...],
    workers: int,
    progress_mode: Mode,
    as_json: bool,
) -> None:
    """Render the dataset who-does-what into FOLDER; read it by the dataset csv."""
    from adf.demo.make import LIST, make

    make(factors_of(files, sets), folder, workers, progress_mode)
    where = f"adf-extract --dataset csv --videos {folder} --lists {folder / LIST}"
    emit({"folder": str(folder)}) if as_json else click.echo(f"{folder} is complete: {where} ...")


@demo.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.argument("picture", type=click.Path(path_type=Path))
@click.option("--clips", default=2, show_default=True, help="Clips of each class.")
def show(folder: Path, picture: Path, clips: int) -> None:
    """Draw some clips of each class of FOLDER into the PNG file PICTURE."""
    from adf.demo.show import contact_sheet

    contact_sheet(folder, picture, clips)
    click.echo(f"{picture} shows {clips} clips of each class")


@demo.command(cls=ConfigCommand)
@factors_options
@json_option
def ceilings(files: tuple[str, ...], sets: tuple[str, ...], as_json: bool) -> None:
    """Say what any reader of the streams can reach at best: x binds them, + does not."""
    from adf.demo.ceilings import ceilings

    found = ceilings(factors_of(files, sets))
    if as_json:
        emit({name: float(share) for name, share in found.items()})
    else:
        lines = (f"{name:<22} {float(share):6.1%}  {share}" for name, share in found.items())
        click.echo("\n".join(lines))


@demo.command(cls=ConfigCommand, context_settings={"auto_envvar_prefix": "ADF_DEMO_PRETRAIN"})
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--workers", default=2, show_default=True, help="Processes that train.")
@config_options
@progress_option
@json_option
@click.pass_context
def pretrain(
    ctx: click.Context, /, folder: Path, workers: int, progress_mode: Mode, as_json: bool
) -> None:
    """Train the tiny backbones on flying shapes, one for each modality, into FOLDER.

    They are not Kinetics weights. Those that are there already are used again.
    """
    from adf.configs import preset
    from adf.demo.pretrain import ABOUT, PretrainSettings, pretrain, scores

    config = settings(ctx, PretrainSettings, {}, preset)
    files = pretrain(config.value, folder, progress_mode, workers)
    found = {name: scores(path) for name, path in files.items()}
    if as_json:
        facts = {name: {"file": str(files[name]), "auc": found[name]} for name in files}
        emit({"about": ABOUT, "weights": facts})
        return
    click.echo(f"{ABOUT}; area under the ROC curve on held-out clips:")
    for name, path in files.items():
        click.echo(f"  {name}: {', '.join(f'{k} {v:.2f}' for k, v in found[name].items())}  {path}")


demo.add_command(avmnist)
