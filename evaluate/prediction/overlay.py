"""A video with what was seen in it written over it."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from adf.errors import InvalidInput
from adf.extract.video.container import Source, Unreadable, one_line
from adf.files import translate_os_error

# More threads would cut frames in slices, and a preset stands for dozens of settings of x264.
OPTIONS = {"preset": "veryfast", "crf": "18", "threads": "1"}
# A smaller picture is enlarged until a line of writing, a part of its height, can be read.
LOWEST, LINE = 360, 1 / 20
SHADE, INK, BAR = (0, 0, 0, 150), (255, 255, 255, 255), (47, 127, 214, 220)


def write_overlay(video: Path, top: Sequence[tuple[str, float]], out: Path) -> None:
    """Write ``video`` as MP4 with a line and a bar for each class; its sound stays behind."""
    staged = out.with_name(f".{out.name}.part")
    with translate_os_error(out):
        try:
            _write(video, top, staged)
            os.replace(staged, out)
        except (Unreadable, av.FFmpegError) as error:
            raise InvalidInput(f"{video}: {one_line(error)}") from None
        finally:
            staged.unlink(missing_ok=True)


def _write(video: Path, top: Sequence[tuple[str, float]], staged: Path) -> None:
    label: Image.Image | None = None
    with Source(video) as source, av.open(str(staged), "w", format="mp4") as target:
        rate = source.stream.average_rate or 25
        stream: Any = target.add_stream("libx264", rate=rate, options=OPTIONS)
        for frame in source.container.decode(source.stream):
            picture = enlarged(Image.fromarray(frame.to_ndarray(format="rgb24"))).convert("RGBA")
            if label is None:
                label = drawn(top, picture.width, picture.height)
                # Colours are stored for squares of four pixels.
                stream.width, stream.height = (side - side % 2 for side in picture.size)
                stream.pix_fmt = "yuv420p"
            shown = Image.alpha_composite(picture, label).convert("RGB")
            pixels: NDArray[np.uint8] = np.asarray(shown)[: stream.height, : stream.width]
            target.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
        target.mux(stream.encode())


def enlarged(picture: Image.Image) -> Image.Image:
    """Return a picture that is high enough to be written on."""
    times = -(-LOWEST // picture.height)
    return picture.resize((picture.width * times, picture.height * times), Image.Resampling.NEAREST)


def drawn(top: Sequence[tuple[str, float]], width: int, height: int) -> Image.Image:
    """Return a picture that lies over each frame, clear where nothing is written."""
    size = round(height * LINE)
    font = ImageFont.load_default(size)
    over = Image.new("RGBA", (width, height))
    pen = ImageDraw.Draw(over)
    pen.rectangle((0, 0, width, len(top) * size * 1.3 + size * 0.4), fill=SHADE)
    for line, (name, chance) in enumerate(top):
        y = size * (0.2 + 1.3 * line)
        pen.rectangle((0, y + size * 1.1, chance * width, y + size * 1.25), fill=BAR)
        pen.text((size * 0.3, y), f"{chance:4.0%} {name}", fill=INK, font=font)
    return over
