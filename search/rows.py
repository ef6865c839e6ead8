"""Which clips a search may use, and for what. Those of the test split are not among them."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from adf.cache import FeatureCache
from adf.errors import ConfigError, InvalidInput
from adf.registry import nearest

LOG = logging.getLogger("adf.search")

Rows = NDArray[np.intp]


@dataclass(frozen=True)
class Part:
    """Clips for one purpose: rows of the cache, with the video that each is a view of."""

    rows: Rows
    targets: NDArray[np.int64]
    videos: NDArray[np.intp]

    def __len__(self) -> int:
        return int(self.videos.max()) + 1 if len(self.rows) else 0

    def epoch(self, seed: Sequence[int]) -> NDArray[np.intp]:
        """Return positions in random order, one view of each video, drawn anew for each seed."""
        random = np.random.default_rng(list(seed))
        shuffled = random.permutation(len(self.rows))
        _, first = np.unique(self.videos[shuffled], return_index=True)
        chosen: NDArray[np.intp] = random.permutation(shuffled[first])
        return chosen


@dataclass(frozen=True)
class Halves:
    """What weights learn from, and what architectures are judged by.

    No group is in both, unless the split itself has clips of a group for training and validation.
    """

    weights: Part
    judging: Part


def halves(
    cache: FeatureCache, split: str, modalities: Sequence[str], seed: int, share: float
) -> Halves:
    """Divide the training clips of a split that have features of all the modalities.

    A split that has clips for validation keeps them for judging; else ``share`` of the groups of
    its training clips learn, and the others judge.
    """
    frame = cache.clips
    column = split_column(cache, split)
    there = cache.ok(*modalities)
    train = np.flatnonzero((frame[column] == "train").to_numpy() & there)
    judging = np.flatnonzero((frame[column] == "val").to_numpy() & there)
    if not len(train):
        raise InvalidInput(f"split '{column}' has no training clips in {cache.root.folder}")
    targets = cache.plan.targets
    if len(np.unique(targets[train])) < 2:
        raise InvalidInput(
            f"split '{column}' has training clips of one class only"
            f" ({cache.classes[targets[train[0]]]}): there is nothing to tell apart"
        )
    if not len(judging):
        chosen = divided(frame["group"].to_numpy()[train], targets[train], seed, share)
        train, judging = train[chosen], train[~chosen]
    else:
        warn_of_shared(frame["group"].to_numpy(), train, judging, column)
    if not (len(train) and len(judging)):
        raise InvalidInput(
            f"split '{column}' has too few groups of training clips for a share of {share}: all"
            " are on one side; give share nearer to 0.5 or, where classes have one group each, a"
            " split with clips for validation"
        )
    return Halves(part(frame, targets, train), part(frame, targets, judging))


def warn_of_shared(groups: NDArray[np.object_], train: Rows, judging: Rows, column: str) -> None:
    """Say so where a split validates on groups that it trains on: what judges was partly seen."""
    shared = np.intersect1d(groups[train].astype(str), groups[judging].astype(str))
    if len(shared):
        LOG.warning(
            "split '%s' has clips of %s groups for training and for validation, such as '%s':"
            " judged accuracy is too high",
            *(column, len(shared), shared[0]),
        )


def part(frame: pd.DataFrame, targets: NDArray[np.int64], rows: Rows) -> Part:
    """Return these rows as a part."""
    _, videos = np.unique(frame["video"].to_numpy()[rows].astype(str), return_inverse=True)
    return Part(rows, targets[rows], videos)


def split_column(cache: FeatureCache, split: str) -> str:
    """Return the column of a split: ``1`` stands for ``split_1``."""
    splits = cache.plan.splits
    name = split if split in splits else f"split_{split}"
    if name not in splits:
        known = ", ".join(each.removeprefix("split_") for each in splits)
        raise ConfigError(
            f"split: {cache.root.folder} has no split '{split}'.{nearest(name, splits)}"
            f" It has: {known or 'none'}"
        )
    return name


def divided(
    groups: NDArray[np.object_], targets: NDArray[np.int64], seed: int, share: float
) -> NDArray[np.bool_]:
    """Return which clips learn: whole groups, about ``share`` of the clips of every class.

    The groups come in random order, large ones first; each goes where its classes lack most.
    """
    names, index = np.unique(groups.astype(str), return_inverse=True)
    counts = np.zeros((len(names), int(targets.max()) + 1))
    np.add.at(counts, (index, targets), 1)
    totals = counts.sum(axis=0).clip(min=1)
    missing = np.stack([share * totals, (1 - share) * totals])
    chosen = np.zeros(len(names), bool)
    shuffled = np.random.default_rng([seed, len(names)]).permutation(len(names))
    for group in shuffled[np.argsort(-counts[shuffled].sum(axis=1), kind="stable")]:
        lack = missing @ (counts[group] / totals)
        chosen[group] = lack[0] >= lack[1]
        missing[0 if chosen[group] else 1] -= counts[group]
    return chosen[index]
