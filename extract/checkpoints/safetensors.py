"""The safetensors format: a JSON header with shapes and offsets, then the bytes."""

import json
from pathlib import Path
from typing import Any, BinaryIO

import torch
from torch import Tensor

from adf.errors import InvalidInput

LONGEST_HEADER = 100_000_000
DTYPES = {
    "F64": torch.float64,
    "F32": torch.float32,
    "F16": torch.float16,
    "BF16": torch.bfloat16,
    "I64": torch.int64,
    "I32": torch.int32,
    "I16": torch.int16,
    "I8": torch.int8,
    "U8": torch.uint8,
    "BOOL": torch.bool,
}


def read_safetensors(file: BinaryIO, path: Path) -> dict[str, Tensor]:
    """Return the tensors of a file by name."""
    try:
        length = int.from_bytes(file.read(8), "little")
        if length > LONGEST_HEADER:
            raise ValueError("header too long")
        header: dict[str, Any] = json.loads(file.read(length))
        # A writable buffer: a tensor over constant bytes could not be changed.
        data = bytearray(file.read())
        header.pop("__metadata__", None)
        return {name: _tensor(entry, data) for name, entry in header.items()}
    except (ValueError, KeyError, TypeError, AttributeError, RuntimeError, RecursionError) as error:
        raise InvalidInput(
            f"weights {path} is no whole safetensors file: download or copy it again "
            f"({type(error).__name__})"
        ) from error


def _tensor(entry: dict[str, Any], data: bytearray) -> Tensor:
    kind, shape = DTYPES[entry["dtype"]], [int(side) for side in entry["shape"]]
    start, end = entry["data_offsets"]
    count = 1
    for side in shape:
        count *= side
    if min(shape, default=0) < 0 or not 0 <= start <= end <= len(data):
        raise ValueError("offsets outside the file")
    if end - start != count * kind.itemsize:
        raise ValueError("shape and bytes differ")
    if not count:
        return torch.empty(shape, dtype=kind)
    piece = torch.frombuffer(data, dtype=torch.uint8, count=end - start, offset=start)
    return piece.clone().view(kind).reshape(shape)
