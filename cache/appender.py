"""Filling one modality of a cache, one shard at a time, by any number of processes."""

import logging
import time
from collections.abc import Iterator, Mapping

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

    def drafts(self) -> Iterator[Draft]:
        """Yield shards to fill until none is left, each for this process alone.

        While others hold the last ones this waits, to take over what a dead worker leaves.
        """
        waited = 0.0
        while pending := self.pending():
            progress = False
            for shard in pending:
                lease = None if self.commits.has(shard) else self._leases.claim(shard)
                if lease is None:
                    continue
                try:
                    # The one who had it may have committed between our look and our claim.
                    if not self.commits.has(shard):
                        yield Draft(self, shard, lease)
                finally:
                    lease.release()
                progress = True
            if progress:
                waited = 0.0
                continue
            if waited % SAY_EVERY == 0:
                LOG.info("waiting for shards that others fill: %s", pending[:10])
            time.sleep(POLL)
            waited += POLL

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
