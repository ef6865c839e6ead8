"""Peak memory of extracting a short video and one ten times as long, beside a plain loop.

python -m benchmarks.extract_memory --json build/bench/extract_memory.json
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import click

from benchmarks.extract_decode import write
from benchmarks.measure import save

LONGER = 10
ENCODER = {"preset": "veryfast"}
WIDTH, HEIGHT = 1280, 720
SECONDS_BETWEEN_LOOKS = 0.01
Peaks = dict[str, float]


@click.command()
@click.option("--frames", default=32, show_default=True, help="Of the short video.")
@click.option("--backbone", default="r2plus1d_18", show_default=True)
@click.option("--json", "path", help="Write the figures to this file.")
def main(frames: int, backbone: str, path: str | None) -> None:
    """Measure, print ratios, and write them."""
    peaks: dict[str, dict[str, Peaks]] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for length, count in {"short": frames, "long": frames * LONGER}.items():
            place = folder / length / "any"
            place.mkdir(parents=True)
            film = write(
                place / "film.mp4", "libx264", {"preset": "veryfast"}, WIDTH, HEIGHT, count
            )
            for what, command in commands(folder, film, count, backbone).items():
                peaks.setdefault(what, {})[length] = peak_of(command)
    click.echo(f"{WIDTH}x{HEIGHT}, {frames} and {frames * LONGER} frames, {backbone}: peak MB")
    ratios = {}
    for what, by_length in peaks.items():
        ratios[what] = by_length["long"]["together"] / by_length["short"]["together"]
        for length, parts in by_length.items():
            text = ", ".join(f"{part} {megabytes:.0f}" for part, megabytes in parts.items())
            click.echo(f"  {what}, {length}: {text}")
        click.echo(f"  {what}, long / short: {ratios[what]:.2f} x")
    save(path, {"frames": frames, "backbone": backbone, "megabytes": peaks, "ratios": ratios})


def commands(folder: Path, film: Path, frames: int, backbone: str) -> dict[str, list[str]]:
    """Return what is to be run on one film: extractions, and the plain loop."""
    python, videos = (sys.executable, "-m"), film.parents[1]
    found = {}
    for views in (1, 8):
        work = videos.name, str(views)
        found[f"adf extract, views {views}"] = [
            *(*python, "adf", "extract", "--dataset", "folder", "--videos", str(videos)),
            *("--cache", str(folder / "-".join(("cache", *work))), "--views", str(views)),
            *("--backbone", backbone, "--weights", "random:0", "--set", "engine=frozen"),
            *("--out", str(folder / "-".join(("run", *work))), "--device", "cpu"),
            *("--progress", "off"),
        ]
    # What is in memory at most does not depend on how many stacks go through the network.
    found["plain loop"] = [
        *(*python, "benchmarks.extract_plain", str(film), str(folder / "plain.npy")),
        *("--backbone", backbone, "--stacks", str(frames // 16), "--most", "1"),
    ]
    return found


def peak_of(command: Sequence[str]) -> Peaks:
    """Run a command; return the peaks of its processes in MB, and the most they had together.

    A peak is what the system says was a process's highest, so nothing is missed between looks.
    """
    highest: dict[int, float] = {}
    together = 0.0
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    while process.poll() is None:
        now = 0.0
        for pid in family(process.pid):
            with suppress(OSError, KeyError, ValueError):
                status = memory(pid)
                highest[pid] = max(highest.get(pid, 0.0), status["VmHWM"])
                now += status["VmRSS"]
        together = max(together, now)
        time.sleep(SECONDS_BETWEEN_LOOKS)
    if process.returncode:
        raise click.ClickException(f"{' '.join(command)} ended with {process.returncode}")
    children = [peak for pid, peak in highest.items() if pid != process.pid]
    return {
        "together": max(together, highest[process.pid]),
        "command": highest[process.pid],
        "child": max(children, default=0.0),
    }


def family(pid: int) -> Iterator[int]:
    """Yield a process and its children."""
    yield pid
    with suppress(OSError):
        program = Path(f"/proc/{pid}/cmdline").read_bytes()
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                # One that was just forked is still in its parent's memory.
                if Path(f"/proc/{child}/cmdline").read_bytes() != program:
                    yield int(child)


def memory(pid: int) -> dict[str, float]:
    """Return what the system says of a process's memory, in MB."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    cells = (line.split() for line in lines if line.startswith("Vm"))
    return {name.rstrip(":"): int(number) / 1024 for name, number, _ in cells}


if __name__ == "__main__":
    main()
