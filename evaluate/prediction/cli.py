"""``adf-predict``: raw videos to classes."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from adf.answer import emit, json_option
from adf.cli import Command
from adf.errors import ConfigError, FailedItems
from adf.options import verbosity_options

if TYPE_CHECKING:
    from adf.evaluate.prediction.predictor import Prediction, Spent

BAR = 30


def _pairs(_: click.Context, param: click.Parameter, texts: Sequence[str]) -> dict[str, str]:
    pairs = [text.partition("=") for text in texts]
    if wrong := next((name for name, _, value in pairs if not (name and value)), None):
        raise click.BadParameter(f"'{wrong}': write it as rgb=PATH", param=param)
    return {name: value for name, _, value in pairs}


@click.command(cls=Command, context_settings={"auto_envvar_prefix": "ADF_PREDICT"})
@click.argument("videos", nargs=-1, required=True, metavar="VIDEO...")
@click.option(
    "--model", required=True, type=click.Path(path_type=Path), help="What adf-eval export wrote."
)
@click.option(
    "--weights",
    multiple=True,
    callback=_pairs,
    metavar="NAME=FILE",
    help="Weights of rgb, flow, pose, flow.weights or pose.weights. Repeatable.",
)
@click.option(
    "--folder",
    multiple=True,
    callback=_pairs,
    metavar="NAME=PATH",
    help="Where sidecars or pictures of flow or pose lie, if not beside the videos.",
)
@click.option(
    "--top", type=click.IntRange(1), default=5, show_default=True, help="Classes to show."
)
@click.option(
    "--overlay", type=click.Path(path_type=Path), help="Write the video with them as MP4."
)
@click.option("--device", default="auto", show_default=True, help="auto, cpu or cuda[:N].")
@click.option("--decoders", type=click.IntRange(0), default=1, help="Decoding processes.")
@json_option
@verbosity_options
def predict(
    videos: tuple[str, ...],
    model: Path,
    weights: dict[str, str],
    folder: dict[str, str],
    top: int,
    overlay: Path | None,
    device: str,
    decoders: int,
    as_json: bool,
) -> None:
    """Say what is to be seen in videos, by a model that adf-eval export wrote.

    Frames become features as adf-extract makes them; weights have to be those the model was trained
    behind.
    """
    if overlay and len(videos) > 1:
        raise ConfigError("--overlay writes one video: give one")
    if overlay and overlay.exists() and overlay.samefile(videos[0]):
        raise ConfigError(f"--overlay {overlay} is the video itself: give another name")
    from adf.evaluate.prediction import load

    predictor = load(model, weights, folder, device, decoders)
    found = predictor.predict(videos)
    if overlay and found[0].ok:
        from adf.evaluate.prediction.overlay import write_overlay

        write_overlay(Path(videos[0]), found[0].top(top), overlay)
    facts = as_facts(found, top, predictor.spent)
    if not as_json:
        click.echo(as_text(found, top, predictor.spent))
    if failed := [each for each in found if not each.ok]:
        told = "; ".join(f"{each.video}: {each.reason}" for each in failed)
        raise FailedItems(f"{len(failed)} of {len(found)} videos failed: {told}").telling(**facts)
    if as_json:
        emit({"ok": True, **facts})


def as_facts(found: "Sequence[Prediction]", top: int, spent: "Spent") -> dict[str, Any]:
    """Return what ``--json`` prints."""
    return {
        "videos": [
            {
                "video": each.video,
                "top": [{"class": name, "probability": chance} for name, chance in each.top(top)],
                "error": each.reason or None,
            }
            for each in found
        ],
        "seconds": vars(spent),
    }


def as_text(found: "Sequence[Prediction]", top: int, spent: "Spent") -> str:
    """Return classes and probabilities, with bars, and the seconds that it took."""
    lines: list[str] = []
    wide = max((len(name) for each in found for name, _ in each.top(top)), default=0)
    for each in found:
        lines.append(each.video)
        for name, chance in each.top(top):
            bar = "#" * round(BAR * chance)
            lines.append(f"  {name.ljust(wide)}  {chance:6.1%}  {bar}".rstrip())
        if not each.ok:
            lines.append(f"  failed: {each.reason}")
    lines.append(
        f"{len(found)} videos in {spent.whole:.2f} s: {spent.decode:.2f} s waiting for frames,"
        f" {spent.backbones:.2f} s in frozen networks, {spent.head:.2f} s in the fusion network"
    )
    return "\n".join(lines)
