"""The hot path: rows of one stored array, copied from where their files are mapped."""

import errno
import resource
from collections import deque
from collections.abc import Callable
from typing import Any
from weakref import ref

import numpy as np
from numpy.typing import NDArray

from adf.cache.folder import Bytes
from adf.cache.spec import Part
from adf.cache.store import Layout, StoredRows

Index = NDArray[np.intp]
# View, start and step of the rows, unpacked for the hot path, and the rows themselves.
Opened = tuple[Bytes | None, int, int, StoredRows]
# Left for everything else a process opens.
SPARE_FILES = 256
# The kernel's default is 65,530 mappings a process, and libraries need many.
MOST_MAPPINGS = 48_000


class Mappings:
    """Keeps the mapped shard files of this process below what the system allows."""

    def __init__(self, most: int | None = None) -> None:
        self._most = most
        self._open: deque[tuple[ref[StoredPart], int]] = deque()

    def opened(self, part: "StoredPart", shard: int) -> None:
        """Count a mapping, and close the oldest if it is one too many."""
        self._most = self._most or _most_open_files()
        self._open.append((ref(part), shard))
        while len(self._open) > self._most:
            self._close_oldest()

    def close_all(self) -> None:
        """Close every mapping; what is read next is mapped anew."""
        while self._open:
            self._close_oldest()

    def _close_oldest(self) -> None:
        owner, shard = self._open.popleft()
        part = owner()
        if part is not None:
            part.close(shard)


# The limits are the process', so all its caches share them.
MAPPINGS = Mappings()


class StoredPart:
    """All rows of one stored array; each is checked against its record when first touched."""

    def __init__(
        self,
        part: Part,
        layout: Layout,
        open_shard: Callable[[int, Part], StoredRows],
        admit: Callable[[int], None],
        verify: Callable[[int, Part, StoredRows], None],
        mappings: Mappings,
    ) -> None:
        self.part, self._shard_rows, self._mappings = part, layout.shard_rows, mappings
        self._open_shard, self._admit, self._verify = open_shard, admit, verify
        self._shards: list[Opened | None] = [None] * layout.shards
        self._unseen, self._left = np.ones(layout.rows, np.bool_), layout.rows
        self._whole: NDArray[Any] | None = None

    def read(self, rows: Index, out: NDArray[Any]) -> None:
        """Copy ``rows`` into ``out``."""
        if self._left:
            self._check(rows[self._unseen[rows]])
        if out.dtype == self.part.dtype and out.flags.c_contiguous:
            self._copy(rows, out)
        else:
            same = np.empty((len(rows), *self.part.shape), self.part.dtype)
            self._copy(rows, same)
            out[...] = same

    def preload(self, rows: Index) -> NDArray[Any]:
        """Bring ``rows`` into memory, checked; later reads come from there."""
        if self._whole is None:
            whole = np.zeros((len(self._unseen), *self.part.shape), self.part.dtype)
            for row in rows:
                self.read(np.array([row]), whole[row : row + 1])
            self._whole = whole
            for shard in range(len(self._shards)):
                self.close(shard)
        return self._whole

    def close(self, shard: int) -> None:
        """Give back the mapping of a shard; it is mapped anew when it is read again."""
        self._shards[shard] = None

    def _copy(self, rows: Index, out: NDArray[Any]) -> None:
        """Copy plain bytes: indexing arrays of several axes would cost a tenth of the copy."""
        if self._whole is not None:
            # Any other mode copies twice; the row numbers were checked.
            np.take(self._whole, rows, axis=0, out=out, mode="clip")
            return
        target, count, place = out.reshape(-1).view(np.uint8), self.part.row_bytes, 0
        size, shards = self._shard_rows, self._shards
        # Row by row, not gathered first: a mapping that was closed meanwhile must not be kept.
        for row in rows.tolist():
            view, start, step, stored = shards[row // size] or self._open(row // size)
            if view is None:
                target[place : place + count] = stored.row(row % size)
            else:
                start += row % size * step
                target[place : place + count] = view[start : start + count]
            place += count

    def _open(self, shard: int) -> Opened:
        try:
            stored = self._open_shard(shard, self.part)
        except OSError as error:
            if error.errno != errno.EMFILE:
                raise
            # Others opened more than we left them.
            self._mappings.close_all()
            stored = self._open_shard(shard, self.part)
        opened = stored.view, stored.start, stored.step, stored
        self._shards[shard] = opened
        self._mappings.opened(self, shard)
        return opened

    def _check(self, unseen: Index) -> None:
        size = self._shard_rows
        for row in unseen.tolist():
            if self._unseen[row]:
                self._admit(row)
                *_, stored = self._shards[row // size] or self._open(row // size)
                self._verify(row, self.part, stored)
                self._unseen[row] = False
        # Counted, not counted down: several threads may check the same row.
        self._left = int(np.count_nonzero(self._unseen))


def _most_open_files() -> int:
    """Ask for as many open files as this user may have, and return how many to map."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < hard:
        soft = hard
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    unlimited = soft == resource.RLIM_INFINITY
    return MOST_MAPPINGS if unlimited else max(8, min(MOST_MAPPINGS, soft - SPARE_FILES))
