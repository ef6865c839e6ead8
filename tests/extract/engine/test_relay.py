"""Batches overlap without getting mixed up; this holds for slots on any device."""

import numpy as np
import pytest
import torch

from adf.errors import ConfigError
from adf.extract.engine.cpu import CpuSlot
from adf.extract.engine.cuda import fitting, usual_batch
from adf.extract.engine.slots import Clips, Done, Prepared, Relay


class Noted(CpuSlot):
    """A slot on the CPU that says what it does, and doubles what it is given."""

    def __init__(self, number: int, notes: list[str]) -> None:
        super().__init__(lambda clips: (clips * 2.0,), 3, (1, 1, 1, 1))
        self.number, self.notes = number, notes

    def start(self, clips: Clips) -> None:
        self.notes.append(f"start {int(clips[0].item())} in {self.number}")
        super().start(clips)

    def finish(self) -> Done:
        self.notes.append(f"finish {self.number}")
        return super().finish()


def batch(value: int, count: int = 1) -> Clips:
    return np.full((count, 1, 1, 1, 1), value, np.uint8)


def test_one_slot_gives_each_batch_back_at_once() -> None:
    notes: list[str] = []
    relay: Relay[str] = Relay([Noted(0, notes)])
    for value in (5, 6):
        [(key, done)] = relay.submit(f"b{value}", batch(value, 2))
        assert key == f"b{value}"
        assert done.levels[0].ravel().tolist() == [2 * value] * 2
    assert relay.finish() == []
    assert notes == ["start 5 in 0", "finish 0", "start 6 in 0", "finish 0"]


def test_with_two_slots_the_next_batch_starts_before_the_last_one_is_waited_for() -> None:
    notes: list[str] = []
    relay: Relay[int] = Relay([Noted(0, notes), Noted(1, notes)])
    found = [result for value in (5, 6, 7) for result in relay.submit(value, batch(value))]
    assert [key for key, _ in found] == [5, 6]
    found += relay.finish()
    assert [(key, done.levels[0].item()) for key, done in found] == [(5, 10), (6, 12), (7, 14)]
    assert notes == [
        *("start 5 in 0", "start 6 in 1", "finish 0", "start 7 in 0", "finish 1", "finish 0"),
    ]
    assert relay.finish() == []


def test_a_batch_that_cannot_start_leaves_no_trace() -> None:
    notes: list[str] = []
    relay: Relay[int] = Relay([Noted(0, notes), Noted(1, notes)])
    relay.submit(5, batch(5))
    with pytest.raises(ValueError, match="broadcast"):
        relay.submit(6, batch(6, 4))
    [(key, done)] = relay.submit(7, batch(7))
    assert (key, done.levels[0].item()) == (5, 10)
    [(key, done)] = relay.finish()
    assert (key, done.levels[0].item()) == (7, 14)


@pytest.mark.parametrize(
    ("shape", "batch"),
    [
        ((16, 112, 112, 3), 32),
        ((16, 224, 224, 3), 8),
        ((32, 112, 112, 2), 16),
        ((8, 112, 112, 3), 64),
        ((4, 32, 32, 3), 128),
        ((600, 512, 512, 3), 1),
        ((17, 112, 112, 3), 16),
    ],
)
def test_the_usual_batch_is_smaller_for_larger_clips(
    shape: tuple[int, int, int, int], batch: int
) -> None:
    assert usual_batch(shape) == batch


class Memory:
    """Attempts that fail above a size, directly or at the end of the capture."""

    def __init__(self, room: int) -> None:
        self.room = room
        self.asked: list[int] = []

    def __call__(self, size: int) -> Prepared:
        self.asked.append(size)
        if size > self.room:
            try:
                raise torch.cuda.OutOfMemoryError("out of memory")
            finally:
                if size % 3:
                    raise RuntimeError("capture failed")
        return Prepared("cuda-graph", size, [])


def test_a_batch_that_nobody_asked_for_is_halved(caplog: pytest.LogCaptureFixture) -> None:
    memory = Memory(room=6)
    assert fitting(memory, 0, 32).batch == 4
    assert memory.asked == [32, 16, 8, 4]
    assert "too little memory for 32 clips at a time: trying 16" in caplog.text


@pytest.mark.parametrize(
    ("asked", "room", "text"),
    [(24, 6, "24 clips at a time: choose a smaller --batch-size"), (0, 0, "choose --device cpu")],
)
def test_too_little_memory_is_said(asked: int, room: int, text: str) -> None:
    with pytest.raises(ConfigError, match=text):
        fitting(Memory(room), asked, 32)


def test_other_errors_are_not_taken_for_a_lack_of_memory() -> None:
    def attempt(size: int) -> Prepared:
        raise RuntimeError("something else")

    with pytest.raises(RuntimeError, match="something else"):
        fitting(attempt, 0, 32)
