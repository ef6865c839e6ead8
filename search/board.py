"""What a search measures, for TensorBoard: event files, written here without its packages.

A file is records of length, checksum, content, checksum; a content is an ``Event`` message of
numbers by name. Each process writes a file of its own, and TensorBoard reads all of a folder.
"""

import os
import struct
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from adf.cache.canonical import crc32c
from adf.files import translate_os_error
from adf.search.genotypes.space import FusionSpace

VERSION = b"brain.Event:2"
# The numbers of fields in the messages, and how these are written.
WALL_TIME, STEP, FILE_VERSION, SUMMARY = 1, 2, 3, 5
VALUE, TAG, SIMPLE_VALUE = 1, 1, 2
VARINT, DOUBLE, BYTES, FLOAT = 0, 1, 2, 5


class Board:
    """The event file of this process; it is made with the first numbers."""

    def __init__(self, folder: Path, space: FusionSpace) -> None:
        name = f"events.out.tfevents.{time.time():.0f}.{os.getpid()}.{time.monotonic_ns()}"
        self._path, self._space, self._judged = folder / "tensorboard" / name, space, 0

    def show(self, line: Mapping[str, Any]) -> None:
        """Write the numbers of a line of measurements."""
        kind = line["event"]
        if kind == "epoch":
            step = int(line["key"][0])
        elif kind == "judged":
            step = self._judged = self._judged + 1
        else:
            return
        values = {f"{kind}/{name}": value for name, value in line.items() if _is_number(value)}
        values |= dict(self._weights(line))
        self._write(message(SUMMARY, b"".join(summary(*each) for each in values.items())), step)

    def _weights(self, line: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
        """Yield the weights of a mixture by what they weigh."""
        for slot, weights in zip(self._space.choices, line.get("levels", ()), strict=False):
            for level, weight in zip(slot, weights, strict=False):
                yield f"level/{level}", weight
        for cell, edges in enumerate(line.get("ops", ())):
            for edge, weights in enumerate(edges):
                for op, weight in zip(self._space.ops, weights, strict=False):
                    yield f"op/cell{cell}/edge{edge}/{op}", weight

    def _write(self, content: bytes, step: int) -> None:
        with translate_os_error(self._path):
            self._path.parent.mkdir(exist_ok=True)
            first = b"" if self._path.exists() else record(event(message(FILE_VERSION, VERSION), 0))
            with open(self._path, "ab") as file:
                file.write(first + record(event(content, step)))


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def event(content: bytes, step: int) -> bytes:
    """Return a message with the time and the step."""
    now = struct.pack("<d", time.time())
    return tag(WALL_TIME, DOUBLE) + now + tag(STEP, VARINT) + varint(step) + content


def summary(name: str, value: float) -> bytes:
    """Return one number under its name."""
    number = tag(SIMPLE_VALUE, FLOAT) + struct.pack("<f", value)
    return message(VALUE, message(TAG, name.encode()) + number)


def message(field: int, content: bytes) -> bytes:
    """Return content of any length as a field."""
    return tag(field, BYTES) + varint(len(content)) + content


def tag(field: int, kind: int) -> bytes:
    """Return what comes before a field."""
    return varint(field << 3 | kind)


def varint(number: int) -> bytes:
    """Return a number of 0 or more, seven bits a byte, the lowest first."""
    found = bytearray()
    while number > 0x7F:
        found.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*found, number])


def record(content: bytes) -> bytes:
    """Return content between its length and its checksum."""
    length = struct.pack("<Q", len(content))
    return length + checksum(length) + content + checksum(content)


def checksum(content: bytes) -> bytes:
    """Return the checksum of these files: CRC-32C, turned and shifted."""
    value = crc32c(content)
    return struct.pack("<I", (((value >> 15) | (value << 17)) + 0xA282EAD8) & 0xFFFFFFFF)
