"""Small fusion spaces, features for them, and a cache in which one level of four tells classes."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray

from adf.cache import Appender, ClipPlan, FeatureSpec, Root
from adf.config import Config, load
from adf.progress import progress
from adf.runs import run_folder
from adf.search.families import Found
from adf.search.genotypes.genotype import Edge, Genotype, Input
from adf.search.genotypes.space import FusionSpace
from adf.search.nets.ops import OPS
from adf.search.nets.stem import Features
from adf.search.settings import SearchSettings
from adf.search.study import Study
from adf.search.trial import open_study
from tests.cache.samples import make_provenance

ALL_OPS = ("zero", *(op.__name__ for op in OPS.values()))
SIZES = {"low": (3, 2, 4, 4), "high": (4, 1, 2, 2)}
CHOICES = tuple(tuple(Input(name, level) for level in SIZES) for name in ("rgb", "flow"))
WIDTHS = {level: SIZES[level.level][0] for slot in CHOICES for level in slot}
CLASSES = 3
# What keeps a search short; methods differ in the rest.
QUICK = (
    "split=1",
    "device=cpu",
    "space.modalities=[rgb,flow]",
    "space.channels=4",
    "space.nodes=1",
    "space.ops=[zero,skip,conv_1x1x1]",
    "train.epochs=2",
    "train.batch=8",
    "relax.batch=8",
    "relax.epochs=3",
    "relax.warm_up=1",
    "budget=10",
)


def make_space(
    ops: Sequence[str] = ("zero", "skip", "conv_1x1x1"),
    choices: tuple[tuple[Input, ...], ...] = CHOICES,
    **sizes: Any,
) -> FusionSpace:
    """Return a space over the levels of the samples."""
    return FusionSpace(choices, WIDTHS, tuple(ops), (2, 4, 4), **{"channels": 8, **sizes})


def concat_space(**sizes: Any) -> FusionSpace:
    """Return a space behind a joint stem, which takes one level of each modality."""
    return make_space(choices=tuple(slot[:1] for slot in CHOICES), stem="concat", **sizes)


def make_features(clips: int = 4, dtype: torch.dtype = torch.float32, seed: int = 0) -> Features:
    """Return random features of all levels."""
    random = torch.Generator().manual_seed(seed)
    return {
        level: torch.randn(clips, *SIZES[level.level], generator=random, dtype=dtype)
        for level in WIDTHS
    }


def make_videos(videos: int = 24, views: int = 2, val: bool = False) -> ClipPlan:
    """Return a plan whose groups hold two videos; each fourth group is for the test."""
    video = np.repeat(np.arange(videos), views)
    group = video // 2
    held = np.where(group % 4 == 2, "val", "train") if val else "train"
    frame = pd.DataFrame(
        {
            "id": [f"v{v}/{row % views}" for row, v in enumerate(video)],
            "label": [f"class{v % CLASSES}" for v in video],
            "video": [f"v{v}.avi" for v in video],
            "group": [f"g{g}" for g in group],
            "view": np.arange(len(video)) % views,
            "split_1": np.where(group % 4 == 3, "test", held),
        }
    )
    classes = tuple(f"class{number}" for number in range(CLASSES))
    return ClipPlan.from_frame(frame, classes=classes, dataset="sample")


def make_cache(place: Path, plan: ClipPlan | None = None) -> Path:
    """Fill a cache with noise; only ``rgb/low`` says which class a clip is of."""
    plan = plan or make_videos()
    root = Root.create(place, plan, shard_rows=64)
    levels = [FeatureSpec(name, size, "float16") for name, size in SIZES.items()]
    for modality in ("rgb", "flow"):
        random = np.random.default_rng(len(modality))
        appender = Appender(root, make_provenance(plan, *levels, modality=modality))
        for draft in appender.drafts():
            with draft:
                for row in draft.rows:
                    target = plan.targets[row] if modality == "rgb" else None
                    draft.put(row, {each.name: _value(each, target, random) for each in levels})
        appender.seal()
    return place


def _value(
    level: FeatureSpec, target: int | None, random: np.random.Generator
) -> NDArray[np.floating]:
    value = random.standard_normal(level.shape)
    if target is not None and level.name == "low":
        value[target] += 3
    return value


def quick(cache: Path, *sets: str) -> Config[SearchSettings]:
    """Return the settings of a search that takes a second or two."""
    return load(SearchSettings, sets=[f"cache={cache}", *QUICK, *sets], environ={})


@contextmanager
def study_of(config: Config[SearchSettings], out: Path) -> Iterator[Study]:
    """Open a study on a run folder."""
    with run_folder("search", config, out=out) as run, progress("", 1, "off") as bar:
        yield open_study(config.value, run, bar)


def drawn(space: FusionSpace, seed: int) -> Genotype:
    """Return a genotype of a space."""
    return space.draw(np.random.default_rng(seed))


def inside(space: FusionSpace, genotype: Found) -> bool:
    """Return whether a genotype is one of the space: of cells, checked choice by choice."""
    if not isinstance(genotype, Genotype):
        known = {level for slot in space.choices for level in slot}
        return set(genotype.inputs) <= known and genotype.grid == space.grid
    levels = all(level in slot for level, slot in zip(genotype.inputs, space.choices, strict=True))
    cells = len(genotype.cells) == space.cells
    nodes = all(
        _node(space, node, sources)
        for number, cell in enumerate(genotype.cells)
        for node, sources in zip(cell.nodes, space.sources(number), strict=True)
    )
    return levels and cells and nodes and genotype.grid == space.grid


def _node(space: FusionSpace, node: tuple[Edge, ...], sources: int) -> bool:
    froms = [edge.source for edge in node]
    return (
        len(set(froms)) == len(node) == min(space.edges or sources, sources)
        and set(froms) <= set(range(sources))
        and all(edge.op in space.real_ops for edge in node)
    )
