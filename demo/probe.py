"""How much of the class the features of a cache tell: least squares on pooled vectors."""

import numpy as np
from numpy.typing import NDArray

from adf.cache import FeatureCache


def accuracy(cache: FeatureCache, modalities: list[str]) -> float:
    """Fit the pooled vectors of all levels to the class on the train clips; score the test clips.

    Products of two modalities' vectors are among the inputs: a class that is a pair of cues is no
    sum of them.
    """
    rows = np.flatnonzero(cache.ok(*modalities))
    pooled = [
        np.concatenate([cache.read(rows, m, level, vector=True) for level in cache.levels(m)], 1)
        for m in modalities
    ]
    inputs = _with_products([vector.astype(np.float64) for vector in pooled])
    wanted = np.eye(len(cache.classes))[cache.plan.targets[rows]]
    train = (cache.clips["split_1"].to_numpy() == "train")[rows]
    weights = np.linalg.lstsq(inputs[train], wanted[train], rcond=None)[0]
    guess = (inputs[~train] @ weights).argmax(1)
    return float((guess == cache.plan.targets[rows][~train]).mean())


def _with_products(vectors: list[NDArray[np.float64]]) -> NDArray[np.float64]:
    columns = [np.ones((len(vectors[0]), 1)), *vectors]
    if len(vectors) == 2:
        products = np.einsum("bi,bj->bij", *vectors)
        columns.append(products.reshape(len(products), -1))
    return np.concatenate(columns, axis=1)
