"""Clips and settings of every method for the tests of flow."""

from pathlib import Path
from typing import get_args

import numpy as np
import pytest
from PIL import Image

from adf.extract.modalities.clip import Clip
from adf.extract.modalities.flow import Flow, FlowSettings, make_flow
from adf.extract.modalities.flow.settings import MethodName
from adf.extract.video.geometry import Pixels
from tests.extract.flow.known import shifted

SIZE = 48
FRAMES = 4
NEEDS_OPENCV = ("dis", "farneback", "tvl1")
PATTERN = {"x": "flow_x/x_{:05d}.jpg", "y": "flow_y/y_{:05d}.jpg"}


def settings_of(method: MethodName, folder: Path) -> FlowSettings:
    """Return the settings a method cannot do without; ``folder`` is for its pictures."""
    if method in NEEDS_OPENCV:
        pytest.importorskip("cv2")
    if method == "frames":
        render_pictures(folder / "known")
        return FlowSettings(method, folder=str(folder))
    return FlowSettings(method, weights="random:1" if method == "raft" else "")


def flow_of(method: MethodName, folder: Path) -> Flow:
    """Return the modality by one method."""
    return make_flow(settings_of(method, folder), SIZE)


def moving() -> Clip:
    """Return a clip of texture that moves a pixel a frame."""
    whole = shifted(1.0, SIZE, SIZE).clip
    return Clip(whole.path, whole.pixels[:FRAMES], whole.frames[:FRAMES])


def render_pictures(folder: Path, patterns: dict[str, str] = PATTERN, count: int = FRAMES) -> None:
    """Write pictures of flow, as other programs do: smooth, and different in every frame."""
    for number in range(1, count + 1):
        for axis, pattern in patterns.items():
            path = folder / pattern.format(number)
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(ramp(number, axis)).save(path, quality=95)


def ramp(number: int, axis: str) -> Pixels:
    """Return a picture ``H W`` that grows brighter to the right, or downwards."""
    line = np.linspace(40, 180, SIZE) + 8 * number
    picture = np.broadcast_to(line if axis == "x" else line[:, None], (SIZE, SIZE))
    return picture.astype(np.uint8)


EVERY: tuple[MethodName, ...] = get_args(MethodName)
