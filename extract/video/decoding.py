"""One video file to the frames of all its views, decoded once for every picture size asked for.

Whatever the file is, the result is an outcome for each window with its reason in a line, never an
error: ``ok``; ``partial``, if less than 90 % of the frames the file promises are there or something
in it is damaged; ``failed``, if there are no frames to give.
"""

import os
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import av
import numpy as np
from numpy.typing import NDArray

from adf.errors import AdfError
from adf.extract.video.container import Source, Unreadable, one_line
from adf.extract.video.frames import Frameserver
from adf.extract.video.geometry import Geometry, Painter, Pixels
from adf.extract.video.index import ENOUGH, Index, read_index
from adf.extract.video.recipe import Recipe
from adf.extract.video.sampling import Frames, NoFrames, Views, Window, frames_of


@dataclass(frozen=True)
class Outcome:
    """What became of a window; the reason may also add a remark to one that is ok."""

    status: Literal["ok", "partial", "failed"]
    reason: str = ""


@dataclass(frozen=True)
class Decoded:
    """The windows of a video, in the order asked for: ``V T`` numbers and seconds of the frames
    (-1 and nan where there are none) and ``V T H W C`` pixels (zeros there) of each geometry, and
    of what was made of them; ``lacking`` says why for the windows for which that was impossible.
    """

    outcomes: tuple[Outcome, ...]
    frames: Frames
    seconds: NDArray[np.float64]
    arrays: Mapping[str, Pixels]
    lacking: Mapping[str, Mapping[int, str]] = field(default_factory=dict)


def decode(
    path: str | os.PathLike[str],
    windows: Sequence[Window],
    recipe: Recipe,
    out: Mapping[str, Pixels] | None = None,
) -> Decoded:
    """Decode the windows of one video into ``out``, or into new arrays."""
    shapes = recipe.shapes(len(windows))
    arrays = out or {g.name: np.empty(shapes[g.name], np.uint8) for g in recipe.geometries}
    frames = np.full((len(windows), recipe.views.length), -1, np.int64)
    seconds = np.full(frames.shape, np.nan)
    outcomes: list[Outcome]
    try:
        with Source(path) as source:
            index = read_index(source)
            if not index.timeline.total:
                raise Unreadable("has no frames in its video stream")
            outcomes = _choose(windows, recipe.views, index, frames)
            chosen = frames[:, 0] >= 0
            seconds[chosen] = index.timeline.seconds(frames[chosen])
            outcome = _paint(source, index, windows, frames, recipe.geometries, arrays)
            outcomes = [outcome if known.status == "ok" else known for known in outcomes]
    except AdfError:
        raise
    except Unreadable as error:
        outcomes = [Outcome("failed", str(error))] * len(windows)
    except Exception as error:  # A file may be wrong in ways nobody has seen: it costs one video.
        reason = f"decoding failed: {type(error).__name__}: {one_line(error)}"
        outcomes = [Outcome("failed", reason)] * len(windows)
    for place, outcome in enumerate(outcomes):
        if outcome.status == "failed":
            frames[place], seconds[place] = -1, np.nan
            for array in arrays.values():
                array[place] = 0
    return Decoded(tuple(outcomes), frames, seconds, arrays)


def _choose(windows: Sequence[Window], views: Views, index: Index, frames: Frames) -> list[Outcome]:
    """Write the numbers of the frames wanted, and fail the windows that have none."""
    outcomes = []
    for place, window in enumerate(windows):
        try:
            frames[place] = frames_of(window, views, index.timeline)
            outcomes.append(Outcome("ok"))
        except NoFrames as error:
            outcomes.append(Outcome("failed", str(error)))
    return outcomes


def _paint(
    source: Source,
    index: Index,
    windows: Sequence[Window],
    frames: Frames,
    geometries: Sequence[Geometry],
    arrays: Mapping[str, Pixels],
) -> Outcome:
    """Write every wanted frame wherever it is wanted, and judge what came."""
    places: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for view, at in np.argwhere(frames >= 0).tolist():
        places[int(frames[view, at])].append((view, at))
    server = Frameserver(source, index, np.array(sorted(places), np.int64))
    painter = Painter(geometries)
    drawn: list[Pixels] = []
    last: av.VideoFrame | None = None
    painted = 0
    for number, frame in server:
        if frame is not last:
            drawn, last = painter.paint(frame), frame
        painted += 1
        for geometry, picture in zip(geometries, drawn, strict=True):
            for view, at in places[number]:
                seen = picture[:, ::-1] if windows[view].flip else picture
                arrays[geometry.name][view, at] = seen
    if painted < len(places):
        return Outcome("failed", "; ".join(["not one frame could be decoded", *index.notes]))
    return _judge(server, index, len(places))


def _judge(server: Frameserver, index: Index, wanted: int) -> Outcome:
    notes = list(index.notes)
    if server.errors:
        notes.append(f"{server.errors} packets could not be decoded")
    if server.corrupt:
        notes.append(f"{server.corrupt} frames are damaged")
    if server.stand_ins:
        notes.append(f"{server.stand_ins} of {wanted} frames stood in for by the one before")
    whole = index.whole and not (server.errors or server.corrupt)
    whole = whole and server.stand_ins <= (1 - ENOUGH) * wanted
    return Outcome("ok" if whole else "partial", "; ".join(notes))
