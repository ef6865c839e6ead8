"""Tensors as safetensors: a JSON header with shapes and offsets, then the bytes."""

import json
from collections.abc import Mapping
from pathlib import Path

from torch import Tensor

from adf.extract.checkpoints.safetensors import DTYPES, read_safetensors

NAMES = {dtype: name for name, dtype in DTYPES.items()}
ALIGNED = 8


def as_safetensors(tensors: Mapping[str, Tensor]) -> bytes:
    """Return the bytes of a file, the same for equal tensors."""
    header: dict[str, object] = {}
    parts: list[bytes] = []
    end = 0
    # The widest first: every tensor then begins at a multiple of its own size.
    for name in sorted(tensors, key=lambda name: (-tensors[name].element_size(), name)):
        tensor = tensors[name].detach().cpu().contiguous()
        parts.append(tensor.flatten().numpy().tobytes())
        begin, end = end, end + len(parts[-1])
        shape = list(tensor.shape)
        header[name] = {"dtype": NAMES[tensor.dtype], "shape": shape, "data_offsets": [begin, end]}
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % ALIGNED)
    return b"".join([len(text).to_bytes(8, "little"), text, *parts])


def from_safetensors(path: Path) -> dict[str, Tensor]:
    """Return the tensors of a file by name."""
    with open(path, "rb") as file:
        return read_safetensors(file, path)
