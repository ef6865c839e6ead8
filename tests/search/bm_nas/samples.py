"""Levels of three modalities, maps and vectors; genotypes of BM-NAS drawn at random; a cache."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch
from torch import nn

from adf.cache import Appender, FeatureSpec, Root
from adf.config import Config, load
from adf.search.bm_nas.genotype import BilevelGenotype, Cell, Pair, Step
from adf.search.bm_nas.settings import NAMES, BmNasSettings
from adf.search.bm_nas.supernet import Supernet, Weights
from adf.search.genotypes.genotype import Input
from adf.search.nets.stem import Features
from adf.search.settings import SearchSettings
from adf.search.study import Study
from tests.cache.samples import make_provenance
from tests.search.nets.samples import make_videos, study_of

SIZES = {"low": (3, 4, 4, 4), "high": (5, 1, 2, 2), "vector": (6, 1, 1, 1)}
MODALITIES = ("rgb", "flow", "pose")
LEVELS = tuple(Input(name, level) for name in MODALITIES for level in SIZES)
WIDTHS = {level: SIZES[level.level][0] for level in LEVELS}
GRID = (4, 4, 4)
CLASSES = 3
SMALL = BmNasSettings(channels=4, length=4, cells=3, outputs=2, steps=3, step_outputs=2)
FAITHFUL = replace(SMALL, mode="faithful")
M = TypeVar("M", bound=nn.Module)
# What keeps a search short.
QUICK = (
    "method=bm-nas",
    "split=1",
    "device=cpu",
    "bm_nas={channels: 4, length: 4}",
    "train={epochs: 2, batch: 8}",
    "relax={epochs: 4, warm_up: 1, batch: 8}",
)


def make_features(clips: int = 4, seed: int = 0) -> Features:
    """Return random features of all levels."""
    random = torch.Generator().manual_seed(seed)
    return {level: torch.randn(clips, *SIZES[level.level], generator=random) for level in LEVELS}


def make_supernet(settings: BmNasSettings = SMALL, seed: int = 0) -> Supernet:
    """Return a supernet whose norms have seen something, for use."""
    torch.manual_seed(seed)
    return shaken(Supernet(LEVELS, WIDTHS, CLASSES, settings, 0.1)).eval()


def shaken(module: M) -> M:
    """Give all weights and statistics values that none starts with."""
    with torch.no_grad():
        for value in module.state_dict().values():
            if value.is_floating_point():
                value.uniform_(0.2, 1.2)
    return module


def drawn(seed: int, *, cells: int = 3, steps: int = 3) -> BilevelGenotype:
    """Return a genotype; some of it may reach no output."""
    random = np.random.default_rng(seed)

    def pair(count: int) -> Pair:
        first, second = random.integers(count, size=2)
        return int(first), int(second)

    def some(first: int, count: int) -> tuple[int, ...]:
        chosen = random.choice(count, random.integers(1, count + 1), replace=False)
        return tuple(int(first + each) for each in chosen)

    inputs = tuple(LEVELS[at] for at in random.choice(len(LEVELS), 4, replace=False))
    made = [
        Cell(
            pair(len(inputs) + cell),
            tuple(Step(str(random.choice(NAMES)), pair(2 + step)) for step in range(steps)),
            some(2, steps),
        )
        for cell in range(cells)
    ]
    return BilevelGenotype(inputs, tuple(made), some(len(inputs), cells), 4, 4, GRID)


def plain() -> BilevelGenotype:
    """Return a small genotype in the one spelling."""
    cells = (
        Cell((0, 2), (Step("ScaleDotAttn", (1, 0)), Step("LinearGLU", (0, 2))), (2, 3)),
        Cell((1, 3), (Step("Sum", (0, 1)),), (2,)),
    )
    inputs = (Input("flow", "low"), Input("pose", "vector"), Input("rgb", "high"))
    return BilevelGenotype(inputs, cells, (3, 4), 8, 4, GRID)


def one_hot(settings: BmNasSettings, found: BilevelGenotype) -> Weights:
    """Return the weights that choose what a genotype read off ``LEVELS`` has."""
    places = [LEVELS.index(level) for level in found.inputs]
    places += [len(LEVELS) + cell for cell in range(len(found.cells))]
    cells, steps, ops = [], [], []
    for number, cell in enumerate(found.cells):
        cells.append(_only([places[at] for at in cell.sources], len(LEVELS) + number))
        steps.append([_only(step.sources, 2 + at) for at, step in enumerate(cell.steps)])
        chosen = [settings.ops.index(step.op) for step in cell.steps]
        ops.append(_only(chosen, len(settings.ops)))
    return Weights(cells, steps, ops)


def _only(places: Sequence[int], count: int) -> torch.Tensor:
    """Return a row for each place in which it alone has any weight."""
    return torch.eye(count)[list(places)]


def make_cache(place: Path) -> Path:
    """Fill a cache with noise; ``rgb/low`` and ``pose/vector`` say which class a clip is of."""
    plan = make_videos()
    root = Root.create(place, plan, shard_rows=64)
    # A level of one frame has no axis for it, a vector no places.
    shapes = {"low": SIZES["low"], "high": (5, 2, 2), "vector": (6,)}
    levels = [FeatureSpec(name, shape, "float16") for name, shape in shapes.items()]
    telling = {("rgb", "low"), ("pose", "vector")}
    for modality in MODALITIES:
        random = np.random.default_rng(len(modality))
        appender = Appender(root, make_provenance(plan, *levels, modality=modality))
        for draft in appender.drafts():
            with draft:
                for row in draft.rows:
                    values = {each.name: random.standard_normal(each.shape) for each in levels}
                    for name in values:
                        if (modality, name) in telling:
                            values[name][plan.targets[row]] += 3
                    draft.put(row, values)
        appender.seal()
    return place


def quick(cache: Path, *sets: str) -> Config[SearchSettings]:
    """Return the settings of a search that takes a second or two."""
    return load(SearchSettings, sets=[f"cache={cache}", *QUICK, *sets], environ={})


@contextmanager
def quick_study(cache: Path, out: Path, *sets: str) -> Iterator[Study]:
    """Open a study of a quick search on a run folder."""
    with study_of(quick(cache, *sets), out) as study:
        yield study
