"""What a commit record and a seal say; equal content means equal features.

They hold no time and no worker, so that a cache is the same bytes however it was filled; who did
what is in ``journal/``.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from adf.cache.canonical import canonical, crc32c, prove, proven, sha256
from adf.cache.store import Files
from adf.errors import CorruptCache

HEX = 8
REMEDY = "run 'adf cache gc --damaged', then fill the cache again"


@dataclass(frozen=True)
class Commit:
    """What is known of one shard: a checksum for every row of every part, and what failed."""

    provenance: str
    shard: int
    first: int
    rows: int
    checksums: dict[str, list[int | None]]
    files: Files
    failed: dict[int, str] = field(default_factory=dict)
    partial: dict[int, str] = field(default_factory=dict)

    def content(self) -> dict[str, Any]:
        """Return what does not depend on the store: equal content means equal features."""
        return {
            "provenance": self.provenance,
            "shard": self.shard,
            "first": self.first,
            "rows": self.rows,
            "checksums": {name: _join(values) for name, values in self.checksums.items()},
            "failed": {str(row): reason for row, reason in self.failed.items()},
            "partial": {str(row): reason for row, reason in self.partial.items()},
        }

    def to_bytes(self) -> bytes:
        """Return the record as it is written."""
        return prove({**self.content(), "files": self.files})

    @classmethod
    def from_bytes(cls, data: bytes, name: str) -> "Commit":
        """Read a record; any changed byte is an error."""
        body = proven(data, name, REMEDY)
        try:
            return cls(
                provenance=body["provenance"],
                shard=body["shard"],
                first=body["first"],
                rows=body["rows"],
                checksums={part: _split(text) for part, text in body["checksums"].items()},
                files=body["files"],
                failed=_by_row(body["failed"]),
                partial=_by_row(body["partial"]),
            )
        except (KeyError, TypeError, ValueError, AttributeError):
            raise CorruptCache(f"{name} is not a commit record: {REMEDY}") from None


@dataclass(frozen=True)
class Seal:
    """The statement that a modality is complete."""

    digest: str
    rows: int
    records: tuple[int, ...]
    failed: dict[int, str]
    partial: dict[int, str]

    @classmethod
    def over(cls, provenance: str, commits: Iterable[Commit]) -> "Seal":
        """Return the seal of a complete sequence of records."""
        contents, records, rows = [provenance], [], 0
        failed: dict[int, str] = {}
        partial: dict[int, str] = {}
        for commit in commits:
            contents.append(sha256(canonical(commit.content())))
            records.append(crc32c(commit.to_bytes()))
            rows += commit.rows
            failed |= commit.failed
            partial |= commit.partial
        return cls(sha256(canonical(contents)), rows, tuple(records), failed, partial)

    def to_bytes(self) -> bytes:
        """Return the seal as it is written."""
        return prove(
            {
                "digest": self.digest,
                "rows": self.rows,
                "records": _join(self.records),
                "failed": {str(row): reason for row, reason in self.failed.items()},
                "partial": {str(row): reason for row, reason in self.partial.items()},
            }
        )

    @classmethod
    def from_bytes(cls, data: bytes, name: str) -> "Seal":
        """Read a seal; any changed byte is an error."""
        remedy = "run the command that filled the cache once more to seal it anew"
        body = proven(data, name, remedy)
        try:
            records = tuple(value or 0 for value in _split(body["records"]))
            failed, partial = _by_row(body["failed"]), _by_row(body["partial"])
            return cls(body["digest"], body["rows"], records, failed, partial)
        except (KeyError, TypeError, ValueError, AttributeError):
            raise CorruptCache(f"{name} is not a seal: {remedy}") from None


def _by_row(reasons: dict[str, str]) -> dict[int, str]:
    return {int(row): str(reason) for row, reason in reasons.items()}


def _join(values: Sequence[int | None]) -> str:
    """Spell checksums as one string; eight dashes stand for a row that has none."""
    return "".join("-" * HEX if value is None else f"{value:0{HEX}x}" for value in values)


def _split(text: str) -> list[int | None]:
    if "-" not in text:
        return list(np.frombuffer(bytes.fromhex(text), ">u4").tolist())
    words = (text[i : i + HEX] for i in range(0, len(text), HEX))
    return [None if word == "-" * HEX else int(word, 16) for word in words]
