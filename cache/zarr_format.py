"""The bytes of Zarr v3: group and array documents, and shards of one chunk a clip."""

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
from numcodecs.zstd import Zstd
from numpy.typing import NDArray

from adf.cache.canonical import canonical, crc32c
from adf.cache.folder import Bytes
from adf.cache.spec import Part
from adf.cache.store import Layout, Rows, fill, little_endian

ABSENT = np.uint64(2**64 - 1)
CRC_BYTES = 4
ZSTD_LEVEL = 3


def crc_bytes(value: int) -> bytes:
    """Return a checksum as Zarr stores it."""
    return value.to_bytes(CRC_BYTES, "little")


def group_document(attributes: Mapping[str, Any]) -> bytes:
    """Return the ``zarr.json`` of a group; a checksum of our attributes stands beside them."""
    body = {"adf": attributes, "adf_crc32c": crc32c(canonical(attributes))}
    document = {"zarr_format": 3, "node_type": "group", "attributes": body}
    return json.dumps(document, indent=2, sort_keys=True, allow_nan=False).encode() + b"\n"


def array_document(layout: Layout, part: Part) -> bytes:
    """Return the ``zarr.json`` of an array."""
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


def shard_bytes(layout: Layout, part: Part, values: Rows) -> Bytes:
    """Return the file of one shard: chunks in order, each with its crc32c, then their index."""
    pack = _plain if layout.codec == "none" else _compressed
    chunks, sizes = pack(part, values)
    return np.concatenate([chunks, _index(sizes, layout.shard_rows)])


def _plain(part: Part, values: Rows) -> tuple[Bytes, NDArray[np.int64]]:
    step = part.row_bytes + CRC_BYTES
    chunks = np.empty((len(values), step), np.uint8)
    for chunk, value in zip(chunks, values, strict=True):
        row = _little(part, value)
        chunk[:-CRC_BYTES] = row
        chunk[-CRC_BYTES:] = np.frombuffer(crc_bytes(crc32c(row)), np.uint8)
    return chunks.reshape(-1), np.full(len(values), step, np.int64)


def _compressed(part: Part, values: Rows) -> tuple[Bytes, NDArray[np.int64]]:
    codec = Zstd(level=ZSTD_LEVEL, checksum=True)
    chunks = []
    for value in values:
        packed = bytes(codec.encode(_little(part, value)))
        chunks.append(np.frombuffer(packed + crc_bytes(crc32c(packed)), np.uint8))
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
    return np.concatenate([index, np.frombuffer(crc_bytes(crc32c(index)), np.uint8)])


def read_index(data: Bytes, rows: int, shard_rows: int) -> NDArray[np.int64] | None:
    """Return the chunk sizes if the index is the one we would write for them."""
    start = data.size - shard_rows * 16 - CRC_BYTES
    if start < 0:
        return None
    tail = data[start:]
    entries = tail[:-CRC_BYTES].tobytes()
    sizes = np.frombuffer(entries, "<u8").reshape(shard_rows, 2)[:rows, 1].astype(np.int64)
    intact = sizes.sum() == start and np.array_equal(_index(sizes, shard_rows), tail)
    return sizes if intact else None
