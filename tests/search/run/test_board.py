"""Event files for TensorBoard, read back by the plainest reader of the format."""

import struct
from collections.abc import Iterator
from pathlib import Path

import google_crc32c
import pytest

from adf import metrics
from adf.search.board import varint
from adf.search.trial import carry_out
from tests.search.run.samples import small


def records(path: Path) -> Iterator[bytes]:
    """Yield the contents of the records of a file; their checksums are checked."""
    data = path.read_bytes()
    while data:
        (length,) = struct.unpack("<Q", data[:8])
        content = data[12 : 12 + length]
        for part, stored in ((data[:8], data[8:12]), (content, data[12 + length : 16 + length])):
            crc = google_crc32c.value(part)
            masked = (((crc >> 15) | (crc << 17)) + 0xA282EAD8) % 2**32
            assert stored == struct.pack("<I", masked)
        yield content
        data = data[16 + length :]


def fields(data: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Yield number and value of each field of a message."""
    at = 0

    def number() -> int:
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at, value, shift = at + 1, value | (byte & 127) << shift, shift + 7
            if byte < 128:
                return value

    while at < len(data):
        key = number()
        if key % 8 == 0:
            yield key // 8, number()
            continue
        length = {1: 8, 5: 4}[key % 8] if key % 8 in (1, 5) else number()
        yield key // 8, data[at : at + length]
        at += length


def scalars(folder: Path) -> dict[tuple[str, int], float]:
    """Return all numbers by name and step."""
    found: dict[tuple[str, int], float] = {}
    for path in sorted(folder.glob("tensorboard/*tfevents*")):
        first, *events = records(path)
        assert dict(fields(first))[3] == b"brain.Event:2"
        for event in events:
            parts = dict(fields(event))
            step, summary = parts[2], parts[5]
            assert isinstance(step, int)
            assert isinstance(summary, bytes)
            for _, value in fields(summary):
                assert isinstance(value, bytes)
                known = dict(fields(value))
                name, number = known[1], known[2]
                assert isinstance(name, bytes)
                assert isinstance(number, bytes)
                (found[name.decode(), step],) = struct.unpack("<f", number)
    return found


def test_every_epoch_is_on_the_board(cache: Path, tmp_path: Path) -> None:
    carry_out(small(cache, "method=darts"), "off", tmp_path / "run")
    found = scalars(tmp_path / "run")
    lines = [line for line in metrics.read(tmp_path / "run/metrics.jsonl") if "loss" in line]
    epochs = [line for line in lines if line["event"] == "epoch"]
    assert len(epochs) == 3
    for step, line in enumerate(epochs, start=1):
        for name in ("loss", "drop", "skip_mass", "entropy"):
            assert found[f"epoch/{name}", step] == pytest.approx(line[name], rel=1e-6)
        assert found["level/rgb/low", step] == pytest.approx(line["levels"][1][0], rel=1e-6)
        assert found["op/cell0/edge1/skip", step] == pytest.approx(line["ops"][0][1][1], rel=1e-6)
    (judged,) = (line for line in lines if line["event"] == "judged")
    assert found["judged/accuracy", 1] == pytest.approx(judged["accuracy"], rel=1e-6)


def test_going_on_repeats_nothing(cache: Path, tmp_path: Path) -> None:
    for _ in range(2):
        carry_out(small(cache, "method=random"), "off", tmp_path / "run")
    assert len(list((tmp_path / "run/tensorboard").iterdir())) == 1
    judged = [name for name, _ in scalars(tmp_path / "run") if name == "judged/accuracy"]
    lines = metrics.read(tmp_path / "run/metrics.jsonl")
    assert len(judged) == sum(line["event"] == "judged" for line in lines)


@pytest.mark.parametrize("number", [0, 1, 127, 128, 300, 2**20, 2**63])
def test_numbers_of_any_length(number: int) -> None:
    assert dict(fields(varint(1 << 3) + varint(number))) == {1: number}
