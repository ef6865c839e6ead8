"""One spelling for everything that is hashed, and small documents that prove themselves."""

import hashlib
import json
from typing import Any

import google_crc32c
import numpy as np
from numpy.typing import NDArray

from adf.errors import CorruptCache


def canonical(value: Any) -> bytes:
    """Return the one JSON spelling of ``value``: sorted keys, ASCII, no spaces, no NaN."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return text.encode("ascii")


def sha256(data: bytes) -> str:
    """Return the hexadecimal SHA-256 of ``data``."""
    return hashlib.sha256(data).hexdigest()


def crc32c(data: bytes | NDArray[Any]) -> int:
    """Return the CRC-32C of the bytes of ``data``; every single flipped bit changes it."""
    if isinstance(data, np.ndarray):
        data = np.ascontiguousarray(data)
    return int(google_crc32c.value(data))


def prove(body: Any) -> bytes:
    """Return a document that holds ``body`` and the checksum of its canonical spelling."""
    return canonical({"body": body, "crc32c": crc32c(canonical(body))}) + b"\n"


def proven(data: bytes, name: str, remedy: str) -> Any:
    """Return the body of a document made by :func:`prove`; any changed byte is an error."""
    try:
        body = json.loads(data)["body"]
        intact = prove(body) == data
    except (ValueError, KeyError, TypeError):
        intact = False
    if not intact:
        raise CorruptCache(f"{name} is damaged (its checksum does not match): {remedy}")
    return body
