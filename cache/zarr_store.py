"""Zarr v3, sharded, one chunk a clip: any Zarr library opens the folder as it is.

The files are written and read here and not through zarr-python: its indexing costs ten times the
copy, it never fsyncs, and two versions of it need not write the same bytes.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
from numcodecs.zstd import Zstd
from numpy.typing import NDArray

from adf.cache.canonical import crc32c
from adf.cache.folder import Bytes
from adf.cache.spec import Part
from adf.cache.store import Codec, Files, Layout, OnDisk, PlainRows, Rows, StoredRows
from adf.cache.zarr_format import (
    CRC_BYTES,
    array_document,
    crc_bytes,
    group_document,
    read_index,
    shard_bytes,
)
from adf.errors import CorruptCache


class ZarrStore(OnDisk):
    """See the module."""

    name: ClassVar[str] = "zarr"
    root_file: ClassVar[str] = "zarr.json"
    group_file: ClassVar[str] = "zarr.json"

    @classmethod
    def check(cls, codec: Codec) -> None:
        """Both codecs will do."""

    def write_attributes(
        self, group: str, attributes: Mapping[str, Any], *, exclusive: bool
    ) -> bool:
        """Write the group's ``zarr.json``."""
        return self.folder.write(_document(group), group_document(attributes), exclusive=exclusive)

    def read_attributes(self, group: str) -> dict[str, Any]:
        """Read the group's ``zarr.json``; any changed byte is an error."""
        name = _document(group)
        data = self.folder.read(name)
        try:
            attributes: dict[str, Any] = json.loads(data)["attributes"]["adf"]
            intact = group_document(attributes) == data
        except (ValueError, KeyError, TypeError):
            intact = False
        if not intact:
            raise CorruptCache(
                f"{self.folder}/{name} is damaged or not a feature cache's: "
                "restore it from a copy, or make the cache again"
            )
        return attributes

    def metadata(self, layout: Layout, parts: Sequence[Part]) -> dict[str, bytes]:
        """Return the ``zarr.json`` of every array."""
        return {_document(f"{layout.modality}/{p.name}"): array_document(layout, p) for p in parts}

    def declare(self, layout: Layout, parts: Sequence[Part]) -> None:
        """Write the ``zarr.json`` of every array."""
        for name, data in self.metadata(layout, parts).items():
            self.folder.write(name, data)

    def write_shard(self, layout: Layout, shard: int, rows: Mapping[Part, Rows]) -> Files:
        """Write one file for each part."""
        files: Files = {}
        for part, values in rows.items():
            data = shard_bytes(layout, part, values)
            name = _shard_file(layout, part, shard)
            self.folder.write(name, data)
            files[name] = {"bytes": data.size, "crc32c": crc32c(data)}
        return files

    def shard_files(self, layout: Layout, shard: int, parts: Sequence[Part]) -> list[str]:
        """Return one file for each part."""
        return [_shard_file(layout, part, shard) for part in parts]

    def open_shard(self, layout: Layout, shard: int, part: Part, files: Files) -> StoredRows:
        """Map the file, check its index and view the rows."""
        name = _shard_file(layout, part, shard)
        rows = len(layout.rows_of(shard))
        data = self.folder.map(name)
        if name not in files or data.size != files[name]["bytes"]:
            expected = files.get(name, {}).get("bytes", "no")
            raise CorruptCache(f"{self.folder}/{name} has {data.size} bytes, {expected} expected")
        sizes = read_index(data, rows, layout.shard_rows)
        if sizes is None:
            raise CorruptCache(f"the index of {self.folder}/{name} is damaged")
        if layout.codec == "zstd":
            return CompressedRows(data, sizes)
        step = part.row_bytes + CRC_BYTES
        if (sizes != step).any():
            raise CorruptCache(f"{self.folder}/{name} has chunks of another size than its level")
        return CheckedRows(data, 0, step, part.row_bytes)

    def finish(self, sealed: Mapping[str, tuple[Layout, Sequence[Part]]]) -> None:
        """Zarr needs nothing more."""

    def damage(self, sealed: Mapping[str, tuple[Layout, Sequence[Part]]]) -> list[tuple[str, str]]:
        """Nothing more, nothing damaged."""
        return []


class CheckedRows(PlainRows):
    """Rows followed by the crc32c that Zarr's own codec keeps."""

    def checksum(self, row: int) -> int:
        """Return the crc32c of a row; the stored one must say the same."""
        value = super().checksum(row)
        end = self.start + row * self.step + self.count
        if self._data[end : end + CRC_BYTES].tobytes() != crc_bytes(value):
            raise CorruptCache("its bytes do not match the checksum beside them")
        return value


class CompressedRows:
    """Rows that are decompressed each time they are asked for."""

    view: Bytes | None = None
    start = step = 0

    def __init__(self, data: Bytes, sizes: NDArray[np.int64]) -> None:
        self._data = data
        self._ends = np.cumsum(sizes)
        self._starts = self._ends - sizes

    def row(self, row: int) -> Bytes:
        """Return the decompressed bytes of a row."""
        chunk = self._data[self._starts[row] : self._ends[row] - CRC_BYTES]
        try:
            # The decoder refuses views that may not be written to, but takes bytes.
            return np.frombuffer(Zstd().decode(chunk.tobytes()), np.uint8)
        except (RuntimeError, ValueError) as error:
            raise CorruptCache(f"its compressed bytes are damaged ({error})") from error

    def checksum(self, row: int) -> int:
        """Return the crc32c of the decompressed row; that of the compressed one must hold."""
        chunk = self._data[self._starts[row] : self._ends[row]]
        if chunk[-CRC_BYTES:].tobytes() != crc_bytes(crc32c(chunk[:-CRC_BYTES])):
            raise CorruptCache("its compressed bytes do not match the checksum beside them")
        return crc32c(self.row(row))


def _document(path: str) -> str:
    return f"{path}/zarr.json" if path else "zarr.json"


def _shard_file(layout: Layout, part: Part, shard: int) -> str:
    # The flat spelling of a chunk key: one folder a level, not one tree of folders a shard.
    return f"{layout.modality}/{part.name}/c.{shard}" + ".0" * len(part.shape)
