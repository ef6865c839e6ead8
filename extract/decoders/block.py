"""The memory in which decoding processes leave frames for their parent."""

import mmap
import os
import tempfile
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from adf.extract.video.recipe import Recipe

Arrays = Mapping[str, NDArray[Any]]
FRAMES, SECONDS, END = "", "/seconds", "/end"


class Block:
    """Memory that processes share and that has no name: nobody can leave it behind."""

    def __init__(self, handle: int | None = None) -> None:
        self.handle = _nameless() if handle is None else handle
        self._map: mmap.mmap | None = None

    def bytes(self, size: int) -> mmap.mmap:
        """Return the memory, made as large as needed."""
        if self._map is None or len(self._map) < size:
            if os.fstat(self.handle).st_size < size:
                os.ftruncate(self.handle, size)
            # Arrays handed out before keep the older mapping alive.
            self._map = mmap.mmap(self.handle, os.fstat(self.handle).st_size)
        return self._map

    def close(self) -> None:
        """Give the memory back once nobody else has it."""
        self._map = None
        os.close(self.handle)


def layout(recipe: Recipe, windows: int) -> dict[str, tuple[int, tuple[int, ...], str]]:
    """Return offset, shape and type of everything that is returned in a block."""
    length = recipe.views.length
    parts: list[tuple[str, tuple[int, ...], str]] = [(FRAMES, (windows, length), "int64")]
    parts += [(SECONDS, (windows, length), "float64")]
    parts += [(name, shape, "uint8") for name, shape in recipe.shapes(windows).items()]
    places, offset = {}, 0
    for name, shape, dtype in parts:
        places[name] = (offset, shape, dtype)
        offset += -(-np.dtype(dtype).itemsize * int(np.prod(shape)) // 64) * 64
    places[END] = (offset, (), "uint8")
    return places


def arrays_in(block: Block, recipe: Recipe, windows: int) -> dict[str, NDArray[Any]]:
    """Return the arrays that lie in a block, by name."""
    places = layout(recipe, windows)
    memory = block.bytes(places.pop(END)[0])
    return {
        name: np.frombuffer(memory, dtype, int(np.prod(shape)), offset).reshape(shape)
        for name, (offset, shape, dtype) in places.items()
    }


def pictures(arrays: Arrays) -> dict[str, NDArray[np.uint8]]:
    """Return only the arrays of the geometries."""
    return {name: array for name, array in arrays.items() if name not in (FRAMES, SECONDS)}


def _nameless() -> int:
    if hasattr(os, "memfd_create"):
        return os.memfd_create("adf-decode")
    with tempfile.TemporaryFile() as file:
        return os.dup(file.fileno())
