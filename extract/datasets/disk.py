"""The files below a folder, and which of them a list means."""

import os
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Set
from pathlib import Path
from posixpath import splitext

from adf.errors import ConfigError, InputNotFound, InvalidInput

SUFFIXES = {
    *(".3gp", ".asf", ".avi", ".flv", ".gif", ".m2ts", ".m4v", ".mkv", ".mov", ".mp4", ".mpeg"),
    *(".mpg", ".mts", ".ogv", ".ts", ".webm", ".wmv"),
}


def fold(text: str) -> str:
    """Return what is equal for names that differ only in case or in how accents are encoded."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFC", text.casefold())


def entries_of(folder: str) -> list[os.DirEntry[str]]:
    """Return what lies in ``folder``, in the order of the file system."""
    with os.scandir(folder) as entries:
        return list(entries)


def walk(
    folder: str, prefix: str, above: tuple[tuple[int, int], ...], unusable: list[str]
) -> Iterator[str]:
    """Yield the paths of all files below ``folder``, which is itself below those ``above``.

    What is named as a video and is none that could be opened is added to ``unusable``.
    """
    status = os.stat(folder)
    identity = (status.st_dev, status.st_ino)
    # A link to a folder above would never end.
    if identity in above:
        return
    for entry in entries_of(folder):
        if entry.name.startswith("."):
            continue
        path, plain = prefix + entry.name, entry.name.isprintable() and "\\" not in entry.name
        try:
            if entry.is_dir() and plain:
                yield from walk(entry.path, f"{path}/", (*above, identity), unusable)
            elif entry.is_file() and plain:
                yield path
            elif splitext(path)[1].lower() in SUFFIXES or entry.is_dir():
                unusable.append(path)
        except OSError:
            # A link that leads to itself, or a folder that may not be read.
            unusable.append(path)


class Disk:
    """All files below a folder, links followed, hidden ones left out; read once."""

    def __init__(self, folder: Path | None) -> None:
        if folder is None:
            raise ConfigError("this dataset needs the folder of its videos: give --videos")
        self.folder = folder
        unusable: list[str] = []
        try:
            self.files = frozenset(walk(str(folder), "", (), unusable))
        except OSError as error:
            raise InputNotFound(
                f"the folder of videos {error.filename} cannot be read: {error.strerror}"
            ) from error
        self.unusable = tuple(sorted(unusable))
        """What looks like a video, or may hold some, and cannot be used: links that lead nowhere,
        pipes, folders that may not be read, names that are not printable."""
        self.videos = sorted(file for file in self.files if cut(file)[2].lower() in SUFFIXES)
        self._by_stem: dict[str, list[str]] = defaultdict(list)
        for video in self.videos:
            self._by_stem[name_key(video)].append(video)

    def has(self, listed: str) -> bool:
        """Say whether there is a file of exactly this path, hidden ones included."""
        if not any(part.startswith(".") for part in listed.split("/")):
            return listed in self.files
        return os.path.isfile(self.folder / listed)

    def find(self, listed: str, *, anywhere: bool, taken: Set[str]) -> str | None:
        """Return the video that is nearly spelled as ``listed``: other case, other accents.

        With ``anywhere`` it may also lie in another folder and have another extension, as the
        official lists of a dataset do not know how a copy of it was unpacked or converted.
        """
        near = [video for video in self._by_stem[name_key(listed)] if video not in taken]
        if not anywhere:
            near = [video for video in near if fold(video) == fold(listed)]
        ranked = sorted(near, key=lambda video: _likeness(video, listed))
        if len(ranked) > 1 and _likeness(ranked[-2], listed) == _likeness(ranked[-1], listed):
            raise InvalidInput(
                f"{self.folder}: both '{ranked[-2]}' and '{ranked[-1]}' may be '{listed}' of the "
                f"list; keep one of them"
            )
        return ranked[-1] if ranked else None


def cut(path: str) -> tuple[str, str, str]:
    """Return the name of the folder a file is in, its own name without extension, and that."""
    # Plain strings: a million paths are a second instead of a minute.
    head, _, name = path.rpartition("/")
    return (head.rpartition("/")[2], *splitext(name))


def name_key(path: str) -> str:
    """Return what tells the videos of an official list apart, whatever folder they are in."""
    return fold(cut(path)[1])


def _likeness(video: str, listed: str) -> tuple[bool, ...]:
    (folder, stem, suffix), (other, _, wanted) = cut(video), cut(listed)
    return (
        fold(folder) == fold(other),
        suffix.lower() == wanted.lower(),
        video.endswith(stem + wanted) and listed.endswith(stem + wanted),
        video.rpartition("/")[0] == listed.rpartition("/")[0],
    )
