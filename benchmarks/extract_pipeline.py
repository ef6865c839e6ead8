"""A whole extraction against its network alone, and against a plain loop over the videos.

python -m benchmarks.extract_pipeline --json build/bench/extract_pipeline.json
python -m benchmarks.extract_pipeline --backbone r3d18 --backbone r3d50
"""

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

import av
import click
import torch
import torchvision

from benchmarks.extract_contest import SAME, Contest, agreement, whole_command
from benchmarks.extract_films import real_films
from benchmarks.measure import save, table

GOAL = 0.999
EXPLAINED = """pipeline: decoding processes started, videos decoded, network, cache written and
sealed. Not in it: loading of torch, drawing of weights, choice and warm-up of the way through the
network; `the command` has all that in it, and so many clips. Forward alone: the same clips, decoded
before, through the same engine; forward within it: that of the same run, whatever the machine did
meanwhile (with --pin, waiting for the decoder is in its wall time). Plain loop: each video as
full-size RGB floats, resized, then torchvision's network on one stack of 16 frames after the other.
CPU: user + system, child processes included."""


@click.command()
@click.option("--backbone", "names", multiple=True, default=("r2plus1d_18",), show_default=True)
@click.option("--clips", default=20, show_default=True, help="Stacks of 16 frames in all.")
@click.option("--rounds", default=2, show_default=True)
@click.option("--decoders", default=1, show_default=True, help="Decoding processes.")
@click.option("--command/--no-command", default=True, show_default=True, help="Run it as well.")
@click.option("--pin/--no-pin", default=False, show_default=True, help="Use one core.")
@click.option("--json", "path", help="Write the figures to this file.")
def main(
    names: Sequence[str],
    clips: int,
    rounds: int,
    decoders: int,
    command: bool,
    pin: bool,
    path: str | None,
) -> None:
    """Measure, print ratios, and write them."""
    if pin and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    torch.set_num_threads(1)
    click.echo(EXPLAINED)
    results = {}
    for name in names:
        with tempfile.TemporaryDirectory() as folder:
            films = real_films(Path(folder) / "films" / "any")
            contest = Contest(name, films, clips, Path(folder), decoders)
            turns = [contest.turn(number) for number in range(rounds)]
            likeness = agreement(contest) if contest.plain else {}
            figures = summed_up(turns, len(contest.plan))
            if command:
                figures["seconds"] |= whole_command(contest)
        results[name] = {**figures, "agreement": likeness, "way": contest.engine.way, "all": turns}
        click.echo(f"{name}: {len(contest.plan)} clips, {rounds} rounds, {contest.engine.way}")
        click.echo(table(figures["ratios"], "x"))
        click.echo(table(figures["seconds"], "s"))
        for what, cosine in likeness.items():
            click.echo(f"  smallest cosine, {what}: {cosine:.5f}")
        if likeness and likeness[SAME] < GOAL:
            raise click.ClickException(f"{name}: features differ, so nothing was compared")
    versions = {"torch": torch.__version__, "torchvision": torchvision.__version__}
    facts = {"clips": clips, "rounds": rounds, "pinned": pin, "decoders": decoders}
    save(path, {**facts, "versions": {**versions, "av": av.__version__}, "backbones": results})


def summed_up(turns: Sequence[dict[str, float]], clips: int) -> dict[str, Any]:
    """Return the medians over all rounds of the ratios, and of the seconds a clip."""
    rows = [ratios(turn) for turn in turns]
    return {
        "ratios": {name: median(row[name] for row in rows) for name in rows[0]},
        "seconds": {
            f"{name}, a clip": median(turn[name] for turn in turns) / clips for name in turns[0]
        },
    }


def ratios(turn: dict[str, float]) -> dict[str, float]:
    """Return what one round says."""
    found = {
        f"pipeline / forward alone, {clock}": turn[f"pipeline {clock}"] / turn[f"forward {clock}"]
        for clock in ("wall", "CPU")
    }
    found |= {
        f"pipeline / the forward within it, {clock}": turn[f"pipeline {clock}"]
        / turn[f"its forward {clock}"]
        for clock in ("wall", "CPU")
    }
    if "plain CPU" in turn:
        found |= {
            f"plain loop / pipeline, {clock}": turn[f"plain {clock}"] / turn[f"pipeline {clock}"]
            for clock in ("wall", "CPU")
        }
        ours = turn["pipeline CPU"] - turn["its forward CPU"]
        theirs = turn["plain CPU"] - turn["plain forward CPU"]
        found["plain loop / pipeline, CPU but forward"] = theirs / ours
        ours -= turn["its start CPU"]
        found["plain loop / pipeline, CPU but forward and start of processes"] = theirs / ours
    return found


if __name__ == "__main__":
    main()
