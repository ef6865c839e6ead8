"""Arrays the user already has, opened by the form of their file."""

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from adf.errors import ConfigError, InputNotFound, InvalidInput

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

    Returns the array and the SHA-256 of the file it lies in.
    """
    path, key = split_source(text)
    if not path.exists():
        raise InputNotFound(f"{path} does not exist (given as {text!r})")
    opener = OPENERS.get(path.suffix)
    if opener is None:
        raise ConfigError(f"{path}: the ending is none of {', '.join(OPENERS)}")
    try:
        source = opener(path, key)
        shape = source.shape
    except (OSError, ValueError, KeyError, AttributeError) as error:
        raise InvalidInput(f"{text} cannot be opened as an array: {error}") from error
    if len(shape) < 2:
        raise InvalidInput(f"{text} has shape {shape}: need clips first, then at least a channel")
    return source, f"sha256:{file_hash(path)}"


def keys_of(path: Path) -> list[str]:
    """Return the names of the arrays in a ``.npz`` file."""
    with np.load(path, allow_pickle=False) as archive:
        return list(archive.files)


def split_source(text: str) -> tuple[Path, str]:
    """Split ``FILE:KEY`` at the last colon after a known ending."""
    for ending in OPENERS:
        head, found, key = text.partition(f"{ending}:")
        if found:
            return Path(head + ending), key
    return Path(text), ""


def file_hash(path: Path) -> str:
    """Return the SHA-256 of a file, or of all files of a folder with their names."""
    total = hashlib.sha256()
    for file in _files(path):
        total.update(file.relative_to(path.parent).as_posix().encode() + b"\0")
        with file.open("rb") as stream:
            while block := stream.read(BLOCK):
                total.update(block)
    return total.hexdigest()


def _files(path: Path) -> Iterator[Path]:
    yield from sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]


def _npy(path: Path, key: str) -> Source:
    if key:
        raise ConfigError(f"{path} holds one array: leave out ':{key}'")
    array: Source = np.load(path, mmap_mode="r", allow_pickle=False)
    return array


def _npz(path: Path, key: str) -> Source:
    with np.load(path, allow_pickle=False) as archive:
        name = _only(path, key, list(archive.files))
        array: Source = archive[name]
    return array


def _hdf5(path: Path, key: str) -> Source:
    import h5py

    file = h5py.File(path, "r")
    datasets = [name for name in file if isinstance(file[name], h5py.Dataset)]
    array: Source = file[_only(path, key, datasets)]
    return array


def _zarr(path: Path, key: str) -> Source:
    import zarr

    found: Any = zarr.open(path, mode="r", path=key or None)
    if isinstance(found, zarr.Group):
        found = found[_only(path, key, sorted(found.array_keys()))]
    array: Source = found
    return array


def _only(path: Path, key: str, names: list[str]) -> str:
    """Return the key asked for; without one, the only array there is."""
    if key:
        return key
    if len(names) != 1:
        raise ConfigError(f"{path} holds {', '.join(names) or 'no array'}: name one, {path}:NAME")
    return names[0]


OPENERS: dict[str, Callable[[Path, str], Source]] = {
    ".npy": _npy,
    ".npz": _npz,
    ".h5": _hdf5,
    ".hdf5": _hdf5,
    ".zarr": _zarr,
}
