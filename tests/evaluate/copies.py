"""Copies of a cache in which some clips have no features of some modality."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path

from adf.cache import Appender, ClipPlan, FeatureCache, Root


def copied(
    source: Path,
    place: Path,
    plan: ClipPlan,
    failed: Mapping[str, Collection[int]],
) -> Path:
    """Copy a cache; ``failed`` are rows of modalities for which there is nothing."""
    cache = FeatureCache.open(source)
    root = Root.create(place, plan, shard_rows=64)
    for name in cache.modalities:
        appender = Appender(root, replace(cache.provenance(name), plan=plan.digest))
        values = {level: cache.read(slice(None), name, level) for level in cache.levels(name)}
        for draft in appender.drafts():
            with draft:
                for row in draft.rows:
                    if row in failed.get(name, ()):
                        draft.fail(row, "could not be read")
                    else:
                        draft.put(row, {level: each[row] for level, each in values.items()})
        appender.seal()
    return place
