"""Where commit records and seals lie. A shard without a record does not exist."""

from collections.abc import Iterable

from adf.cache.canonical import crc32c
from adf.cache.folder import Folder
from adf.cache.records import REMEDY, Commit, Seal
from adf.errors import CorruptCache, InputNotFound


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
