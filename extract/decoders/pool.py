"""Videos decoded in child processes, in the order asked for, with a bounded number under way.

A process that dies, or takes longer than it may, costs the video it was at and is replaced. Frames
come through memory without a name, and processes end with their parent: no kill leaves anything.
"""

import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from multiprocessing.connection import wait
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from adf.errors import AdfError, ConfigError
from adf.extract.decoders.block import FRAMES, SECONDS, Block, arrays_in, pictures
from adf.extract.decoders.process import Answer, Job, Process, Task
from adf.extract.decoders.rendering import Decoder
from adf.extract.video.decoding import Decoded, Outcome
from adf.extract.video.recipe import Recipe

AHEAD = 2
STILLBORN = 3


class DecodePool:
    """``with DecodePool(recipe, workers=2) as pool: for job, decoded in pool.decode(jobs): ...``.

    With 0 workers the videos are decoded in this process, without a limit of time.
    """

    def __init__(self, recipe: Recipe, workers: int = 1, seconds: float = 120.0) -> None:
        if workers < 0 or not seconds > 0:
            raise ConfigError(f"decoders: {workers} processes for {seconds} seconds cannot be")
        self._recipe, self._most, self._seconds = recipe, workers, seconds
        self._workers: list[Process] = []
        # One more than are under way: the caller looks at that one.
        self._blocks = [Block() for _ in range(AHEAD * workers + 1 if workers else 0)]
        self._free = deque(range(len(self._blocks)))
        self._again: deque[Task] = deque()
        self._done: dict[int, tuple[Task, Answer]] = {}
        self._stillborn = 0

    @property
    def processes(self) -> list[int]:
        """The process ids of the workers there are."""
        return [worker.id for worker in self._workers]

    def decode(self, jobs: Iterable[Job]) -> Generator[tuple[Job, Decoded], None, None]:
        """Yield jobs with their frames; the arrays are valid until the next is asked for."""
        if not self._most:
            decoder = Decoder(self._recipe)
            for job in jobs:
                yield job, decoder(job.path, job.windows)
            return
        waiting, number = enumerate(jobs), 0
        try:
            while self._hand_out(waiting) or self._done:
                if number not in self._done:
                    self._collect()
                    continue
                task, answer = self._done.pop(number)
                yield task.job, self._result(task, answer)
                self._free.append(task.place)
                number += 1
        finally:
            self._clear(lambda worker: bool(worker.tasks))

    def _hand_out(self, waiting: Iterator[tuple[int, Job]]) -> int:
        """Give the workers something to do, and something to do next; return how much they have."""
        under_way = sum(len(worker.tasks) for worker in self._workers)
        while under_way < AHEAD * self._most and (task := self._next_task(waiting)):
            self._least_busy().ask(task)
            under_way += 1
        return under_way

    def _next_task(self, waiting: Iterator[tuple[int, Job]]) -> Task | None:
        if self._again:
            return self._again.popleft()
        if not self._free or (following := next(waiting, None)) is None:
            return None
        return Task(*following, self._free.popleft())

    def _least_busy(self) -> Process:
        worker = min(self._workers, key=lambda known: len(known.tasks), default=None)
        if worker is None or (worker.tasks and len(self._workers) < self._most):
            worker = Process(self._recipe, self._blocks)
            self._workers.append(worker)
        return worker

    def _collect(self) -> None:
        """Wait for an answer, a death or the end of the time a worker has; deal with it."""
        busy = [worker for worker in self._workers if worker.tasks]
        end = min(worker.since for worker in busy) + self._seconds
        answered = wait([worker.connection for worker in busy], max(0, end - time.monotonic()))
        now = time.monotonic()
        for worker in busy:
            if worker.connection in answered:
                self._read(worker)
            elif now - worker.since >= self._seconds:
                limit = f"{self._seconds:g} seconds (decode_seconds allows more)"
                self._bury(worker, f"decoding took longer than {limit}")

    def _read(self, worker: Process) -> None:
        try:
            answer = worker.answer()
        except (EOFError, OSError):
            how = worker.ended()
            self._stillborn += not worker.began
            if self._stillborn >= STILLBORN:
                raise AdfError(f"decoding processes cannot be started: one {how}") from None
            self._bury(worker, f"the process decoding it {how}" if worker.began else "")
            return
        self._stillborn = 0
        if answer is not None:
            task = worker.tasks.popleft()
            self._done[task.number] = (task, answer)

    def _bury(self, worker: Process, reason: str) -> None:
        """Do without a worker; what it was at has failed, and what it had not begun has not."""
        worker.kill()
        self._workers.remove(worker)
        if reason:
            task = worker.tasks.popleft()
            for name, array in self._arrays(task).items():
                array[...] = {FRAMES: -1, SECONDS: np.nan}.get(name, 0)
            outcomes = (Outcome("failed", reason),) * len(task.job.windows)
            self._done[task.number] = (task, (outcomes, {}))
        self._again.extend(worker.tasks)

    def _arrays(self, task: Task) -> dict[str, NDArray[Any]]:
        return arrays_in(self._blocks[task.place], self._recipe, len(task.job.windows))

    def _result(self, task: Task, answer: Answer) -> Decoded:
        found, (outcomes, lacking) = self._arrays(task), answer
        return Decoded(outcomes, found[FRAMES], found[SECONDS], pictures(found), lacking)

    def _clear(self, ending: Callable[[Process], bool]) -> None:
        """End the workers chosen and forget what is under way, so that every block is free."""
        for worker in filter(ending, list(self._workers)):
            worker.kill()
            self._workers.remove(worker)
        self._again.clear()
        self._done.clear()
        self._free = deque(range(len(self._blocks)))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self._clear(lambda worker: True)
        while self._blocks:
            self._blocks.pop().close()
