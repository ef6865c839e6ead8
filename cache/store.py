"""The interface of a store: how the rows of a shard become files, and how they are found again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from adf.cache.canonical import crc32c
from adf.cache.folder import Bytes, DiskFolder, Folder
from adf.cache.spec import Part

Codec = Literal["none", "zstd"]
# One entry a row; None where the clip failed.
Rows = Sequence[NDArray[Any] | None]
# What a commit record keeps of every file of a shard: its size, its crc32c, and more if need be.
Files = dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Layout:
    """What a store needs to know of the modality it writes or reads."""

    modality: str
    rows: int
    shard_rows: int
    codec: Codec

    def rows_of(self, shard: int) -> range:
        """Return the rows of a shard; the last one may be short."""
        first = shard * self.shard_rows
        return range(first, min(first + self.shard_rows, self.rows))

    @property
    def shards(self) -> int:
        """The number of shards."""
        return -(-self.rows // self.shard_rows)


class StoredRows(Protocol):
    """The rows of one part in one shard, counted from its first.

    Where they lie as they are, row ``i`` starts at ``view[start + i * step]``: reading, the hot
    path, then calls nothing. Otherwise ``view`` is None.
    """

    view: Bytes | None
    start: int
    step: int

    def row(self, row: int) -> Bytes:
        """Return the little-endian bytes of a row."""
        ...

    def checksum(self, row: int) -> int:
        """Return the crc32c of a row, having checked all the store itself keeps about it."""
        ...


class Store(Protocol):
    """Writes and finds rows; says nothing about what they mean or whether they are committed."""

    name: ClassVar[str]
    root_file: ClassVar[str]
    group_file: ClassVar[str]
    folder: Folder

    def __init__(self, folder: Folder) -> None: ...

    @classmethod
    def place(cls, path: str | Path) -> Folder:
        """Return the folder in which a cache of this name lies."""
        ...

    @classmethod
    def recognises(cls, folder: Folder) -> bool:
        """Say whether a cache of this store lies in the folder."""
        ...

    @classmethod
    def check(cls, codec: Codec) -> None:
        """Raise if this store cannot do what is asked for."""
        ...

    def write_attributes(
        self, group: str, attributes: Mapping[str, Any], *, exclusive: bool
    ) -> bool:
        """Write the attributes of the root (``""``) or of a modality."""
        ...

    def read_attributes(self, group: str) -> dict[str, Any]:
        """Read them."""
        ...

    def declare(self, layout: Layout, parts: Sequence[Part]) -> None:
        """Write what foreign tools need in order to open the arrays of a modality."""
        ...

    def metadata(self, layout: Layout, parts: Sequence[Part]) -> dict[str, bytes]:
        """Return the exact files that :meth:`declare` writes."""
        ...

    def write_shard(self, layout: Layout, shard: int, rows: Mapping[Part, Rows]) -> Files:
        """Write the files of one shard durably and describe them."""
        ...

    def shard_files(self, layout: Layout, shard: int, parts: Sequence[Part]) -> list[str]:
        """Return the names of the files that :meth:`write_shard` writes."""
        ...

    def open_shard(self, layout: Layout, shard: int, part: Part, files: Files) -> StoredRows:
        """Find the rows of one part, having checked the index that leads to them."""
        ...

    def finish(self, sealed: Mapping[str, tuple[Layout, Sequence[Part]]]) -> None:
        """Write or renew what exists only for complete modalities; all of them are given."""
        ...

    def damage(self, sealed: Mapping[str, tuple[Layout, Sequence[Part]]]) -> list[tuple[str, str]]:
        """Return name and problem of the files of :meth:`finish` that are not as they should be."""
        ...


class OnDisk:
    """What the stores of a folder have in common."""

    root_file: ClassVar[str]

    def __init__(self, folder: Folder) -> None:
        self.folder = folder

    @classmethod
    def place(cls, path: str | Path) -> Folder:
        """Return a folder on disk."""
        return DiskFolder(Path(path))

    @classmethod
    def recognises(cls, folder: Folder) -> bool:
        """Say whether the root document is there."""
        return folder.has(cls.root_file)


def fill(part: Part) -> NDArray[Any]:
    """Return what stands in for the row of a failed clip: NaN, or zero where there is none."""
    value = np.nan if part.dtype.kind == "f" else 0
    return np.full(part.shape, value, part.dtype)


def little_endian(part: Part) -> np.dtype[Any]:
    """Return the dtype of a part as it is stored on every machine."""
    return part.dtype.newbyteorder("<")


class PlainRows:
    """Uncompressed rows, one every ``step`` bytes, viewed where they lie."""

    def __init__(self, data: Bytes, start: int, step: int, count: int) -> None:
        self._data, self.start, self.step, self.count = data, start, step, count
        self.view: Bytes | None = data

    def row(self, row: int) -> Bytes:
        """Return the bytes of a row, not copied."""
        start = self.start + row * self.step
        return self._data[start : start + self.count]

    def checksum(self, row: int) -> int:
        """Return the crc32c of a row."""
        return crc32c(self.row(row))
