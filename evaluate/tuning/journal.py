"""The journal of a study: one JSON object a line, whole after any kill and on a full disk.

The system itself gives a lock back whose holder is gone: nobody has to wait for a dead worker.
"""

import fcntl
import json
import os
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from optuna.storages.journal import BaseJournalBackend

from adf.files import translate_os_error


@contextmanager
def alone(path: Path, wait: bool = True) -> Iterator[bool]:
    """Hold the lock ``path`` while the body runs, and say whether it was to be had."""
    with open(path, "ab") as file:
        yield held(file, wait)


def held(file: IO[bytes], wait: bool = True) -> bool:
    """Lock an open file, which gives the lock back when it is closed."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        return False
    return True


class Journal(BaseJournalBackend):
    """What Optuna's storage reads and writes, in one file that several processes share."""

    def __init__(self, path: Path) -> None:
        self._path = path
        # Where each line starts that was read before.
        self._starts = [0]
        path.touch()

    def read_logs(self, log_number_from: int) -> Generator[dict[str, Any], None, None]:
        """Yield the entries from that number on; a line without an end is none yet."""
        known = min(log_number_from, len(self._starts) - 1)
        with open(self._path, "rb") as file:
            file.seek(self._starts[known])
            lines = file.read().split(b"\n")[:-1]
        del self._starts[known + 1 :]
        for number, line in enumerate(lines, start=known):
            self._starts.append(self._starts[-1] + len(line) + 1)
            if number >= log_number_from:
                yield json.loads(line)

    def append_logs(self, logs: list[dict[str, Any]]) -> None:
        """Write entries durably, after what an interrupted writer left was cut off."""
        data = b"".join(json.dumps(log, separators=(",", ":")).encode() + b"\n" for log in logs)
        with translate_os_error(self._path), open(self._path, "r+b") as file:
            held(file)
            file.truncate(_end_of_lines(file))
            file.seek(0, os.SEEK_END)
            file.write(data)
            file.flush()
            os.fsync(file.fileno())


def _end_of_lines(file: IO[bytes], step: int = 4096) -> int:
    """Return where the last whole line ends."""
    at = file.seek(0, os.SEEK_END)
    while at:
        start = max(at - step, 0)
        file.seek(start)
        found = file.read(at - start).rfind(b"\n")
        if found >= 0:
            return start + found + 1
        at = start
    return 0
