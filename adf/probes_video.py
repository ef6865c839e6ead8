"""The looks of ``adf doctor`` that touch video."""

import io
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from av.video.stream import VideoStream

CODECS = ("h264", "hevc", "mpeg4", "vp9")
FRAMES = 5


def libraries() -> str:
    """Import PyAV and name the FFmpeg libraries it brings."""
    import av

    codec = ".".join(map(str, av.library_versions["libavcodec"]))
    return f"PyAV {av.__version__}, FFmpeg {av.ffmpeg_version_info}, libavcodec {codec}"


def decoders() -> str:
    """Look for the decoders of the usual video files."""
    import av

    missing = []
    for name in CODECS:
        try:
            av.Codec(name, "r")
        except (av.FFmpegError, ValueError):
            missing.append(name)
    if missing:
        raise RuntimeError(f"no decoder for {', '.join(missing)}")
    return ", ".join(CODECS)


def round_trip() -> str:
    """Encode a few frames in memory and decode them again."""
    import av
    import numpy as np

    encoder = "libx264" if "libx264" in av.codecs_available else "mpeg4"
    memory = io.BytesIO()
    with av.open(memory, "w", format="mp4") as container:
        stream = cast("VideoStream", container.add_stream(encoder, rate=25))
        stream.width = stream.height = 64
        stream.pix_fmt = "yuv420p"
        for level in np.linspace(0, 250, FRAMES):
            image = np.full((64, 64, 3), level, np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image)))
        container.mux(stream.encode())
    memory.seek(0)
    with av.open(memory, "r") as container:
        brightness = [
            frame.to_ndarray(format="rgb24").mean() for frame in container.decode(video=0)
        ]
    if len(brightness) != FRAMES or brightness != sorted(brightness):
        raise RuntimeError(f"{FRAMES} frames went in, {len(brightness)} came out changed")
    return f"{FRAMES} frames through {encoder}"
