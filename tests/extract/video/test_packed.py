"""XviD's packed pictures, which most older AVI files have: two in a packet, an empty one later."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import pytest

from adf.extract.video.container import Source
from adf.extract.video.decoding import decode
from adf.extract.video.index import PICTURE, read_index
from adf.extract.video.recipe import Recipe
from adf.extract.video.sampling import Views, Window
from tests.extract.video.samples import film, numbers

FRAMES = 40
# What tells decoders that pictures are packed, and a picture that says: nothing new.
MARK = b"\x00\x00\x01\xb2DivX503b1393p"
EMPTY = PICTURE + b"\x50\x60\x3f"
BETWEEN = 2


def kind(packet: bytes) -> int:
    """Return 0 for a key frame, 1 for a predicted one, 2 for one between two others."""
    return packet[packet.index(PICTURE) + len(PICTURE)] >> 6


@pytest.fixture
def packed(tmp_path: Path) -> Path:
    """A film whose frames carry their number, packed as XviD does it."""
    options = {"bf": "1", "sc_threshold": "1000000000"}
    plain = film(tmp_path / "plain.avi", "mpeg4", options, frames=FRAMES)
    path = tmp_path / "packed.avi"
    with av.open(str(plain)) as given, av.open(str(path), "w") as made:
        stream = made.add_stream_from_template(given.streams.video[0])
        pictures = [bytes(packet) for packet in given.demux(video=0) if packet.size]
        place = pictures[0].index(PICTURE)
        pictures[0] = pictures[0][:place] + MARK + pictures[0][place:]
        packets = list[bytes]()
        for picture in pictures:
            if kind(picture) == BETWEEN:
                packets[-1] += picture
                packets.append(EMPTY)
            else:
                packets.append(picture)
        assert EMPTY in packets
        for number, data in enumerate(packets):
            packet: Any = av.Packet(data)
            packet.pts = packet.dts = number
            packet.time_base = Fraction(1, 25)
            packet.stream = stream
            packet.is_keyframe = kind(data) == 0
            made.mux(packet)
    return path


def test_frames_come_in_the_order_they_are_shown(packed: Path) -> None:
    with av.open(str(packed)) as container:
        times = [frame.pts or 0 for frame in container.decode(video=0)]
    # Why this needs care: decoders give such frames the times of others.
    assert times != sorted(times)
    with Source(packed) as source:
        index = read_index(source)
    assert (index.timeline.total, index.timed, index.notes) == (FRAMES, False, ())
    done = decode(packed, [Window()], Recipe(Views(length=FRAMES)))
    assert [(o.status, o.reason) for o in done.outcomes] == [("ok", "")]
    assert numbers(done.arrays["square"])[0].tolist() == list(range(FRAMES))
    assert done.seconds[0].tolist() == pytest.approx([n / 25 for n in range(FRAMES)])


def test_single_clips_are_exact(packed: Path) -> None:
    windows = [Window(start, start + 3) for start in range(0, FRAMES - 3, 5)]
    done = decode(packed, windows, Recipe(Views(length=3)))
    assert numbers(done.arrays["square"]).tolist() == [
        [w.start + i for i in range(3)] for w in windows
    ]
