"""Filling one modality of a cache, one shard at a time, by any number of processes."""

import logging
import time
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence

from adf.cache.draft import Draft
from adf.cache.leases import FileLeases, OwnLeases, leases_of
from adf.cache.provenance import Provenance
from adf.cache.records import Seal
from adf.cache.root import Root
from adf.cache.store import Codec
from adf.cache.sweep import sweep_workplace
from adf.errors import CorruptCache, InvalidInput

LOG = logging.getLogger("adf.cache")
POLL = 0.5
SAY_EVERY = 30.0


class Appender:
    """Fills one modality. Killed at any moment, the same program run again takes it up."""

    def __init__(
        self,
        root: Root,
        provenance: Provenance,
        *,
        codec: Codec = "none",
        allow_nonfinite: bool = False,
        leases: FileLeases | OwnLeases | None = None,
        versions: Mapping[str, str] | None = None,
    ) -> None:
        root.declare(provenance, codec, versions)
        self.root, self.provenance = root, provenance
        self.layout = root.layout(provenance.modality)
        self.commits = root.commits(provenance.modality)
        self.allow_nonfinite = allow_nonfinite
        self._leases = leases or leases_of(root.folder.path, provenance.modality)

    def pending(self) -> list[int]:
        """Return the shards that nobody has committed yet."""
        done = self.commits.done()
        return [shard for shard in range(self.layout.shards) if shard not in done]

    def claim(self, shard: int) -> Draft | None:
        """Return a shard to fill, or nothing if it is committed or somebody alive has it."""
        lease = None if self.commits.has(shard) else self._leases.claim(shard)
        if lease is None:
            return None
        # The one who had it may have committed between our look and our claim.
        if self.commits.has(shard):
            lease.release()
            return None
        return Draft(self, shard, lease)

    def drafts(self) -> Iterator[Draft]:
        """Yield shards to fill until none is left, each for this process alone."""
        for _ in until_filled([self]):
            for (draft,) in claims([self]):
                try:
                    yield draft
                finally:
                    draft.release()

    def seal(self) -> Seal:
        """Declare the modality complete; any worker may, and all write the same bytes."""
        pending = self.pending()
        if pending:
            raise InvalidInput(
                f"{self.provenance.modality} in {self.root.folder} lacks {len(pending)} of "
                f"{self.layout.shards} shards (the first is {pending[0]}): fill them before sealing"
            )
        seal = self._intact_seal()
        if seal is None:
            records = (self.commits.read(shard) for shard in range(self.layout.shards))
            seal = Seal.over(self.provenance.digest, records)
            self.commits.write_seal(seal)
        self.root.finish()
        sweep_workplace(self.root.folder, self.provenance.modality)
        return seal

    def _intact_seal(self) -> Seal | None:
        """A damaged seal is as good as none: it follows from the records."""
        try:
            return self.commits.read_seal()
        except CorruptCache:
            return None


def claims(appenders: Sequence[Appender], first: int = 0) -> Iterator[tuple[Draft, ...]]:
    """Yield, for every shard that can be had now, the drafts of all modalities that lack it.

    Whoever takes a draft releases it, best by using it in a ``with`` block. ``first`` is the shard
    to begin with: workers that begin apart seldom meet.
    """
    pending = _pending(appenders)
    start = bisect_left(pending, first)
    for shard in pending[start:] + pending[:start]:
        found = (appender.claim(shard) for appender in appenders)
        if drafts := tuple(draft for draft in found if draft):
            yield drafts


def until_filled(appenders: Sequence[Appender]) -> Iterator[None]:
    """Yield as long as shards are lacking, so that each time those to be had are filled.

    While others hold the last ones this waits, to take over what a dead worker leaves.
    """
    waited = 0.0
    while pending := _pending(appenders):
        yield
        if _pending(appenders) != pending:
            waited = 0.0
            continue
        if waited % SAY_EVERY == 0:
            LOG.info("waiting for shards that others fill: %s", pending[:10])
        time.sleep(POLL)
        waited += POLL


def _pending(appenders: Sequence[Appender]) -> list[int]:
    return sorted({shard for appender in appenders for shard in appender.pending()})
