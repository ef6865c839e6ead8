"""Levels of modalities, rows over them, and caches with a signal in one level of each modality."""

from pathlib import Path
from typing import Any

import numpy as np

from adf.cache import Appender, FeatureSpec, Root
from adf.search.genotypes.genotype import Input
from adf.search.mfas.rows import FusionRows
from adf.search.mfas.settings import MfasSettings
from adf.search.mfas.space import RowSpace
from tests.cache.samples import make_provenance
from tests.search.nets.samples import make_videos

# The network of the paper, and the best of its authors' page.
PAPER = "[[3,0,0],[1,3,0],[1,1,1],[3,3,0]]"
BEST = "[[3,1,1],[1,3,0],[1,1,1],[3,3,0]]"


def choices(**levels: int) -> tuple[tuple[Input, ...], ...]:
    """Return so many levels of each modality."""
    return tuple(
        tuple(Input(name, f"layer{number + 1}") for number in range(count))
        for name, count in levels.items()
    )


def space(found: tuple[tuple[Input, ...], ...] | None = None, **settings: Any) -> RowSpace:
    """Return a space, by default over four levels of two modalities as in the paper."""
    return RowSpace(found or choices(skeleton=4, rgb=4), MfasSettings(**settings))


def widths(found: tuple[tuple[Input, ...], ...]) -> dict[Input, int]:
    """Return channels that differ from level to level."""
    levels = [level for slot in found for level in slot]
    return {level: 2 + number for number, level in enumerate(levels)}


def paper(**settings: Any) -> FusionRows:
    """Return the network of the paper."""
    return space(**settings).read(PAPER)


def make_levels(place: Path, **levels: int) -> Path:
    """Fill a cache with noise; the first modality tells of even classes, the second of others."""
    plan = make_videos()
    root = Root.create(place, plan, shard_rows=64)
    for number, (modality, count) in enumerate(levels.items()):
        specs = [FeatureSpec(f"layer{at + 1}", (4, 1, 2, 2), "float16") for at in range(count)]
        random = np.random.default_rng(number)
        appender = Appender(root, make_provenance(plan, *specs, modality=modality))
        for draft in appender.drafts():
            with draft:
                for row in draft.rows:
                    values = {each.name: random.standard_normal(each.shape) for each in specs}
                    values["layer1"][number] += 3 * (plan.targets[row] == number)
                    draft.put(row, values)
        appender.seal()
    return place
