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


@dataclass(frozen=True)
class Commit:
    """What is known of one shard: a checksum for every row of every part, and what failed."""

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
        body = proven(data, name, "run 'adf cache gc --damaged', then fill the cache again")
        return cls(
            shard=body["shard"],
            first=body["first"],
            rows=body["rows"],
            checksums={part: _split(text) for part, text in body["checksums"].items()},
            files=body["files"],
            failed={int(row): reason for row, reason in body["failed"].items()},
            partial={int(row): reason for row, reason in body["partial"].items()},
        )


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
        return cls(
            body["digest"],
            body["rows"],
            tuple(value or 0 for value in _split(body["records"])),
            {int(row): reason for row, reason in body["failed"].items()},
            {int(row): reason for row, reason in body["partial"].items()},
        )


class Commits:
    """The records of one modality."""

    def __init__(self, folder: Folder, modality: str) -> None:
        self._folder, self._modality = folder, modality
        self.seal_file = f"{modality}/sealed.json"

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
        if commit.shard != shard or (seal and crc32c(data) != seal.records[shard]):
            raise CorruptCache(
                f"{self._folder}/{name} is not the record that was sealed: "
                "run 'adf cache gc --damaged', then fill the cache again"
            )
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


def _join(values: Sequence[int | None]) -> str:
    """Spell checksums as one string; eight dashes stand for a row that has none."""
    return "".join("-" * HEX if value is None else f"{value:0{HEX}x}" for value in values)


def _split(text: str) -> list[int | None]:
    if "-" not in text:
        return list(np.frombuffer(bytes.fromhex(text), ">u4").tolist())
    words = (text[i : i + HEX] for i in range(0, len(text), HEX))
    return [None if word == "-" * HEX else int(word, 16) for word in words]
