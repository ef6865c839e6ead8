"""One modality of an open cache: its levels, its records and its stored arrays."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from adf.cache.gather import Mappings, StoredPart
from adf.cache.records import Commit
from adf.cache.root import Root
from adf.cache.spec import FeatureSpec, Part
from adf.cache.store import StoredRows
from adf.errors import CorruptCache, InputNotFound, InvalidInput

REMEDY = "run 'adf cache verify', then 'adf cache gc --damaged' and fill the cache again"


@dataclass(frozen=True)
class Level:
    """One level with its stored arrays: the values, for uint8 scale and offset, the vector."""

    spec: FeatureSpec
    dtype: np.dtype[Any]
    stored: tuple[StoredPart, ...]
    vector: StoredPart | None


class ModalityView:
    """What :class:`~adf.cache.reader.FeatureCache` knows of one modality."""

    def __init__(self, root: Root, name: str, mappings: Mappings, *, partial: bool) -> None:
        self.name, self._root = name, root
        self.provenance = root.provenance(name)
        self.layout = root.layout(name)
        self._commits = root.commits(name)
        self._records: dict[int, Commit] = {}
        self._parts = {
            part.name: StoredPart(
                part, self.layout, self._open_shard, self._admit, self._verify, mappings
            )
            for part in self.provenance.parts()
        }
        self._levels: dict[str, Level] = {}
        self._seal = self._commits.read_seal()
        if self._seal is not None:
            self.failed = self._seal.failed
        elif partial:
            self.failed = self._failed_so_far()
        else:
            raise InvalidInput(
                f"{name} in {root.folder} is not complete ({len(self._commits.done())} of "
                f"{self.layout.shards} shards): run the command that fills it again, or open with "
                "partial=True"
            )

    def _failed_so_far(self) -> dict[int, str]:
        done = self._commits.done()
        failed: dict[int, str] = {}
        for shard in range(self.layout.shards):
            rows = self.layout.rows_of(shard)
            absent = dict.fromkeys(rows, "not extracted yet")
            failed |= self.record(shard).failed if shard in done else absent
        return failed

    def present(self) -> NDArray[np.bool_]:
        """Return a mask of the rows that have features."""
        mask = np.ones(self.layout.rows, np.bool_)
        mask[list(self.failed)] = False
        return mask

    def spec(self, level: str) -> FeatureSpec:
        """Return what a level looks like."""
        spec = self.provenance.level(level)
        if spec is None:
            known = ", ".join(spec.name for spec in self.provenance.levels)
            raise InputNotFound(f"{self.name} has no level '{level}'; it has: {known}")
        return spec

    def level(self, name: str) -> Level:
        """Return a level with its stored arrays, put together once."""
        level = self._levels.get(name)
        if level is None:
            spec = self.spec(name)
            stored = tuple(self.part(part.name) for part in spec.own_parts())
            vector = self.part(spec.vector) if spec.vector else None
            level = self._levels[name] = Level(spec, spec.value_dtype, stored, vector)
        return level

    def part(self, name: str) -> StoredPart:
        """Return a stored array."""
        return self._parts[name]

    def record(self, shard: int) -> Commit:
        """Return a commit record, read and checked once."""
        if shard not in self._records:
            self._records[shard] = self._commits.read(shard, self._seal)
        return self._records[shard]

    def _open_shard(self, shard: int, part: Part) -> StoredRows:
        try:
            files = self.record(shard).files
            return self._root.store.open_shard(self.layout, shard, part, files)
        except (CorruptCache, InputNotFound) as error:
            if "gc --damaged" in str(error):
                raise
            raise CorruptCache(f"{error}: {REMEDY}") from error

    def _admit(self, row: int) -> None:
        """Refuse a row that has nothing to read."""
        if row in self.failed:
            raise InvalidInput(
                f"row {row} ({self._id(row)}) has no {self.name} features: {self.failed[row]}; "
                "select rows with cache.ok()"
            )

    def _verify(self, row: int, part: Part, stored: StoredRows) -> None:
        """Compare a row with its record."""
        commit = self.record(row // self.layout.shard_rows)
        place = row - commit.first
        try:
            intact = stored.checksum(place) == commit.checksums[part.name][place]
            problem = "its bytes are not those that were written"
        except CorruptCache as error:
            intact, problem = False, str(error)
        if not intact:
            raise CorruptCache(
                f"row {row} ({self._id(row)}) of {self.name}/{part.name} in {self._root.folder} is "
                f"damaged: {problem}; {REMEDY}"
            )

    def close(self) -> None:
        """Give back all mappings."""
        for part in self._parts.values():
            for shard in range(self.layout.shards):
                part.close(shard)

    def _id(self, row: int) -> str:
        return str(self._root.plan.frame["id"].iloc[row])
