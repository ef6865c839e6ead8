"""Clips of different videos collected to the batches that a network runs on."""

from collections.abc import Iterator, Sequence
from typing import Generic, TypeVar

import numpy as np

from adf.extract.engine.engine import Engine, Features
from adf.extract.video.geometry import Pixels

Key = TypeVar("Key")


class Collector(Generic[Key]):
    """Takes clips one at a time, and gives their features back when there are some, in order."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._batch = np.empty((engine.batch, *engine.shape), np.uint8)
        self._keys: list[Key] = []

    def add(self, key: Key, pictures: Pixels) -> Iterator[tuple[Key, Features]]:
        """Add a clip ``T H W C``, which may be changed afterwards."""
        self._batch[len(self._keys)] = pictures
        self._keys.append(key)
        if len(self._keys) == len(self._batch):
            yield from self._run()

    def flush(self) -> Iterator[tuple[Key, Features]]:
        """Give back all that is left."""
        if self._keys:
            yield from self._run()
        yield from _single(self.engine.finish())

    def _run(self) -> Iterator[tuple[Key, Features]]:
        keys, self._keys = self._keys, []
        yield from _single(self.engine.submit(keys, self._batch[: len(keys)]))


def _single(results: Sequence[tuple[Sequence[Key], Features]]) -> Iterator[tuple[Key, Features]]:
    for keys, levels in results:
        for place, key in enumerate(keys):
            yield key, {name: values[place] for name, values in levels.items()}
