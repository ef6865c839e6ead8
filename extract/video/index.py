"""What the packets of a video say: how many frames, when they are shown, where to begin decoding.

The headers of a file may promise frames that are not there, so that every packet is read once;
that costs a small part of decoding. The number of a frame is its place in the order of showing,
counted over the packets, and stays the same however much of the video is decoded.
"""

from array import array
from contextlib import suppress
from dataclasses import dataclass, field
from fractions import Fraction

import av
import numpy as np
from av.video.stream import VideoStream

from adf.extract.video.container import Source, VideoPacket, one_line
from adf.extract.video.sampling import Frames, Timeline

ENOUGH = 0.9
# What begins a picture in MPEG-4.
PICTURE = b"\x00\x00\x01\xb6"


@dataclass(frozen=True)
class Index:
    """The frames, and what was found wrong. ``keys`` are the frames at which decoding can begin,
    with the timestamps to seek to; none if the packets do not tell when their frames are shown.
    """

    timeline: Timeline
    keys: Frames
    seek_to: Frames
    notes: tuple[str, ...]
    whole: bool

    @property
    def timed(self) -> bool:
        """Whether a decoded frame is known by its time, and not only by counting."""
        return self.keys.size > 0


@dataclass
class _Tally:
    """What was read from packets."""

    packets: int = 0
    end: int = 0
    hidden: int = 0
    damaged: int = 0
    untimed: int = 0
    packed: bool = False
    pts: "array[int]" = field(default_factory=lambda: array("q"))
    key_pts: "array[int]" = field(default_factory=lambda: array("q"))
    key_dts: "array[int]" = field(default_factory=lambda: array("q"))

    def add(self, packet: VideoPacket, codec: str) -> None:
        """Count a packet."""
        self.packets += 1
        self.end = max(self.end, 0 if packet.dts is None else packet.dts + 1)
        self.damaged += packet.is_corrupt
        self.packed = self.packed or (codec == "mpeg4" and _packed(packet))
        if packet.is_discard or not _shown(packet, codec):
            self.hidden += 1
        elif packet.pts is None:
            self.untimed += 1
        else:
            self.pts.append(packet.pts)
            if packet.is_keyframe:
                self.key_pts.append(packet.pts)
                self.key_dts.append(packet.pts if packet.dts is None else packet.dts)


def read_index(source: Source) -> Index:
    """Read all packets of the video stream, without decoding any."""
    stream, tally, notes = source.stream, _Tally(), list[str]()
    codec, kind = stream.codec_context.name, source.container.format.name
    try:
        for packet in source.container.demux(stream):
            if packet.size:
                tally.add(packet, codec)
    except (av.FFmpegError, OSError, ValueError) as error:
        notes.append(f"reading ended early: {one_line(error)}")
    if tally.damaged:
        notes.append(f"{tally.damaged} damaged packets")
    whole = not notes
    times = np.array(tally.pts, np.int64)
    # AVI counts frames that were dropped, which have a place in time and no data.
    there = max(tally.packets, tally.end) if "avi" in kind else tally.packets
    shortfall, enough = _shortfall(stream, there, times)
    notes += [shortfall] if shortfall else []
    trusted = _trusted(stream, tally, times)
    in_order = np.sort(times)
    timeline = _timeline(stream, tally.packets - tally.hidden, in_order if trusted else None)
    key_pts = np.array(tally.key_pts if trusted else [], np.int64)
    order = np.argsort(key_pts)
    keys = np.searchsorted(in_order, key_pts[order]).astype(np.int64)
    seek_to = np.array(tally.key_pts if "matroska" in kind else tally.key_dts, np.int64)
    return Index(timeline, keys, seek_to[order], tuple(notes), whole and enough)


def _trusted(stream: VideoStream, tally: _Tally, times: Frames) -> bool:
    """Tell whether every packet says when its frame is shown.

    Where frames are reordered, packets are out of order, unless their times are those of decoding.
    """
    if tally.untimed or tally.packed or not tally.key_pts or np.unique(times).size < times.size:
        return False
    return not stream.codec_context.has_b_frames or bool((times[1:] < times[:-1]).any())


def _packed(packet: VideoPacket) -> bool:
    """Tell packets with two pictures, as XviD and DivX make them: times are then those of others.

    An empty picture follows later, so that counting packets still counts frames.
    """
    return bytes(packet).count(PICTURE) > 1


def _shown(packet: VideoPacket, codec: str) -> bool:
    """Tell packets that only help to decode others: VP8 keeps them apart, marked in a bit."""
    return codec != "vp8" or bool(memoryview(packet)[0] & 0x10)


def _shortfall(stream: VideoStream, there: int, times: Frames) -> tuple[str, bool]:
    """Compare with what the headers promise; return a note, and whether there is enough."""
    if stream.frames:
        return (
            f"{there} of {stream.frames} frames" if there < stream.frames else "",
            there >= ENOUGH * stream.frames,
        )
    promised = 0.0
    with suppress(ValueError):
        for part in stream.metadata.get("DURATION", "0").split(":"):
            promised = 60 * promised + float(part)
    if promised and times.size > 1 and stream.time_base:
        seconds = float((int(times.max()) - int(times.min())) * stream.time_base)
        seconds *= times.size / (times.size - 1)
        if seconds < ENOUGH * promised:
            return f"{seconds:.2f} of {promised:.2f} seconds", False
    return "", True


def _timeline(stream: VideoStream, total: int, pts: Frames | None) -> Timeline:
    # PyAV has fractions of its own since version 19.
    base = stream.time_base
    if pts is not None:
        return Timeline(total, pts, Fraction(base.numerator, base.denominator) if base else None)
    rate = stream.average_rate or stream.base_rate
    if not rate:
        return Timeline(total)
    return Timeline(
        total, np.arange(total, dtype=np.int64), Fraction(rate.denominator, rate.numerator)
    )
