"""Asking again for what is complete: the time until the command says so, for many clips.

python -m benchmarks.extract_resume --json build/bench/extract_resume.json
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

import click

from benchmarks.extract_decode import write
from benchmarks.extract_meter import Meter
from benchmarks.measure import save

CLASSES = 100
# The quickest there is, for only the number of clips matters here.
QUICK = {
    **{"--dataset": "folder", "--device": "cpu", "--progress": "off", "--backbone": "mc3_18"},
    **{"--weights": "random:0", "--levels": "layer4", "--size": "8", "--clip-len": "1"},
}


@click.command()
@click.option("--clips", default=10_000, show_default=True)
@click.option("--rounds", default=7, show_default=True)
@click.option("--json", "path", help="Write the figures to this file.")
def main(clips: int, rounds: int, path: str | None) -> None:
    """Extract a cache, ask for it again, and write how long that takes."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        films(folder / "videos", clips)
        again = [
            *(sys.executable, "-m", "adf", "extract", "--videos", str(folder / "videos")),
            *("--cache", str(folder / "cache"), "--out", str(folder / "run")),
            *(part for option in QUICK.items() for part in option),
        ]
        first = seconds(again)
        commands = {
            f"again, {clips} clips": again,
            "adf extract --help": [sys.executable, "-m", "adf", "extract", "--help"],
            "adf --help": [sys.executable, "-m", "adf", "--help"],
            "python -c pass": [sys.executable, "-c", "pass"],
        }
        turns = [{what: seconds(each) for what, each in commands.items()} for _ in range(rounds)]
        said = subprocess.run(again, check=True, capture_output=True, text=True).stdout
    if "complete" not in said:
        raise click.ClickException(f"the cache was not complete before: {said}")
    click.echo(said.splitlines()[0])
    click.echo(f"{'median seconds of ' + str(rounds):>24}    wall     CPU")
    figures = {"extracted first": dict(zip(("wall", "cpu"), first, strict=True))}
    for what in commands:
        wall, cpu = (median(turn[what][clock] for turn in turns) for clock in (0, 1))
        figures[what] = {"wall": wall, "cpu": cpu}
    for what, both in figures.items():
        click.echo(f"  {what:<22}{both['wall']:8.2f}{both['cpu']:8.2f}")
    save(path, {"clips": clips, "rounds": rounds, "seconds": figures})


def films(folder: Path, count: int) -> None:
    """Write one tiny film and give it many names."""
    folder.mkdir()
    film = write(folder.with_suffix(".mp4"), "mpeg4", {}, 32, 32, 2)
    for number in range(count):
        place = folder / f"class{number % CLASSES:03d}"
        place.mkdir(exist_ok=True)
        os.link(film, place / f"film{number:06d}.mp4")


def seconds(command: list[str]) -> tuple[float, float]:
    """Run a command in a new process; return its seconds on the wall and on the CPU."""
    with Meter() as meter:
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return meter.wall, meter.cpu


if __name__ == "__main__":
    main()
