"""One record a committed shard, and one seal a complete modality.

A shard without a record does not exist, whatever files lie about. Records hold no time and no
worker, so that a cache is the same bytes however it was filled; who did what is in ``journal/``.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from adf.cache.canonical import canonical, crc32c, prove, proven, sha256
from adf.cache.folder import Folder
from adf.cache.store import Files
from adf.errors import CorruptCache, InputNotFound

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


def seal_file(modality: str) -> str:
    """Return the name of a modality's seal."""
    return f"{modality}/sealed.json"


class Commits:
    """The records of one modality."""

    def __init__(self, folder: Folder, modality: str, provenance: str) -> None:
        self._folder, self._modality, self._provenance = folder, modality, provenance
        self.seal_file = seal_file(modality)

    def file(self, shard: int) -> str:
        """Return the name of a shard's record."""
        return f"{self._modality}/commits/{shard:05d}.json"

    def done(self) -> set[int]:
        """Return the numbers of all committed shards."""
        under = f"{self._modality}/commits/"
        names = (name.removeprefix(under) for name in self._folder.names(under))
        stems = (name.removesuffix(".json") for name in names if name.endswith(".json"))
        return {int(stem) for stem in stems if stem.isdecimal()}

    def has(self, shard: int) -> bool:
        """Say whether a shard is committed."""
        return self._folder.has(self.file(shard))

    def write(self, commit: Commit) -> None:
        """Make a shard exist."""
        self._folder.write(self.file(commit.shard), commit.to_bytes())

    def read(self, shard: int, seal: Seal | None = None) -> Commit:
        """Return a shard's record; if sealed, it must be the one that was sealed."""
        name = self.file(shard)
        data = self._folder.read(name)
        commit = Commit.from_bytes(data, f"{self._folder}/{name}")
        if (commit.shard, commit.provenance) != (shard, self._provenance):
            raise CorruptCache(f"{self._folder}/{name} is the record of another cache: {REMEDY}")
        if seal and (shard >= len(seal.records) or crc32c(data) != seal.records[shard]):
            raise CorruptCache(f"{self._folder}/{name} is not the record that was sealed: {REMEDY}")
        return commit

    def withdraw(self, shards: Iterable[int]) -> None:
        """Make shards not exist; the modality is no longer sealed."""
        self._folder.remove(self.seal_file)
        for shard in shards:
            self._folder.remove(self.file(shard))

    def read_seal(self) -> Seal | None:
        """Return the seal, or nothing while the modality is incomplete."""
        try:
            data = self._folder.read(self.seal_file)
        except InputNotFound:
            return None
        return Seal.from_bytes(data, f"{self._folder}/{self.seal_file}")

    def write_seal(self, seal: Seal) -> None:
        """Declare the modality complete."""
        self._folder.write(self.seal_file, seal.to_bytes())


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
