"""Whole videos to 112x112 against OpenCV, torchcodec and decord, and one clip against all.

python -m benchmarks.extract_decode --json build/bench/extract_decode.json
"""

import os
import tempfile
from collections.abc import Callable, Mapping
from fractions import Fraction
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import av
import click
import numpy as np
from numpy.typing import NDArray

from adf.extract.video.decoding import decode
from adf.extract.video.recipe import Recipe
from adf.extract.video.sampling import Views, Window
from benchmarks.decode_rivals import area, decord, naive, opencv, torchcodec
from benchmarks.measure import Way, in_turn, save, table

RIVALS = {"OpenCV": "cv2", "OpenCV area": "cv2", "torchcodec": "torchcodec", "decord": "decord"}
# Name: encoder, options, width, height, frames.
FILMS: dict[str, tuple[str, dict[str, str], int, int, int]] = {
    "mpeg4.avi": ("mpeg4", {"qscale": "4"}, 320, 240, 250),
    "h264.mp4": ("libx264", {}, 320, 240, 250),
    "1080p.mp4": ("libx264", {"preset": "veryfast"}, 1920, 1080, 100),
}
# With a key frame every two seconds, as films on the web have them.
LONG = {"preset": "veryfast", "g": "50"}
Reader = Callable[[Path, int], NDArray[np.uint8]]


@click.command()
@click.option("--rounds", default=7, show_default=True)
@click.option("--long", "long_frames", default=1500, show_default=True, help="Of the clip's film.")
@click.option("--pin/--no-pin", default=True, show_default=True, help="Use one core.")
@click.option("--json", "path", help="Write the figures to this file.")
def main(rounds: int, long_frames: int, pin: bool, path: str | None) -> None:
    """Measure, print ratios, and write them."""
    if pin and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    readers, skipped = available()
    click.echo(f"skipped, for they cannot be used here: {'; '.join(skipped) or 'none'}")
    seconds: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, (codec, options, *size) in FILMS.items():
            film = write(Path(folder) / name, codec, options, *size)
            ways = {rival: bind(reader, film, size[2]) for rival, reader in readers.items()}
            seconds[name] = in_turn(ways, rounds, {})
        film = write(Path(folder) / "long.mp4", "libx264", LONG, 1920, 1080, long_frames)
        seconds["clip"] = in_turn(clips(film, long_frames), rounds, {"adf all": 3, "naive": rounds})
    ratios = {
        name: {f"{rival} / adf": s / times["adf"] for rival, s in times.items() if rival != "adf"}
        for name, times in seconds.items()
        if name != "clip"
    }
    clip = seconds["clip"]
    ratios["random 16-frame clip of 1080p"] = {
        f"{name} / clip": s / clip["clip"] for name, s in clip.items() if name != "clip"
    }
    for name, figures in ratios.items():
        click.echo(f"time, {name}\n{table(figures, 'x') if figures else '  nothing to compare'}")
    facts = {"rounds": rounds, "long_frames": long_frames, "skipped": skipped, "seconds": seconds}
    save(path, {**facts, "ratios": ratios})


def available() -> tuple[dict[str, Reader], list[str]]:
    """Return the ways that can be used, and why the others cannot."""
    readers: dict[str, Reader] = {"adf": ours}
    skipped = []
    for name, reader in {
        "OpenCV": opencv,
        "OpenCV area": area,
        "torchcodec": torchcodec,
        "decord": decord,
    }.items():
        if find_spec(RIVALS[name]) is None:
            skipped.append(f"{name} (not installed)")
            continue
        try:
            with tempfile.TemporaryDirectory() as folder:
                reader(write(Path(folder) / "try.mp4", "libx264", {}, 64, 64, 3), 3)
        except Exception as error:
            skipped.append(f"{name} ({str(error).strip().splitlines()[0][:80]})")
        else:
            readers[name] = reader
    return readers, skipped


def bind(reader: Reader, film: Path, frames: int) -> Way:
    """Return a way that reads all frames of a film."""
    return lambda turn: reader(film, frames)


def clips(film: Path, frames: int) -> Mapping[str, Way]:
    """Return reading one clip at a random place, and reading everything."""
    starts = np.random.default_rng(0).integers(0, frames - 16, 1000)
    every = Recipe(Views(length=16, stride=frames // 16))
    one = Recipe(Views(length=16))
    return {
        "clip": lambda t: decode(film, [Window(int(starts[t]), int(starts[t]) + 16)], one),
        "adf all": lambda t: ours(film, frames),
        "naive": lambda t: naive(film, frames),
        "16 frames over all": lambda t: decode(film, [Window()], every),
    }


def ours(film: Path, frames: int) -> NDArray[np.uint8]:
    """Read with this package."""
    done = decode(film, [Window()], Recipe(Views(length=frames)))
    return np.asarray(done.arrays["square"][0])


def write(
    path: Path, codec: str, options: dict[str, str], width: int, height: int, frames: int
) -> Path:
    """Encode moving texture."""
    noise = np.random.default_rng(0).integers(0, 256, (height // 8 + 1, width // 8 + 1, 3))
    texture = noise.astype(np.uint8).repeat(8, 0).repeat(8, 1)[:height, :width]
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream(codec, rate=Fraction(25), options=options)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for number in range(frames):
            image = np.ascontiguousarray(np.roll(texture, (number, 2 * number), (0, 1)))
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image)))
        container.mux(stream.encode())
    return path


if __name__ == "__main__":
    main()
