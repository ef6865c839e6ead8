"""The frames of a video by number, decoding as few others as will do.

A frame that cannot be decoded is stood in for by the one shown before it, as a player would.
"""

from collections import deque
from collections.abc import Iterator
from itertools import chain

import av

from adf.extract.video.container import Source, VideoPacket
from adf.extract.video.index import Index
from adf.extract.video.sampling import Frames

# Here frames said not to be referenced are so; elsewhere (temporal layers) others may need them.
SKIPPABLE = ("h264", "mpeg4", "mpeg1video", "mpeg2video")
WORTH_A_SEEK = 8
Picture = tuple[int, av.VideoFrame]


class Frameserver:
    """Yields wanted frames, and counts what went wrong while decoding them."""

    def __init__(self, source: Source, index: Index, wanted: Frames) -> None:
        self._source, self._index = source, index
        self._pending = deque(wanted.tolist())
        self._held: av.VideoFrame | None = None
        self.errors = self.corrupt = self.stand_ins = 0

    def __iter__(self) -> Iterator[Picture]:
        """Yield number and frame of every wanted frame, in order of number.

        Nothing is yielded for frames of a video of which not one could be decoded.
        """
        if not self._index.timed:
            self._source.reopen()
            yield from self._serve(self._packets(), -1, self._index.timeline.total)
            yield from self._stand_in(self._index.timeline.total)
            return
        for entry, end in self._runs():
            yield from self._serve(self._seek(entry), entry, end)
        yield from self._stand_in(self._index.timeline.total)

    def _runs(self) -> Iterator[tuple[int, int]]:
        """Yield where to begin decoding and the first number no longer wanted, in turn."""
        wanted, keys = list(self._pending), self._index.keys
        entries = [int(k) for k in keys[keys.searchsorted(wanted, side="right") - 1]]
        begin = 0
        for place in range(1, len(wanted) + 1):
            last = place == len(wanted)
            if last or entries[place] > wanted[place - 1] + WORTH_A_SEEK:
                yield entries[begin], wanted[place - 1] + 1
                begin = place

    def _seek(self, entry: int) -> Iterator[VideoPacket]:
        """Return the packets from a key frame on, at the latest."""
        source, index = self._source, self._index
        place = int(index.keys.searchsorted(entry, side="right")) - 1
        try:
            source.container.seek(int(index.seek_to[max(place, 0)]), stream=source.stream)
            packets = self._packets()
            first = next(packets, None)
        except (av.FFmpegError, OSError, ValueError):
            first = None
        if first is not None and first.is_keyframe and 0 <= self._number(first.pts) <= entry:
            yield first
        else:
            source.reopen()
            packets = self._packets()
        yield from packets

    def _packets(self) -> Iterator[VideoPacket]:
        """Yield packets with data in them; the end of what is readable was noted already."""
        try:
            for packet in self._source.container.demux(self._source.stream):
                # An empty packet would end decoding; in AVI it says: show the last frame again.
                if packet.size:
                    yield packet
        except (av.FFmpegError, OSError, ValueError):
            return

    def _serve(self, packets: Iterator[VideoPacket], entry: int, end: int) -> Iterator[Picture]:
        """Yield the pending frames below ``end``; frames before ``entry`` are not whole yet."""
        counted = -1
        for frame in self._decode(packets):
            counted += 1
            number = self._number(frame.pts) if self._index.timed else counted
            if number < entry:
                continue
            self.corrupt += frame.is_corrupt
            yield from self._stand_in(min(number, end))
            self._held = frame
            if self._pending and self._pending[0] <= number:
                yield from self._stand_in(number)
                if self._pending and self._pending[0] == number:
                    yield self._pending.popleft(), frame
            if not self._pending or self._pending[0] >= end:
                return

    def _stand_in(self, before: int) -> Iterator[Picture]:
        while self._held is not None and self._pending and self._pending[0] < before:
            self.stand_ins += 1
            yield self._pending.popleft(), self._held

    def _decode(self, packets: Iterator[VideoPacket]) -> Iterator[av.VideoFrame]:
        wanted, skipping = set(self._pending), None
        may_skip = self._index.timed and self._source.stream.codec_context.name in SKIPPABLE
        for packet in chain(packets, [None]):
            # Opening again, which seeking may do, makes another stream.
            stream = self._source.stream
            if may_skip and packet is not None:
                skip = self._number(packet.pts) not in wanted
                if skip != skipping:
                    stream.codec_context.skip_frame = "NONREF" if skip else "DEFAULT"
                    skipping = skip
            try:
                frames = stream.decode(packet)
            except (av.FFmpegError, ValueError):
                self.errors += 1
            else:
                yield from frames

    def _number(self, pts: int | None) -> int:
        """Return the number of the frame shown at a time, -1 before the first."""
        if pts is None:
            return -1
        shown = self._index.timeline.pts
        return -1 if shown is None else int(shown.searchsorted(pts, side="right")) - 1
