"""Videos to committed shards: decode, render, run the networks, write, all at the same time."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from adf.cache import Appender, ClipPlan, Draft, claims, until_filled
from adf.extract.decoders.pool import DecodePool
from adf.extract.decoders.process import Job
from adf.extract.decoders.rendering import render
from adf.extract.engine.collector import Collector
from adf.extract.engine.engine import Features
from adf.extract.modalities.clip import Clip, Modality
from adf.extract.shards import Task, Writer, tasks
from adf.extract.stream import Stream
from adf.extract.video.decoding import Decoded
from adf.extract.video.geometry import Pixels

Step = Callable[[int, str], None]
# Which row of which draft, and what is lacking in its video.
Place = tuple[Draft, int, str]
SECONDS_BETWEEN_NOTES = 1.0


@dataclass(frozen=True)
class Branch:
    """What becomes of a modality's clips: how they are made, and where they collect."""

    stream: Stream
    collector: Collector[Place]
    appender: Appender


class Pipeline:
    """Fills all modalities of a cache from one decoding of each video."""

    def __init__(
        self,
        plan: ClipPlan,
        folder: Path,
        branches: Sequence[Branch],
        pool: DecodePool,
        *,
        strict: bool = False,
        step: Step = lambda clips, note: None,
    ) -> None:
        self._plan, self._folder, self._pool = plan, folder, pool
        self._branches = {branch.stream.name: branch for branch in branches}
        self._appenders = [branch.appender for branch in branches]
        self._strict, self._step = strict, step
        self._began, self._noted = perf_counter(), 0.0
        self._waiting = self._storing = 0.0
        self._writer = Writer()
        self.done = 0

    def run(self, first: int = 0) -> None:
        """Fill what is lacking and seal the modalities; ``first`` is the shard to begin with."""
        with self._writer:
            for _ in until_filled(self._appenders):
                self._one_pass(first)
        for appender in self._appenders:
            appender.seal()

    def shares(self) -> dict[str, float]:
        """Return the part of the time spent waiting for frames, in networks, and on writing."""
        passed = perf_counter() - self._began
        forward = sum(branch.collector.engine.seconds for branch in self._branches.values())
        writing = self._storing + self._writer.seconds
        parts = {"decode": self._waiting, "forward": forward, "write": writing}
        return {name: seconds / passed for name, seconds in parts.items()}

    def _one_pass(self, first: int) -> None:
        """Work on all shards that can be had now; frames of the next come while one is finished."""
        under_way: deque[Task] = deque()

        def jobs() -> Iterator[Job]:
            for task in tasks(self._plan, self._folder, self._shards(first)):
                under_way.append(task)
                yield task.job

        decoding = self._pool.decode(jobs())
        while True:
            began = perf_counter()
            found = next(decoding, None)
            self._waiting += perf_counter() - began
            if found is None:
                break
            task = under_way.popleft()
            for name, draft in task.drafts.items():
                self._feed(self._branches[name], draft, task.job, found[1])
        for branch in self._branches.values():
            self._keep(branch.collector.flush())
        self._writer.wait()

    def _shards(self, first: int) -> Iterator[tuple[Draft, ...]]:
        for drafts in claims(self._appenders, first):
            self._writer.take(drafts)
            yield drafts

    def _feed(self, branch: Branch, draft: Draft, job: Job, decoded: Decoded) -> None:
        for place, row in enumerate(job.rows):
            outcome = decoded.outcomes[place]
            if outcome.status == "failed" or (self._strict and outcome.status == "partial"):
                self._fail(draft, row, outcome.reason)
                continue
            pictures = self._pictures(branch.stream.modality, job, decoded, place)
            if isinstance(pictures, str):
                self._fail(draft, row, pictures)
                continue
            partial = outcome.reason if outcome.status == "partial" else ""
            self._keep(branch.collector.add((draft, row, partial), pictures))

    def _pictures(self, modality: Modality, job: Job, decoded: Decoded, place: int) -> Pixels | str:
        """Return what the network sees of a window, or why there is nothing to see."""
        if lack := decoded.lacking.get(modality.name, {}).get(place):
            return lack
        if modality.name in decoded.arrays:
            made: Pixels = decoded.arrays[modality.name][place]
            return made
        pixels = decoded.arrays[modality.geometry.name][place]
        window = job.windows[place]
        return render(modality, Clip(job.path, pixels, decoded.frames[place], window.flip))

    def _keep(self, results: Iterator[tuple[Place, Features]]) -> None:
        for (draft, row, partial), features in results:
            began = perf_counter()
            draft.put(row, features, partial=partial)
            self._storing += perf_counter() - began
            self._settle(draft)

    def _fail(self, draft: Draft, row: int, reason: str) -> None:
        draft.fail(row, reason)
        self._settle(draft)

    def _settle(self, draft: Draft) -> None:
        self.done += 1
        self._writer.settle(draft)
        self._step(1, self._note())

    def _note(self) -> str:
        """Say what the time is spent on, but not for every clip."""
        now = perf_counter()
        if now - self._noted < SECONDS_BETWEEN_NOTES:
            return ""
        self._noted = now
        return ", ".join(f"{name} {share:.0%}" for name, share in self.shares().items())
