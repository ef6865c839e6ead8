"""Frames as a video file, the same bytes for the same frames."""

import io
from typing import Any

import av

from adf.demo.render import Pixels

# More threads would cut frames in slices, and a preset stands for dozens of settings of x264.
OPTIONS = {"preset": "veryfast", "crf": "20", "threads": "1"}


def film(pixels: Pixels, rate: int) -> bytes:
    """Return frames ``T H W 3`` as H.264 in MP4."""
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as container:
        stream: Any = container.add_stream("libx264", rate=rate, options=OPTIONS)
        stream.height, stream.width = pixels.shape[1:3]
        stream.pix_fmt = "yuv420p"
        for picture in pixels:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode())
    return file.getvalue()
