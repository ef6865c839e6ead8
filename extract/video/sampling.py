"""Which frames of a video a view needs: whole-number arithmetic, without any video in it.

The frames ``start, start + step, ...`` before ``stop`` are the segment of a row. With a frame rate
asked for, its positions are the ticks of that clock instead, each showing the frame on the screen
at that time. A view takes ``length`` positions ``stride`` apart. The views of a segment are spread
evenly from its first position to its last; a single one lies in the middle. A segment shorter than
a view is played again from its start (policy ``loop``).
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from adf.errors import ConfigError, InvalidInput

Frames = NDArray[np.int64]
MOST_FPS = 1000


class NoFrames(Exception):
    """A window of a video has no frames; the text is the reason."""


@dataclass(frozen=True)
class Window:
    """What a row of the plan says of its video: the segment, which view of it, and mirrored or not.

    ``stop`` is the first frame after the segment, -1 for the end of the video.
    """

    start: int = 0
    stop: int = -1
    step: int = 1
    view: int = 0
    flip: bool = False

    def __post_init__(self) -> None:
        if self.start < 0 or self.stop < -1 or self.step < 1 or self.view < 0:
            raise InvalidInput(
                f"{self} is no frame window: start and view are at least 0, step at least 1, "
                "and stop is a frame number or -1 for the end"
            )


@dataclass(frozen=True)
class Views:
    """How many views a segment has, and how long each is."""

    count: int = 1
    length: int = 16
    stride: int = 1
    fps: Fraction | None = None
    short: str = "loop"

    def __post_init__(self) -> None:
        for name in ("count", "length", "stride"):
            if getattr(self, name) < 1:
                raise ConfigError(f"views: {name} is {getattr(self, name)}, at least 1 is needed")
        if self.fps is not None and not 0 < self.fps <= MOST_FPS:
            raise ConfigError(f"views: fps is {self.fps}, more than 0 and at most {MOST_FPS}")
        if self.short != "loop":
            raise ConfigError(f"views: short is '{self.short}'; known: loop")

    @property
    def span(self) -> int:
        """The positions from the first to the last frame of a view."""
        return (self.length - 1) * self.stride + 1

    def as_json(self) -> dict[str, Any]:
        """Return what decides which frames are taken, for provenance."""
        return {
            "views": self.count,
            "clip_length": self.length,
            "stride": self.stride,
            "fps": None if self.fps is None else str(self.fps),
            "short": self.short,
        }


@dataclass(frozen=True)
class Timeline:
    """The frames of a video in the order they are shown: how many, and when if that is known."""

    total: int
    pts: Frames | None = None
    time_base: Fraction | None = None

    def seconds(self, frames: Frames) -> NDArray[np.float64]:
        """Return when frames are shown, nan if nobody knows."""
        if self.pts is None or self.time_base is None:
            return np.full(frames.shape, np.nan)
        return np.asarray(self.pts[frames] * float(self.time_base), np.float64)


def frames_of(window: Window, views: Views, video: Timeline) -> Frames:
    """Return the ``length`` frame numbers of a window's view."""
    if window.view >= views.count:
        raise InvalidInput(
            f"view {window.view} is asked for and there are {views.count}, counted from 0"
        )
    stop = video.total if window.stop < 0 else min(window.stop, video.total)
    segment = range(window.start, stop, window.step)
    if not segment:
        spelled = f"{window.start}:{'' if window.stop < 0 else window.stop}"
        raise NoFrames(f"no frame lies in the window {spelled} of its {video.total} frames")
    if views.fps is None:
        return segment.start + segment.step * positions(views, window.view, len(segment))
    return _by_time(segment, window.view, views, video)


def positions(views: Views, view: int, size: int) -> Frames:
    """Return which of ``size`` positions a view takes."""
    steps = np.arange(views.length, dtype=np.int64)
    room = size - views.span
    if room < 0:
        return steps % len(range(0, size, views.stride)) * views.stride
    gaps = views.count - 1
    first = (2 * view * room + gaps) // (2 * gaps) if gaps else room // 2
    return first + steps * views.stride


def _by_time(segment: range, view: int, views: Views, video: Timeline) -> Frames:
    if video.pts is None or video.time_base is None or views.fps is None:
        raise NoFrames("its frames have no times, so that no frame rate can be chosen")
    shown = video.pts[segment.start : segment.stop : segment.step]
    tick = 1 / (views.fps * video.time_base)
    first, last = int(shown[0]), int(shown[-1])
    ticks = positions(views, view, int((last - first) / tick) + 1)
    # Exact: frame times are whole numbers, so a time may be rounded down before comparing.
    times = [first + int(int(position) * tick) for position in ticks]
    found = np.searchsorted(shown, np.array(times, dtype=np.int64), side="right") - 1
    return segment.start + segment.step * found.astype(np.int64)
