"""Other ways to read all frames of a film at 112x112."""

from importlib import import_module
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

SIZE = 112


def area(film: Path, frames: int) -> NDArray[np.uint8]:
    """Read with OpenCV, scaling as well as here: every pixel counts."""
    return opencv(film, frames, "INTER_AREA")


def naive(film: Path, frames: int) -> NDArray[np.uint8]:
    """Make every frame full-size RGB, then floating point, then small, to take 16 of them."""
    import torch

    out = np.empty((frames, SIZE, SIZE, 3), np.uint8)
    with av.open(str(film)) as container:
        container.streams.video[0].codec_context.thread_count = 1
        for place, frame in enumerate(container.decode(video=0)):
            image = torch.from_numpy(frame.to_ndarray(format="rgb24")).permute(2, 0, 1)[None]
            small = torch.nn.functional.interpolate(image.float(), (SIZE, SIZE), mode="bilinear")
            out[place] = small[0].permute(1, 2, 0).byte().numpy()
    return out[:16]


def opencv(film: Path, frames: int, how: str = "INTER_LINEAR") -> NDArray[np.uint8]:
    """Read with OpenCV: cut, then scale, then change the order of colours.

    Its linear scaling looks at four pixels whatever the ratio, and so shows false patterns.
    """
    cv2: Any = import_module("cv2")
    cv2.setNumThreads(1)
    options = [cv2.CAP_PROP_N_THREADS, 1]
    capture: Any = cv2.VideoCapture(str(film), cv2.CAP_FFMPEG, options)
    out = np.empty((frames, SIZE, SIZE, 3), np.uint8)
    for place in range(frames):
        _, image = capture.read()
        side = min(image.shape[:2])
        top, left = (image.shape[0] - side) // 2, (image.shape[1] - side) // 2
        square = image[top : top + side, left : left + side]
        small = cv2.resize(square, (SIZE, SIZE), interpolation=getattr(cv2, how))
        cv2.cvtColor(small, cv2.COLOR_BGR2RGB, out[place])
    capture.release()
    return out


def torchcodec(film: Path, frames: int) -> NDArray[np.uint8]:
    """Read with torchcodec and scale with torch, the faster of its two ways."""
    import torch

    torch.set_num_threads(1)
    package: Any = import_module("torchcodec.decoders")
    decoder = package.VideoDecoder(str(film), num_ffmpeg_threads=1, seek_mode="approximate")
    out = np.empty((frames, SIZE, SIZE, 3), np.uint8)
    for begin in range(0, frames, 16):
        images = decoder.get_frames_in_range(begin, min(begin + 16, frames)).data
        side = min(images.shape[-2:])
        top, left = (images.shape[-2] - side) // 2, (images.shape[-1] - side) // 2
        square = images[..., top : top + side, left : left + side]
        small = torch.nn.functional.interpolate(square, (SIZE, SIZE), mode="bilinear")
        out[begin : begin + 16] = small.permute(0, 2, 3, 1).numpy()
    return out


def decord(film: Path, frames: int) -> NDArray[np.uint8]:
    """Read with decord scaling while it decodes, and cut."""
    with av.open(str(film)) as container:
        stream = container.streams.video[0]
        width = SIZE * stream.width // stream.height
    package: Any = import_module("decord")
    reader = package.VideoReader(str(film), width=width, height=SIZE, num_threads=1)
    left = (width - SIZE) // 2
    parts = [
        reader.get_batch(range(begin, min(begin + 16, frames))).asnumpy()
        for begin in range(0, frames, 16)
    ]
    return np.concatenate([part[:, :, left : left + SIZE] for part in parts])
