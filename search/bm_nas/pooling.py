"""Levels pooled once instead of in every step: what is largest stays the largest."""

from collections.abc import Sequence

import numpy as np
import torch

from adf.search.bm_nas.reshape import pooled
from adf.search.data import CHUNK, SHARE, Loaded, Source, free_memory
from adf.search.genotypes.genotype import Input
from adf.search.rows import Rows
from adf.search.study import Study


def pooled_source(study: Study, levels: Sequence[Input], length: int) -> Source:
    """Return a source of the levels of all clips of a study as ``B C L 1 1``, in memory.

    A network on states of ``length`` makes the same of them. Where the memory is too small even
    for that, the source stays as it is.
    """
    halves = study.halves
    rows = np.sort(np.concatenate([halves.weights.rows, halves.judging.rows]))
    needed = 4 * len(rows) * length * sum(study.space.widths[level] for level in levels)
    if needed > SHARE * free_memory(study.device):
        return study.source
    return loaded(study.source, rows, levels, length)


def loaded(source: Source, rows: Rows, levels: Sequence[Input], length: int) -> Loaded:
    """Return the pooled levels of rows, of which a few at a time are read."""
    parts = np.array_split(rows, max(1, len(rows) // CHUNK))
    found = [
        {level: pooled(x[level], length)[..., None, None] for level in levels}
        for x in source.batches(parts)
    ]
    return Loaded({level: torch.cat([each[level] for each in found]) for level in levels}, rows)
