"""Arrays the user already has, opened by the form of their file."""

import hashlib
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol
from zipfile import BadZipFile

import numpy as np

from adf.errors import AdfError, ConfigError, InputNotFound, InvalidInput

BLOCK = 1 << 22


class Source(Protocol):
    """One row a clip."""

    @property
    def shape(self) -> tuple[int, ...]:
        """The number of clips, then the shape of a row."""
        ...

    @property
    def dtype(self) -> np.dtype[Any]:
        """The dtype as it is in the file."""
        ...

    def __getitem__(self, row: int) -> Any: ...


def open_source(text: str) -> tuple[Source, str]:
    """Open ``FILE.npy``, ``FILE.npz:KEY``, ``FILE.h5:DATASET`` or ``FOLDER.zarr:ARRAY``.

    Returns the array and what it is: the SHA-256 of its file, or of a folder's files, and the key.
    """
    path, key = split_source(text)
    if not path.exists():
        raise InputNotFound(f"{path} does not exist (given as {text!r})")
    opener = OPENERS.get(path.suffix)
    if opener is None:
        raise ConfigError(f"{path}: the ending is none of {', '.join(OPENERS)}")
    with _naming(text):
        source, key = opener(path, key)
        shape, kind = source.shape, np.dtype(source.dtype).kind
    if len(shape) < 2:
        raise InvalidInput(f"{text} has shape {shape}: need clips first, then at least a channel")
    if kind not in "fiub":
        raise InvalidInput(f"{text} has dtype {source.dtype}, which is not a real number")
    return source, f"sha256:{file_hash(path.resolve())}:{key}"


@contextmanager
def _naming(text: str) -> Iterator[None]:
    """Whatever a broken file makes its library raise becomes one line that names it."""
    try:
        yield
    except AdfError:
        raise
    except (OSError, ValueError, LookupError, AttributeError, EOFError, BadZipFile) as error:
        lines = str(error).strip().splitlines() or ["it is empty or cut off"]
        raise InvalidInput(f"{text} cannot be opened as an array: {lines[0]}") from error


def keys_of(path: Path) -> list[str]:
    """Return the names of the arrays in a ``.npz`` file."""
    with _naming(str(path)), np.load(path, allow_pickle=False) as archive:
        return list(archive.files)


def split_source(text: str) -> tuple[Path, str]:
    """Split ``FILE:KEY`` at the last colon after a known ending."""
    for ending in OPENERS:
        head, found, key = text.partition(f"{ending}:")
        if found:
            return Path(head + ending), key
    return Path(text), ""


def file_hash(path: Path) -> str:
    """Return the SHA-256 of a file, or of a folder's files and their names."""
    facts = path.stat()
    return _hash(path, facts.st_mtime_ns if path.is_file() else time.monotonic_ns(), facts.st_size)


@lru_cache
def _hash(path: Path, changed: int, size: int) -> str:
    """Work it out once for all arrays of a file, as long as the file stays as it is."""
    total = hashlib.sha256()
    for file in sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]:
        if file != path:
            total.update(file.relative_to(path).as_posix().encode() + b"\0")
        with file.open("rb") as stream:
            while block := stream.read(BLOCK):
                total.update(block)
    return total.hexdigest()


def _npy(path: Path, key: str) -> tuple[Source, str]:
    if key:
        raise ConfigError(f"{path} holds one array: leave out ':{key}'")
    return np.load(path, mmap_mode="r", allow_pickle=False), key


def _npz(path: Path, key: str) -> tuple[Source, str]:
    with np.load(path, allow_pickle=False) as archive:
        name = _only(path, key, list(archive.files))
        return archive[name], name


def _hdf5(path: Path, key: str) -> tuple[Source, str]:
    import h5py

    file = h5py.File(path, "r")
    name = _only(path, key, [name for name in file if isinstance(file[name], h5py.Dataset)])
    return file[name], name


def _zarr(path: Path, key: str) -> tuple[Source, str]:
    import zarr

    found: Any = zarr.open(path, mode="r", path=key or None)
    if isinstance(found, zarr.Group):
        key = _only(path, key, sorted(found.array_keys()))
        found = found[key]
    return found, key


def _only(path: Path, key: str, names: list[str]) -> str:
    """Return the key asked for; without one, the only array there is."""
    if key:
        return key
    if len(names) != 1:
        raise ConfigError(f"{path} holds {', '.join(names) or 'no array'}: name one, {path}:NAME")
    return names[0]


OPENERS: dict[str, Callable[[Path, str], tuple[Source, str]]] = {
    ".npy": _npy,
    ".npz": _npz,
    ".h5": _hdf5,
    ".hdf5": _hdf5,
    ".zarr": _zarr,
}
