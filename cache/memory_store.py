"""A cache in this process' memory: for notebooks, and for tests of whatever reads a cache."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from adf.cache.folder import Bytes, Folder
from adf.cache.zarr_store import ZarrStore
from adf.errors import InputNotFound


class MemoryFolder:
    """Files in a dictionary, gone with the process."""

    path: Path | None = None

    def __init__(self) -> None:
        self._files: dict[str, bytes] = {}

    def __str__(self) -> str:
        return "memory"

    def read(self, name: str) -> bytes:
        """Return the bytes of a file."""
        try:
            return self._files[name]
        except KeyError:
            raise InputNotFound(f"{name} is missing from the cache in memory") from None

    def map(self, name: str) -> Bytes:
        """Return the bytes of a file."""
        return np.frombuffer(self.read(name), np.uint8)

    def write(self, name: str, data: Any, *, exclusive: bool = False) -> bool:
        """Keep a copy of ``data``."""
        if exclusive and name in self._files:
            return False
        self._files[name] = bytes(data)
        return True

    def names(self, under: str = "") -> Iterator[str]:
        """Yield the names of all files below ``under``, sorted."""
        yield from sorted(name for name in self._files if name.startswith(under))

    def has(self, name: str) -> bool:
        """Say whether the file is there."""
        return name in self._files

    def remove(self, name: str) -> None:
        """Remove the file if it is there."""
        self._files.pop(name, None)


class MemoryStore(ZarrStore):
    """The Zarr layout, byte for byte, in a dictionary."""

    name = "memory"

    @classmethod
    def place(cls, path: str | Path) -> Folder:
        """Return a new folder in memory; the path means nothing."""
        return MemoryFolder()

    @classmethod
    def recognises(cls, folder: Folder) -> bool:
        """Say whether the folder is one in memory."""
        return isinstance(folder, MemoryFolder) and super().recognises(folder)
