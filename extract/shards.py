"""Shards under way: the videos they need, and their commit in the background once they are full."""

from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from types import TracebackType
from typing import Self

from adf.cache import ClipPlan, Draft
from adf.extract.decoders.process import Job
from adf.extract.video.sampling import Window

Drafts = Mapping[str, Draft]
# All pictures of a job are in memory at the same time.
MOST_WINDOWS = 16


@dataclass(frozen=True)
class Task:
    """Windows of one video of a shard, with the drafts that want their features."""

    job: Job
    drafts: Drafts


def tasks(plan: ClipPlan, folder: Path, shards: Iterable[tuple[Draft, ...]]) -> Iterator[Task]:
    """Yield the videos of each shard."""
    for drafts in shards:
        by_name = {draft.modality: draft for draft in drafts}
        for job in jobs_of(plan, folder, drafts[0].rows):
            yield Task(job, by_name)


def jobs_of(plan: ClipPlan, folder: Path, rows: range) -> Iterator[Job]:
    """Yield the videos of some rows with their windows there, one of many windows in parts."""
    for video, clips in plan.frame.iloc[rows.start : rows.stop].groupby("video", sort=False):
        columns = (clips[name] for name in ("start", "stop", "step", "view", "flip"))
        windows = tuple(
            Window(start, stop, step, view, bool(flip))
            for start, stop, step, view, flip in zip(*columns, strict=True)
        )
        for begin in range(0, len(windows), MOST_WINDOWS):
            part = slice(begin, begin + MOST_WINDOWS)
            yield Job(tuple(clips.index[part]), folder / str(video), windows[part])


class Writer:
    """Commits full shards one after the other, beside the work on the next."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, "adf-write")
        self._under_way: Future[object] | None = None
        self._open: list[Draft] = []
        self.seconds = 0.0
        """Time for which everything else had to wait."""

    def take(self, drafts: Iterable[Draft]) -> None:
        """Answer for drafts until they are committed: whatever happens, others may have them."""
        self._open.extend(drafts)

    def settle(self, draft: Draft) -> None:
        """Commit a draft if every row of it has been put or failed."""
        if draft.lacking:
            return
        # One at a time is enough ahead: more would be kept in memory.
        self.wait()
        self._open.remove(draft)
        self._under_way = self._thread.submit(_commit, draft)

    def wait(self) -> None:
        """Wait until what was settled is written; raise if it could not be."""
        began = perf_counter()
        writing, self._under_way = self._under_way, None
        if writing:
            writing.result()
        self.seconds += perf_counter() - began

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        try:
            if error is None:
                self.wait()
        finally:
            self._thread.shutdown()
            for draft in self._open:
                draft.release()


def _commit(draft: Draft) -> None:
    with draft:
        pass
