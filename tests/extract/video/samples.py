"""Films whose frames carry their number, so that it can be proved which of them were read."""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

BITS = 8
CLOCK = 25
# Codec, file name and options of what must be read exactly, those with reordered frames first.
KINDS: dict[str, tuple[str, str, dict[str, str]]] = {
    "h264-mp4": ("libx264", "film.mp4", {"bf": "3"}),
    "h264-open-gop": ("libx264", "open.mp4", {"bf": "3", "x264-params": "open-gop=1:b-pyramid=2"}),
    "h264-mkv": ("libx264", "film.mkv", {"bf": "3"}),
    "h264-ts": ("libx264", "film.ts", {"bf": "2"}),
    "h264-avi": ("libx264", "h264.avi", {"bf": "2"}),
    "mpeg4-b-avi": ("mpeg4", "reordered.avi", {"bf": "2", "sc_threshold": "1000000000"}),
    "mpeg4-avi": ("mpeg4", "film.avi", {"sc_threshold": "1000000000"}),
    "mpeg4-mp4": ("mpeg4", "film4.mp4", {"bf": "2", "sc_threshold": "1000000000"}),
    "hevc-mp4": ("libx265", "hevc.mp4", {"x265-params": "log-level=none:bframes=3:pools=none"}),
    "vp9-webm": ("libvpx-vp9", "film.webm", {"deadline": "realtime", "cpu-used": "8"}),
    "vp8-webm": ("libvpx", "vp8.webm", {"auto-alt-ref": "1", "lag-in-frames": "8"}),
    "mjpeg-avi": ("mjpeg", "jpeg.avi", {}),
}


def picture(number: int, width: int = 64, height: int = 48) -> NDArray[np.uint8]:
    """Draw 16 black and white fields: the bits of a number, in the square that is cut out."""
    bits = np.array([number >> bit & 1 for bit in range(2 * BITS)], np.uint8).reshape(2, BITS)
    side = min(width, height)
    square = bits[np.arange(side) * 2 // side][:, np.arange(side) * BITS // side] * 235 + 10
    image = np.full((height, width, 3), 128, np.uint8)
    top, left = (height - side) // 2, (width - side) // 2
    image[top : top + side, left : left + side] = square[..., None]
    return image


def numbers(pixels: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Read the numbers in pictures ``... H W 3``."""
    rows, columns = pixels.shape[-3], pixels.shape[-2]
    at_rows = (np.arange(2) * 2 + 1) * rows // 4
    at_columns = (np.arange(BITS) * 2 + 1) * columns // (2 * BITS)
    bits = pixels[..., at_rows[:, None], at_columns, 1] > 127
    weights = (1 << np.arange(2 * BITS)).reshape(2, BITS)
    return np.asarray((bits * weights).sum((-2, -1)), np.int64)


def film(
    path: Path,
    codec: str = "libx264",
    options: dict[str, str] | None = None,
    *,
    frames: int = 60,
    size: tuple[int, int] = (64, 48),
    pixels: str = "yuv420p",
    times: Sequence[int] | None = None,
    turn: int = 0,
    muxer: dict[str, str] | None = None,
) -> Path:
    """Encode numbered frames with a key frame every twelve; ``times`` are in 1/25 s."""
    if codec == "mjpeg":
        pixels = "yuvj420p"
    with av.open(str(path), "w", options=muxer or {}) as container:
        stream: Any = container.add_stream(codec, rate=CLOCK, options=options or {})
        stream.width, stream.height = size
        stream.pix_fmt = pixels
        stream.gop_size = 12
        stream.codec_context.time_base = Fraction(1, CLOCK)
        if turn:
            stream.set_display_rotation(turn)
        for number in range(frames):
            frame = av.VideoFrame.from_ndarray(picture(number, *size))
            frame.pts = number if times is None else times[number]
            frame.time_base = Fraction(1, CLOCK)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def sound(path: Path) -> Path:
    """Encode a second of silence."""
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream("aac", rate=44100)
        samples = np.zeros((1, 44100), np.float32)
        frame = av.AudioFrame.from_ndarray(samples, format="fltp", layout="mono")
        frame.sample_rate = 44100
        container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path
