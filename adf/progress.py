"""How far a long piece of work is: a bar on a terminal, a line every 30 seconds in a log file."""

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from types import TracebackType
from typing import TYPE_CHECKING, Literal, Protocol, Self, TextIO

if TYPE_CHECKING:
    from rich import progress as rich_progress

Mode = Literal["auto", "bar", "log", "off"]
SECONDS_BETWEEN_LINES = 30.0


class Progress(Protocol):
    """What the work tells: that it advanced, and a short note such as ``12 failed``."""

    def advance(self, steps: int = 1, note: str = "") -> None:
        """Count ``steps`` as done; a note stays until the next one."""


@contextmanager
def progress(
    title: str,
    total: int,
    mode: Mode = "auto",
    *,
    stream: TextIO | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[Progress]:
    """Show the progress of ``total`` steps on ``stream`` (standard error) while the body runs."""
    stream = stream or sys.stderr
    # Never control codes into a file, whatever was asked for and whatever FORCE_COLOR says.
    can_draw = stream.isatty() and os.environ.get("TERM") != "dumb"
    if mode == "off":
        yield _Silent()
    elif mode != "log" and can_draw:
        with _bar(title, total, stream) as bar:
            yield bar
    else:
        with _Lines(title, total, stream, clock) as lines:
            yield lines


class _Silent:
    def advance(self, steps: int = 1, note: str = "") -> None:
        pass


class _Lines:
    """One line at the start, one every 30 seconds, one at the end."""

    def __init__(self, title: str, total: int, stream: TextIO, clock: Callable[[], float]) -> None:
        self._title, self._total, self._stream, self._clock = title, total, stream, clock
        self._done, self._note = 0, ""
        self._start = self._last = clock()

    def __enter__(self) -> Self:
        self._say(f"0/{self._total}")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        took = _spell(self._clock() - self._start)
        self._say(f"{'stopped' if kind else 'finished'} after {took}, {self._counts()}")

    def advance(self, steps: int = 1, note: str = "") -> None:
        self._done += steps
        self._note = note or self._note
        now = self._clock()
        if now - self._last >= SECONDS_BETWEEN_LINES:
            self._last = now
            left = max(self._total - self._done, 0) * (now - self._start) / max(self._done, 1)
            self._say(f"{self._counts()}, {_spell(left)} left")

    def _counts(self) -> str:
        percent = f" ({self._done / self._total:.0%})" if self._total else ""
        passed = self._clock() - self._start
        return f"{self._done}/{self._total}{percent}, {_rate(self._done / passed if passed else 0)}"

    def _say(self, text: str) -> None:
        note = f", {self._note}" if self._note else ""
        self._stream.write(f"{self._title}: {text}{note}\n")
        self._stream.flush()


def _rate(speed: float) -> str:
    return f"{speed:.3g}/s"


def _spell(seconds: float) -> str:
    return str(timedelta(seconds=round(seconds)))


@contextmanager
def _bar(title: str, total: int, stream: TextIO) -> Iterator[Progress]:
    # Imported here: most of rich is needed for the bar alone, and --help must stay fast.
    from rich import progress as rich_progress
    from rich.console import Console

    columns = (
        rich_progress.TextColumn("{task.description}", markup=False),
        rich_progress.BarColumn(),
        rich_progress.MofNCompleteColumn(),
        rich_progress.TextColumn("{task.fields[rate]}", markup=False),
        rich_progress.TimeRemainingColumn(),
        rich_progress.TextColumn("{task.fields[note]}", markup=False),
    )
    with rich_progress.Progress(*columns, console=Console(file=stream)) as bar:
        yield _Bar(bar, bar.add_task(title, total=total, rate="", note=""))


class _Bar:
    def __init__(self, bar: "rich_progress.Progress", task: "rich_progress.TaskID") -> None:
        self._bar, self._task, self._note = bar, task, ""

    def advance(self, steps: int = 1, note: str = "") -> None:
        self._note = note or self._note
        rate = _rate(self._bar.tasks[0].speed or 0)
        self._bar.update(self._task, advance=steps, rate=rate, note=self._note)
