"""The same features in another store, bit for bit."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from adf.cache.appender import Appender
from adf.cache.draft import Draft
from adf.cache.reader import FeatureCache
from adf.cache.root import Root
from adf.cache.store import Codec
from adf.cache.stores import STORES
from adf.errors import CorruptCache


def convert(
    source: FeatureCache,
    target: str | Path,
    *,
    store: str,
    codec: Codec = "none",
    step: Callable[[], None] = lambda: None,
) -> Root:
    """Write all modalities of ``source`` to a new cache; killed, it goes on where it was."""
    STORES[store].check(codec)
    shard_rows = source.root.shard_rows
    root = Root.create(target, source.plan, store=store, shard_rows=shard_rows)
    for modality in source.modalities:
        versions = source.root.versions(modality)
        appender = Appender(root, source.provenance(modality), codec=codec, versions=versions)
        for draft in appender.drafts():
            with draft:
                _copy_shard(source, modality, draft)
            step()
        before = source.root.commits(modality).read_seal()
        after = appender.seal()
        if before is None or after.digest != before.digest:
            raise CorruptCache(
                f"{modality} in {target} is not what {source.root.folder} holds: "
                "verify both, remove the copy and convert again"
            )
    return root


def _copy_shard(source: FeatureCache, modality: str, draft: Draft) -> None:
    view = source.view(modality)
    record = view.record(draft.shard)
    rows = np.array([row for row in draft.rows if row not in record.failed], np.intp)
    stored = {}
    for part in view.provenance.parts():
        stored[part.name] = np.empty((len(rows), *part.shape), part.dtype)
        view.part(part.name).read(rows, stored[part.name])
    for place, row in enumerate(rows.tolist()):
        values = {name: array[place] for name, array in stored.items()}
        draft.put_stored(row, values, partial=record.partial.get(row, ""))
    for row, reason in record.failed.items():
        draft.fail(row, reason)
