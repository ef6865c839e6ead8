"""The few things a cache asks of the place its files lie in."""

import mmap
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol
from weakref import WeakValueDictionary

import numpy as np
from numpy.typing import NDArray

from adf.errors import InputNotFound, InvalidInput
from adf.files import translate_os_error, write_atomic

Bytes = NDArray[np.uint8]
SWEPT = 100


class Folder(Protocol):
    """A flat view of files; names use ``/``. ``path`` is None where there is no local folder."""

    path: Path | None

    def read(self, name: str) -> bytes:
        """Return a small file whole; :class:`InputNotFound` if it is not there."""
        ...

    def map(self, name: str) -> Bytes:
        """Return a large file as read-only bytes, without reading it yet."""
        ...

    def write(self, name: str, data: Any, *, exclusive: bool = False) -> bool:
        """Put a whole file in place, durably or not at all; False if it may not replace one."""
        ...

    def names(self, under: str = "") -> Iterator[str]:
        """Yield the names of all files below ``under``, in a fixed order."""
        ...

    def has(self, name: str) -> bool:
        """Say whether the file is there."""
        ...

    def remove(self, name: str) -> None:
        """Remove the file; nothing happens if it is not there."""
        ...


def staging(name: str) -> str:
    """Return the folder in which a file is built: its modality's own, so that seal may sweep it."""
    head, _, rest = name.partition("/")
    return f"{head}/staging" if rest else "staging"


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    try:
        yield
    except (FileNotFoundError, NotADirectoryError):
        raise InputNotFound(f"{path} is missing") from None
    except IsADirectoryError:
        raise InvalidInput(f"{path} is a folder and should be a file") from None
    except PermissionError:
        raise InvalidInput(f"{path} may not be read by this user: change its rights") from None


def _unlistable(error: OSError) -> None:
    """A folder that cannot be listed must never look like an empty one."""
    if not isinstance(error, FileNotFoundError | NotADirectoryError):
        raise InvalidInput(f"{error.filename} cannot be listed: {error.strerror}") from error


class DiskFolder:
    """A folder on a local or network file system."""

    def __init__(self, path: Path) -> None:
        self.path: Path | None = path
        self._root = path
        # Several arrays may lie in one file: it is mapped once while any of them is in use.
        self._mapped: WeakValueDictionary[tuple[str, int, int], Bytes] = WeakValueDictionary()

    def __str__(self) -> str:
        return str(self._root)

    def read(self, name: str) -> bytes:
        """Return the bytes of a file."""
        with _reading(self._root / name):
            return (self._root / name).read_bytes()

    def map(self, name: str) -> Bytes:
        """Return the bytes of a file, mapped."""
        path = self._root / name
        with _reading(path), path.open("rb") as file:
            facts = os.fstat(file.fileno())
            if not facts.st_size:
                return np.empty(0, np.uint8)
            # A file that was put in place anew is another one under the same name.
            key = (name, facts.st_ino, facts.st_mtime_ns)
            data = self._mapped.get(key)
            if data is None:
                mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
                data = self._mapped[key] = np.frombuffer(mapped, np.uint8)
            return data

    def write(self, name: str, data: Any, *, exclusive: bool = False) -> bool:
        """Stage, fsync, rename, fsync the folder."""
        stage = self._root / staging(name)
        target = self._root / name
        with translate_os_error(target):
            target.parent.mkdir(parents=True, exist_ok=True)
        for _ in range(SWEPT):
            try:
                return write_atomic(target, data, staging=stage, exclusive=exclusive)
            except (FileNotFoundError, FileExistsError):
                # Whoever seals a modality sweeps its staging folder, maybe under our hands. Python
                # says that it exists if it goes between being found there and being looked at.
                continue
        return write_atomic(target, data, staging=stage, exclusive=exclusive)

    def names(self, under: str = "") -> Iterator[str]:
        """Yield the names of all files below ``under``, in a fixed order."""
        for folder, folders, files in os.walk(self._root / under, onerror=_unlistable):
            folders.sort()
            for file in sorted(files):
                yield (Path(folder) / file).relative_to(self._root).as_posix()

    def has(self, name: str) -> bool:
        """Say whether the file is there."""
        return (self._root / name).is_file()

    def remove(self, name: str) -> None:
        """Remove the file if it is there."""
        with translate_os_error(self._root / name):
            (self._root / name).unlink(missing_ok=True)
