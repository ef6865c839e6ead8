"""The modality ``flow``: how the pixels of a clip move.

from adf.extract.modalities.flow import FlowSettings, make_flow
flow = make_flow(FlowSettings(method="farneback"), size=112)
flow.render(clip)       # uint8 T 112 112 2
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from adf.errors import ConfigError
from adf.extract.modalities.clip import Clip, Place
from adf.extract.modalities.flow import opencv
from adf.extract.modalities.flow.motion import (
    Computed,
    Estimator,
    painted,
    steadied,
    with_length,
)
from adf.extract.modalities.flow.rendered import Rendered
from adf.extract.modalities.flow.settings import FlowSettings as FlowSettings
from adf.extract.modalities.frames import existing_folder
from adf.extract.video.geometry import Geometry, Pixels
from adf.registry import Registry


@dataclass(frozen=True)
class Method:
    """A way to find motion; what changes its values takes the next version number.

    Pictures need ``least`` pixels a side.
    """

    name: str
    place: Place
    make: Callable[[FlowSettings, str], Estimator]
    version: int = 1
    least: int = 1


def classical(function: Callable[..., Any], part: str = "") -> Callable[..., Computed]:
    """Return what makes an estimator of a function of OpenCV, with its defaults for parameters."""

    def make(settings: FlowSettings, device: str) -> Computed:
        opencv.loaded(part)
        parameters = dict(function.__kwdefaults__ or {})
        return Computed(partial(function, **parameters), parameters)

    return make


def raft(settings: FlowSettings, device: str) -> Computed:
    """Return RAFT on a device."""
    from adf.extract.modalities.flow import learned

    return learned.raft(settings, device)


def repflow(settings: FlowSettings, device: str) -> Computed:
    """Return the representation-flow layer on a device."""
    from adf.extract.modalities.flow import learned

    return learned.repflow(settings, device)


def rendered(settings: FlowSettings, device: str) -> Rendered:
    """Return the pictures that another program made."""
    return Rendered(existing_folder(settings.folder, "flow.folder"), settings.bound)


METHODS: Registry[Method] = Registry(
    "flow method",
    Method("dis", "decoder", classical(opencv.dis), least=12),
    Method("farneback", "decoder", classical(opencv.farneback)),
    Method("tvl1", "decoder", classical(opencv.tvl1, "optflow")),
    Method("raft", "device", raft),
    Method("repflow", "device", repflow),
    Method("frames", "decoder", rendered),
)


@dataclass(frozen=True)
class Flow:
    """The modality ``flow``."""

    settings: FlowSettings
    geometry: Geometry
    estimator: Estimator
    name = "flow"

    @property
    def channels(self) -> int:
        """u and v, and the length of the motion if wanted."""
        return self.settings.channels

    @property
    def place(self) -> Place:
        """Where the method works."""
        return METHODS[self.settings.method].place

    def render(self, clip: Clip) -> Pixels:
        """Return the motion ``T H W channels`` as bytes."""
        motion = self.estimator(clip, self.geometry)
        if self.settings.steady == "median":
            motion = steadied(motion)
        if self.settings.channels == 3:
            motion = with_length(motion)
        return painted(motion, self.settings.bound, self.estimator.still)

    def as_json(self) -> Mapping[str, Any]:
        """Return what decides the values."""
        return {
            "method": self.settings.method,
            "version": METHODS[self.settings.method].version,
            "parameters": dict(self.estimator.as_json()),
            "bound": self.settings.bound,
            "channels": self.settings.channels,
            "steady": self.settings.steady,
        }


def make_flow(settings: FlowSettings, size: int, device: str = "cpu") -> Flow:
    """Return the modality for pictures of ``size x size``, the same that ``rgb`` has."""
    method = METHODS[settings.method]
    if size < method.least:
        raise ConfigError(
            f"flow.method {method.name} needs pictures of {method.least} pixels or more, not {size}"
        )
    estimator = method.make(settings, device)
    return Flow(settings, Geometry("square", size, size), estimator)


def make(size: int, settings: Mapping[str, Any], device: str) -> Flow:
    """Return the modality from plain settings, as every modality is made."""
    return make_flow(FlowSettings(**settings), size, device)
