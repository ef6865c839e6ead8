"""Lists of videos in files: safe paths, and every complaint with file and line."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from adf.errors import InputNotFound, InvalidInput


@dataclass(frozen=True)
class Official:
    """What complete lists of a dataset hold."""

    classes: int
    counts: Mapping[str, Mapping[str, int]]
    """For each split, how many videos have which use."""


@dataclass(frozen=True)
class Listed:
    """One video as a list has it."""

    path: str
    label: str
    group: str
    uses: dict[str, str] = field(default_factory=dict)
    """For each split: train, test, val, or nothing."""
    more: dict[str, str | int] = field(default_factory=dict)
    """Further columns."""


class Listing(dict[str, Listed]):
    """Videos by a key that tells them apart; what the lists of several splits say is merged."""

    def __init__(self) -> None:
        super().__init__()
        self._places: dict[tuple[str, str], str] = {}

    def enter(self, key: str, listed: Listed, where: str) -> None:
        """Take up a line; a video has one label, and one line for each split."""
        known = self.setdefault(key, listed)
        # One entry beside the splits, for lists without any and to say where a label came from.
        label_place = self._places.setdefault((key, ""), where)
        if known.label != listed.label:
            raise InvalidInput(
                f"{where}: '{listed.path}' is '{listed.label}' here and '{known.label}' in "
                f"{label_place}; correct one of them"
            )
        for split in listed.uses or [""]:
            before = self._places.setdefault((key, split), where)
            if known is not listed and before != where:
                raise InvalidInput(
                    f"{where}: '{listed.path}' stands in {before} already; remove one of them"
                )
        known.uses.update(listed.uses)

    def check_counts(self, dataset: str, classes: Sequence[str], official: Official) -> str:
        """Compare with the official numbers if all classes are listed; else say that not."""
        found = {listed.label for listed in self.values()}
        if not len(found) == len(classes) == official.classes:
            share = f"{len(found)} of the {official.classes} classes of {dataset}"
            return f"{share} are listed; counts not checked"
        splits = {split: None for listed in self.values() for split in listed.uses}
        for split in splits:
            uses = [listed.uses.get(split, "") for listed in self.values()]
            for use, wanted in official.counts[split].items():
                if uses.count(use) != wanted:
                    raise InvalidInput(
                        f"{dataset}, {split}: {uses.count(use):,} {use or 'unused'} videos on the "
                        f"lists, but {wanted:,} on the official ones; take the lists from the "
                        f"dataset's archive again, or give your own as --dataset csv"
                    )
        return ""


def lines_of(file: Path) -> Iterator[tuple[str, str]]:
    """Yield where it is and the text of each line that is not blank, spaces around it removed."""
    for number, line in enumerate(re.split(r"\r\n|\r|\n", read_text(file)), 1):
        if line.strip():
            yield f"{file}, line {number}", line.strip()


def read_text(file: Path) -> str:
    """Return the text of a list; a byte order mark does not belong to it."""
    try:
        return file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = file.read_bytes()[: error.start].count(b"\n") + 1
        raise InvalidInput(f"{file}, line {line}: is not UTF-8 text; save it as UTF-8") from error
    except OSError as error:
        raise InputNotFound(f"the list {file} cannot be read: {error.strerror}") from error


def safe_path(text: str, where: str) -> str:
    """Return a relative path without detours, or say why it may not be used."""
    parts = [part for part in text.split("/") if part not in ("", ".")]
    if text.startswith("/") or "\\" in text or ".." in parts or not parts:
        raise InvalidInput(
            f"{where}: {text!r} leads out of the folder of videos; "
            f"use a path relative to it with '/' and without '..'"
        )
    if not text.isprintable():
        raise InvalidInput(f"{where}: {text!r} has a control character; rename the file")
    return "/".join(parts)


def split_code(text: str, where: str, pattern: str, form: str) -> tuple[str, str]:
    """Cut the number off the end of a line; the path before it may hold any other character."""
    # No comment character: '#' and ';' belong to names of real lists.
    match = re.fullmatch(rf"(?P<path>.*\S)\s+(?P<code>{pattern})", text)
    if not match:
        raise InvalidInput(f"{where}: {text!r} is not of the form {form}")
    return safe_path(match["path"], where), match["code"]


def find_lists(folder: Path, belongs: Callable[[str], object], what: str) -> list[Path]:
    """Return the sorted files that belong to the lists, from the folder or the one below it."""
    try:
        below = sorted(path for path in folder.iterdir() if path.is_dir())
        found = [files for place in (folder, *below) if (files := _files(place, belongs))]
    except OSError as error:
        raise InputNotFound(
            f"the folder {error.filename} cannot be read: {error.strerror}"
        ) from error
    if not found:
        raise InputNotFound(f"no {what} in {folder}; give the folder of the lists by --lists")
    if len(found) > 1 and found[0][0].parent != folder:
        places = " and ".join(files[0].parent.name for files in found[:2])
        raise InvalidInput(f"{folder}: both {places} hold some {what}; name one of them by --lists")
    return found[0]


def _files(folder: Path, belongs: Callable[[str], object]) -> list[Path]:
    # Archives made on a Mac hold a hidden twin of every file.
    return sorted(
        path
        for path in folder.iterdir()
        if belongs(path.name) and not path.name.startswith(".") and path.is_file()
    )
