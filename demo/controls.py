"""Caches with a known fault: what must come out on them is known as well."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from adf.cache import Appender, ClipPlan, FeatureCache, Root
from adf.cache.draft import Draft

Values = NDArray[np.floating]
# Of some rows of a level of a modality: other values.
Change = Callable[[str, str, NDArray[np.intp], Values], Values]


def shuffled(source: Path, place: Path, seed: int = 0) -> Path:
    """Copy a cache with the labels dealt out anew: nothing in it says a class any more."""
    plan = FeatureCache.open(source).plan
    frame = plan.frame.copy()
    labels = frame.drop_duplicates("video").set_index("video")["label"]
    dealt = np.random.default_rng(seed).permutation(labels.to_numpy())
    frame["label"] = frame["video"].map(dict(zip(labels.index, dealt, strict=True)))
    other = ClipPlan.from_frame(frame, classes=plan.classes, dataset=plan.dataset)
    return copied(source, place, other, lambda modality, level, rows, values: values)


def deadened(source: Path, place: Path, modality: str, seed: int = 0) -> Path:
    """Copy a cache with noise for a modality, as large and as varied as its features were."""

    def dead(name: str, level: str, rows: NDArray[np.intp], values: Values) -> Values:
        if name != modality:
            return values
        random = np.random.default_rng([seed, rows[0], *level.encode()])
        axes = (0, *range(2, values.ndim))
        wide = values.astype(np.float32)
        middle, spread = wide.mean(axes, keepdims=True), wide.std(axes, keepdims=True)
        noise = random.standard_normal(values.shape, np.float32)
        return np.asarray(middle + spread * noise, values.dtype)

    return copied(source, place, FeatureCache.open(source).plan, dead)


def copied(source: Path, place: Path, plan: ClipPlan, change: Change) -> Path:
    """Copy a cache, changed; a copy that an earlier call began is gone on with."""
    cache = FeatureCache.open(source)
    root = Root.create(place, plan, shard_rows=cache.root.shard_rows)
    for name in cache.modalities:
        appender = Appender(root, replace(cache.provenance(name), plan=plan.digest))
        for draft in appender.drafts():
            with draft:
                fill(draft, cache, change)
        appender.seal()
    return place


def fill(draft: Draft, cache: FeatureCache, change: Change) -> None:
    """Fill a shard of a copy."""
    rows, name = np.array(draft.rows), draft.modality
    changed = {
        level: change(name, level, rows, cache.read(rows, name, level))
        for level in cache.levels(name)
    }
    for at, row in enumerate(draft.rows):
        draft.put(row, {level: values[at] for level, values in changed.items()})
