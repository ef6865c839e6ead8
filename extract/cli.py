"""``adf-extract``: videos to features, once."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from adf.answer import emit, json_option
from adf.endings import CtrlC
from adf.errors import ConfigError
from adf.extract.completion import offers
from adf.extract.modalities import MODALITIES
from adf.options import (
    OURS,
    ConfigCommand,
    config_options,
    progress_option,
    settings,
    verbosity_options,
)
from adf.progress import Mode

F = TypeVar("F", bound=Callable[..., Any])
ALL = "all"

# The settings that the command's own options stand for.
NAMED = {
    **{name: name for name in ("cache", "dataset", "videos", "lists", "unlisted", "allow_missing")},
    **{name: name for name in ("modality", "backbone", "weights", "levels", "normalisation")},
    **{name: name for name in ("adapt_stem", "pool", "dtype", "backend", "codec", "strict")},
    **{name: name for name in ("device", "decoders")},
    **{name: f"clip.{name}" for name in ("views", "flip", "stride", "fps", "size")},
    **{"clip_len": "clip.length", "batch_size": "batch"},
    **{"flow_method": "flow.method", "pose_method": "pose.method"},
    **{"pose_rendering": "pose.rendering"},
}


def _listed(ctx: click.Context, param: click.Parameter, texts: tuple[str, ...]) -> tuple[str, ...]:
    """Accept ``--modality rgb,flow`` as well as the option repeated."""
    return tuple(part.strip() for text in texts for part in text.split(",") if part.strip())


def _by_modality(
    ctx: click.Context, param: click.Parameter, texts: tuple[str, ...]
) -> dict[str, str]:
    """Read ``VALUE`` for all modalities, and ``MODALITY=VALUE`` for one."""
    values = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if equals and name in (ALL, *MODALITIES):
            values[name] = value
        else:
            values[ALL] = text
    return values


def per_modality(name: str, text: str) -> Callable[[F], F]:
    """Add an option that takes ``VALUE``, or ``MODALITY=VALUE``."""
    form = "[MODALITY=]VALUE"
    return click.option(
        name,
        multiple=True,
        callback=_by_modality,
        metavar=form,
        shell_complete=offers(name.removeprefix("--").replace("-", "_")),
        help=text,
    )


@click.command(cls=ConfigCommand, context_settings={"auto_envvar_prefix": "ADF_EXTRACT"})
@click.option(
    "--modality",
    multiple=True,
    callback=_listed,
    metavar="NAME",
    shell_complete=offers("modality"),
    help=f"{', '.join(MODALITIES)}. Repeatable; one decoding serves all.",
)
@click.option(
    "--dataset",
    metavar="NAME",
    shell_complete=offers("dataset"),
    help="ucf101, hmdb51, jhmdb21, folder or csv.",
)
@click.option("--videos", type=click.Path(), metavar="FOLDER", help="Where the videos are.")
@click.option(
    "--lists", type=click.Path(), metavar="PATH", help="Where the dataset's lists are, or the csv."
)
@click.option("--unlisted", is_flag=True, help="Also take videos that are on no list.")
@click.option("--allow-missing", is_flag=True, help="Go on without videos that are not there.")
@click.option("--cache", type=click.Path(), metavar="FOLDER", help="Where the features go.")
@per_modality("--backbone", "Network, such as r3d50 or r2plus1d-18.")
@per_modality("--weights", "Checkpoint file, torchvision, or random[:SEED].")
@per_modality("--levels", "Levels to keep, such as layer2,layer4.")
@per_modality("--normalisation", "Preset; by default that of the checkpoint's family.")
@per_modality("--adapt-stem", "mean: let a network trained on RGB take other channels.")
@click.option("--views", type=int, help="Clips a video, spread over its time.")
@click.option("--flip/--no-flip", default=None, help="Also a mirrored clip of every view.")
@click.option("--clip-len", type=int, help="Frames a clip.")
@click.option("--stride", type=int, help="Take every n-th frame.")
@click.option("--fps", help="Take frames at this rate, by their time.")
@click.option("--size", type=int, help="Height and width of the pictures.")
@click.option(
    "--flow-method",
    shell_complete=offers("flow.method"),
    help="dis, farneback, tvl1, raft, repflow or frames.",
)
@click.option(
    "--pose-method",
    shell_complete=offers("pose.method"),
    help="lraspp, maskrcnn, keypointrcnn, mediapipe, sidecar, frames.",
)
@click.option(
    "--pose-rendering", shell_complete=offers("pose.rendering"), help="masked-rgb, mask or heatmap."
)
@click.option(
    "--pool", shell_complete=offers("pool"), help="compact (7x7), standard (14x14), full or HxW."
)
@click.option("--dtype", shell_complete=offers("dtype"), help="float16, float32 or uint8.")
@click.option("--backend", shell_complete=offers("backend"), help="zarr or hdf5.")
@click.option("--codec", shell_complete=offers("codec"), help="none or zstd.")
@click.option("--strict", is_flag=True, help="Partly readable videos count as failed.")
@click.option("--retry-failed", is_flag=True, help="First drop the shards in which clips failed.")
@click.option("--device", shell_complete=offers("device"), help="auto, cpu or cuda[:N].")
@click.option("--batch-size", type=int, help="Clips at a time; 0: as suits the device.")
@click.option("--decoders", type=int, help="Decoding processes for each worker.")
@click.option("--workers", type=int, default=1, show_default=True, help="Processes to start.")
@click.option(
    "--launcher",
    type=click.Choice(["local"]),
    default="local",
    show_default=True,
    help="What starts the workers.",
)
@click.option("--shard", metavar="I/N", help="Be worker I of N that were started by hand.")
@click.option("--dry-run", is_flag=True, help="Only predict size and time.")
@click.option("--out", type=click.Path(path_type=Path), help="Run folder: settings, log, result.")
@click.option("--force", is_flag=True, help="Use --out though it was made with other settings.")
@config_options
@progress_option
@json_option
@verbosity_options
@click.pass_context
def extract(
    ctx: click.Context,
    /,
    retry_failed: bool,
    workers: int,
    launcher: str,
    shard: str | None,
    dry_run: bool,
    out: Path | None,
    force: bool,
    progress_mode: Mode,
    as_json: bool,
    **_: Any,
) -> None:
    """Write the features of every clip of a dataset, level by level, into a cache.

    Killed at any moment, the same command run again takes it up. Any number of these may fill the
    same cache at once.
    """
    from adf.configs import preset
    from adf.extract.settings import ExtractSettings

    config = settings(ctx, ExtractSettings, NAMED, preset)
    if workers < 1:
        raise ConfigError(f"--workers {workers}: at least 1 is needed")
    if workers > 1 and shard:
        raise ConfigError("--shard says that the workers are started by hand: leave --workers out")
    from adf.extract.run import Mission

    # Whoever asks for errors alone wants no progress either.
    silent = ctx.meta[f"{OURS}.verbosity"] <= -2
    mission = Mission(config, "off" if silent else progress_mode, out, force)
    try:
        if dry_run:
            answer = mission.predict(workers)
        else:
            answer = mission.carry_out(workers, shard, retry_failed=retry_failed)
    except KeyboardInterrupt:
        raise CtrlC("stopped by Ctrl-C: run the same command again to go on") from None
    if not as_json:
        click.echo(answer.text)
    answer.judge()
    if as_json:
        emit({"ok": True, **answer.facts})
