"""One shard in the making."""

import json
import time
from collections.abc import Mapping
from contextlib import suppress
from types import TracebackType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from adf.cache.canonical import crc32c
from adf.cache.encode import Unstorable, encode
from adf.cache.leases import FileLease, OwnLease, this_process
from adf.cache.records import Commit
from adf.cache.spec import Part
from adf.cache.store import Files, Rows
from adf.errors import InvalidInput

if TYPE_CHECKING:
    from adf.cache.appender import Appender


class Draft:
    """One shard in the making, in memory; it exists once :meth:`commit` returns.

    As a ``with`` block it commits at the end unless an error leaves the block, and in any case
    lets others have the shard.
    """

    def __init__(self, appender: "Appender", shard: int, lease: FileLease | OwnLease) -> None:
        self._appender, self.shard, self._lease = appender, shard, lease
        self.rows = appender.layout.rows_of(shard)
        self._stored: dict[int, dict[str, NDArray[Any]]] = {}
        self.failed: dict[int, str] = {}
        self.partial: dict[int, str] = {}
        self._began = time.time()

    @property
    def modality(self) -> str:
        """The modality that is filled."""
        return self._appender.provenance.modality

    @property
    def lacking(self) -> int:
        """How many rows were neither put nor failed yet."""
        return len(self.rows) - len(self._stored) - len(self.failed)

    def __enter__(self) -> "Draft":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        try:
            if error is None:
                self.commit()
        finally:
            self.release()

    def release(self) -> None:
        """Let others have the shard."""
        self._lease.release()

    def put(self, row: int, values: Mapping[str, ArrayLike], *, partial: str = "") -> None:
        """Give the levels of a row; ``partial`` says what is lacking in a usable clip.

        Values that cannot be kept (NaN, infinity, overflow) make the row a failed one.
        """
        try:
            stored = self._encode(values)
        except Unstorable as error:
            self.fail(row, str(error))
        else:
            self._keep(row, stored, partial)

    def fail(self, row: int, reason: str) -> None:
        """Record that a row has no features, and why."""
        self._forget(row)
        self.failed[row] = reason or "no reason given"

    def put_stored(
        self, row: int, stored: Mapping[str, NDArray[Any]], *, partial: str = ""
    ) -> None:
        """Give a row exactly as another cache stores it."""
        # The caller may use the arrays again for the next row.
        copies = {name: np.array(array) for name, array in stored.items()}
        self._keep(row, copies, partial)

    def _keep(self, row: int, stored: dict[str, NDArray[Any]], partial: str) -> None:
        self._forget(row)
        self._stored[row] = stored
        if partial:
            self.partial[row] = partial

    def commit(self) -> Commit:
        """Write the shard and then its record; every row must have been put or failed."""
        absent = [row for row in self.rows if row not in self._stored and row not in self.failed]
        if absent:
            raise InvalidInput(
                f"row {absent[0]} ({self._id(absent[0])}) of shard {self.shard} was neither put "
                "nor failed: nothing of the shard was written"
            )
        root, layout = self._appender.root, self._appender.layout
        parts = self._appender.provenance.parts()
        rows = {part: [self._row(row, part) for row in self.rows] for part in parts}
        while True:
            files = root.store.write_shard(layout, self.shard, rows)
            commit = self._record(rows, files)
            self._appender.commits.write(commit)
            # Had this process slept too long, gc may have taken the files for abandoned ones.
            if all(root.folder.has(name) for name in files):
                break
        self._note()
        return commit

    def _record(self, rows: Mapping[Part, Rows], files: Files) -> Commit:
        return Commit(
            provenance=self._appender.provenance.digest,
            shard=self.shard,
            first=self.rows.start,
            rows=len(self.rows),
            checksums={
                part.name: [None if value is None else crc32c(value) for value in values]
                for part, values in rows.items()
            },
            files=files,
            failed=dict(sorted(self.failed.items())),
            partial=dict(sorted(self.partial.items())),
        )

    def _encode(self, values: Mapping[str, ArrayLike]) -> dict[str, NDArray[Any]]:
        levels = self._appender.provenance.levels
        if set(values) != {level.name for level in levels}:
            expected = ", ".join(level.name for level in levels)
            raise InvalidInput(f"levels {', '.join(sorted(values))} given, {expected} expected")
        stored: dict[str, NDArray[Any]] = {}
        for level in levels:
            allow = self._appender.allow_nonfinite
            stored |= encode(level, values[level.name], allow_nonfinite=allow)
        return stored

    def _row(self, row: int, part: Part) -> NDArray[Any] | None:
        return self._stored[row][part.name] if row in self._stored else None

    def _forget(self, row: int) -> None:
        """The last word on a row counts."""
        self._own(row)
        for said in (self._stored, self.failed, self.partial):
            said.pop(row, None)

    def _own(self, row: int) -> None:
        if row not in self.rows:
            raise InvalidInput(
                f"row {row} is not of shard {self.shard}, which has rows {self.rows.start} to "
                f"{self.rows.stop - 1}"
            )

    def _id(self, row: int) -> str:
        return str(self._appender.root.plan.frame["id"].iloc[row])

    def _note(self) -> None:
        """Keep who did what, for people; no part of the cache depends on it."""
        folder = self._appender.root.folder.path
        if folder is None:
            return
        worker = this_process()
        name = f"{worker['machine'].split()[0]}-{worker['pid']}.jsonl"
        journal = folder / self._appender.provenance.modality / "journal"
        seconds = round(time.time() - self._began, 3)
        line = {
            "shard": self.shard,
            "rows": len(self.rows),
            "seconds": seconds,
            "time": time.time(),
        }
        with suppress(OSError):
            journal.mkdir(exist_ok=True)
            with (journal / name).open("a") as file:
                file.write(json.dumps(line) + "\n")
