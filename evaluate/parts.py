"""Which videos teach, which choose the epoch, and which are only asked about: the test split.

Networks meet the test clips without their labels; :func:`answers` opens these, once, when all
that could look at them is over.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from adf.cache import FeatureCache
from adf.errors import InvalidInput
from adf.search.rows import Part, halves, part, split_column

# Instead of a class, where it must not be known.
SEALED = -1


class Parts(NamedTuple):
    """The clips of one trial."""

    learn: Part
    choose: Part
    test: Part


def parts(
    cache: FeatureCache, split: str, modalities: Sequence[str], seed: int, share: float
) -> Parts:
    """Return the clips of a split that have features of all the modalities."""
    both = halves(cache, split, modalities, seed, share)
    rows = rows_of_test(cache, split, modalities)
    sealed = np.full(len(cache.clips), SEALED, np.int64)
    return Parts(both.weights, both.judging, part(cache.clips, sealed, rows))


def rows_of_test(cache: FeatureCache, split: str, modalities: Sequence[str]) -> NDArray[np.intp]:
    """Return the rows of the test split that have features of all the modalities."""
    marked = _marked(cache, split)
    rows = np.flatnonzero(marked & cache.ok(*modalities))
    if len(rows):
        return rows
    if not marked.any():
        raise InvalidInput(f"split '{split}' has no test clips in {cache.root.folder}")
    lacking = [name for name in modalities if not (marked & cache.ok(name)).any()]
    raise InvalidInput(
        f"no test clip of split '{split}' has features of all of {', '.join(modalities)} in"
        f" {cache.root.folder}" + (f": none has {', '.join(lacking)}" if lacking else "")
    )


def tested(cache: FeatureCache, split: str, modalities: Sequence[str]) -> dict[str, Any]:
    """Return how many test videos take part, how many are left out, and what these lack."""
    marked, videos = _marked(cache, split), cache.clips["video"].to_numpy()
    here = set(videos[rows_of_test(cache, split, modalities)])
    out = marked & ~np.isin(videos, list(here))
    lacking = {name: len(set(videos[out & ~cache.ok(name)])) for name in modalities}
    return {
        "tested": len(here),
        "left_out": len(set(videos[out])),
        "lacking": {name: count for name, count in lacking.items() if count},
    }


def _marked(cache: FeatureCache, split: str) -> NDArray[np.bool_]:
    return np.asarray(cache.clips[split_column(cache, split)] == "test")


def answers(cache: FeatureCache, split: str, modalities: Sequence[str]) -> NDArray[np.int64]:
    """Return the class of each test video: this opens the test split."""
    rows = rows_of_test(cache, split, modalities)
    return by_video(part(cache.clips, cache.plan.targets, rows))


def by_video(clips: Part) -> NDArray[np.int64]:
    """Return the class of each video of a part, in the order of its numbers."""
    found = np.empty(len(clips), np.int64)
    found[clips.videos] = clips.targets
    return found


def names(cache: FeatureCache, clips: Part) -> list[str]:
    """Return the names of the videos of a part, in the order of its numbers."""
    found = [""] * len(clips)
    for name, video in zip(cache.clips["video"].to_numpy()[clips.rows], clips.videos, strict=True):
        found[video] = str(name)
    return found
