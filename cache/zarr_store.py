"""Zarr v3, sharded, one chunk a clip: any Zarr library opens the folder as it is.

The files are written and read here and not through zarr-python: its indexing costs ten times the
copy, it never fsyncs, and two versions of it need not write the same bytes.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numcodecs.zstd import Zstd
from numpy.typing import NDArray

from adf.cache.canonical import canonical, crc32c
from adf.cache.folder import Bytes, DiskFolder, Folder
from adf.cache.spec import Part
from adf.cache.store import Codec, Files, Layout, PlainRows, Rows, StoredRows, fill, little_endian
from adf.errors import CorruptCache

ABSENT = np.uint64(2**64 - 1)
CRC_BYTES = 4
ZSTD_LEVEL = 3


class ZarrStore:
    """See the module."""

    name: ClassVar[str] = "zarr"
    root_file: ClassVar[str] = "zarr.json"
    group_file: ClassVar[str] = "zarr.json"

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

    def check(self, codec: Codec) -> None:
        """Both codecs will do."""

    def write_attributes(
        self, group: str, attributes: Mapping[str, Any], *, exclusive: bool
    ) -> bool:
        """Write the group's ``zarr.json``."""
        return self.folder.write(_document(group), _group(attributes), exclusive=exclusive)

    def read_attributes(self, group: str) -> dict[str, Any]:
        """Read the group's ``zarr.json``; any changed byte is an error."""
        name = _document(group)
        data = self.folder.read(name)
        try:
            attributes: dict[str, Any] = json.loads(data)["attributes"]["adf"]
            intact = _group(attributes) == data
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
        return {_document(f"{layout.modality}/{p.name}"): _array(layout, p) for p in parts}

    def declare(self, layout: Layout, parts: Sequence[Part]) -> None:
        """Write the ``zarr.json`` of every array."""
        for name, data in self.metadata(layout, parts).items():
            self.folder.write(name, data)

    def write_shard(self, layout: Layout, shard: int, rows: Mapping[Part, Rows]) -> Files:
        """Write one file a part: chunks in order, each with its crc32c, then their index."""
        files: Files = {}
        for part, values in rows.items():
            pack = _plain if layout.codec == "none" else _compressed
            chunks, sizes = pack(part, values)
            data = np.concatenate([chunks, _index(sizes, layout.shard_rows)])
            name = _shard_file(layout, part, shard)
            self.folder.write(name, data)
            files[name] = {"bytes": data.size, "crc32c": crc32c(data)}
        return files

    def open_shard(self, layout: Layout, shard: int, part: Part, files: Files) -> StoredRows:
        """Map the file, check its index and view the rows."""
        name = _shard_file(layout, part, shard)
        rows = len(layout.rows_of(shard))
        data = self.folder.map(name)
        if name not in files or data.size != files[name]["bytes"]:
            expected = files.get(name, {}).get("bytes", "no")
            raise CorruptCache(f"{self.folder}/{name} has {data.size} bytes, {expected} expected")
        sizes = _read_index(data, rows, layout.shard_rows)
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

    def damage(self, sealed: Mapping[str, tuple[Layout, Sequence[Part]]]) -> list[str]:
        """Nothing more, nothing damaged."""
        return []


class CheckedRows(PlainRows):
    """Rows followed by the crc32c that Zarr's own codec keeps."""

    def checksum(self, row: int) -> int:
        """Return the crc32c of a row; the stored one must say the same."""
        value = super().checksum(row)
        end = self.start + row * self.step + self.count
        if self._data[end : end + CRC_BYTES].tobytes() != _le(value):
            raise CorruptCache("its bytes do not match the checksum beside them")
        return value


class CompressedRows:
    """Rows that are decompressed each time they are asked for."""

    view: memoryview | None = None
    start = step = 0

    def __init__(self, data: Bytes, sizes: NDArray[np.int64]) -> None:
        self._data = data
        self._ends = np.cumsum(sizes)
        self._starts = self._ends - sizes

    def row(self, row: int) -> memoryview:
        """Return the decompressed bytes of a row."""
        chunk = self._data[self._starts[row] : self._ends[row] - CRC_BYTES]
        try:
            # The decoder refuses views that may not be written to, but takes bytes.
            return memoryview(Zstd().decode(chunk.tobytes()))
        except (RuntimeError, ValueError) as error:
            raise CorruptCache(f"its compressed bytes are damaged ({error})") from error

    def checksum(self, row: int) -> int:
        """Return the crc32c of the decompressed row; that of the compressed one must hold."""
        chunk = self._data[self._starts[row] : self._ends[row]]
        if chunk[-CRC_BYTES:].tobytes() != _le(crc32c(chunk[:-CRC_BYTES])):
            raise CorruptCache("its compressed bytes do not match the checksum beside them")
        return crc32c(np.frombuffer(self.row(row), np.uint8))


def _le(value: int) -> bytes:
    return value.to_bytes(CRC_BYTES, "little")


def _document(path: str) -> str:
    return f"{path}/zarr.json" if path else "zarr.json"


def _shard_file(layout: Layout, part: Part, shard: int) -> str:
    # The flat spelling of a chunk key: one folder a level, not one tree of folders a shard.
    return f"{layout.modality}/{part.name}/c.{shard}" + ".0" * len(part.shape)


def _group(attributes: Mapping[str, Any]) -> bytes:
    body = {"adf": attributes, "adf_crc32c": crc32c(canonical(attributes))}
    document = {"zarr_format": 3, "node_type": "group", "attributes": body}
    return json.dumps(document, indent=2, sort_keys=True, allow_nan=False).encode() + b"\n"


def _array(layout: Layout, part: Part) -> bytes:
    little: dict[str, Any] = {"name": "bytes"}
    if part.dtype.itemsize > 1:
        little["configuration"] = {"endian": "little"}
    zstd = {"name": "zstd", "configuration": {"level": ZSTD_LEVEL, "checksum": True}}
    squeeze = [zstd] if layout.codec == "zstd" else []
    index = {"name": "bytes", "configuration": {"endian": "little"}}
    sharding = {
        "chunk_shape": [1, *part.shape],
        "codecs": [little, *squeeze, {"name": "crc32c"}],
        "index_codecs": [index, {"name": "crc32c"}],
        "index_location": "end",
    }
    document = {
        "zarr_format": 3,
        "node_type": "array",
        "shape": [layout.rows, *part.shape],
        "data_type": part.dtype.name,
        "chunk_grid": {
            "name": "regular",
            "configuration": {"chunk_shape": [layout.shard_rows, *part.shape]},
        },
        "chunk_key_encoding": {"name": "default", "configuration": {"separator": "."}},
        "fill_value": "NaN" if part.dtype.kind == "f" else 0,
        "codecs": [{"name": "sharding_indexed", "configuration": sharding}],
        "attributes": {},
        "dimension_names": list(part.dims),
    }
    return json.dumps(document, indent=2).encode() + b"\n"


def _plain(part: Part, values: Rows) -> tuple[Bytes, NDArray[np.int64]]:
    step = part.row_bytes + CRC_BYTES
    chunks = np.empty((len(values), step), np.uint8)
    for chunk, value in zip(chunks, values, strict=True):
        row = _little(part, value)
        chunk[:-CRC_BYTES] = row
        chunk[-CRC_BYTES:] = np.frombuffer(_le(crc32c(row)), np.uint8)
    return chunks.reshape(-1), np.full(len(values), step, np.int64)


def _compressed(part: Part, values: Rows) -> tuple[Bytes, NDArray[np.int64]]:
    codec = Zstd(level=ZSTD_LEVEL, checksum=True)
    chunks = []
    for value in values:
        packed = bytes(codec.encode(_little(part, value)))
        chunks.append(np.frombuffer(packed + _le(crc32c(packed)), np.uint8))
    return np.concatenate(chunks), np.array([chunk.size for chunk in chunks], np.int64)


def _little(part: Part, value: NDArray[Any] | None) -> Bytes:
    row = fill(part) if value is None else value
    return np.ascontiguousarray(row, little_endian(part)).reshape(-1).view(np.uint8)


def _index(sizes: NDArray[np.int64], shard_rows: int) -> Bytes:
    """Offset and size of every chunk, absent beyond the last row, then the index' crc32c."""
    entries = np.full((shard_rows, 2), ABSENT, "<u8")
    entries[: len(sizes), 0] = np.cumsum(sizes) - sizes
    entries[: len(sizes), 1] = sizes
    index = entries.reshape(-1).view(np.uint8)
    return np.concatenate([index, np.frombuffer(_le(crc32c(index)), np.uint8)])


def _read_index(data: Bytes, rows: int, shard_rows: int) -> NDArray[np.int64] | None:
    """Return the chunk sizes if the index is the one we would write for them."""
    start = data.size - shard_rows * 16 - CRC_BYTES
    if start < 0:
        return None
    tail = data[start:]
    entries = tail[:-CRC_BYTES].tobytes()
    sizes = np.frombuffer(entries, "<u8").reshape(shard_rows, 2)[:rows, 1].astype(np.int64)
    intact = sizes.sum() == start and np.array_equal(_index(sizes, shard_rows), tail)
    return sizes if intact else None
