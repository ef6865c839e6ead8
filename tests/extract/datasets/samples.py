"""Small datasets of the user's own, and what the other samples are made of."""

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from adf.extract.datasets import VideoList

ODD = ["a;b!", "c(d)&e", "#f[g]", "h+i~j@k", "mühle 水", "with space"]


@dataclass
class Sample:
    """A dataset on the disk, and where its lists are."""

    videos: Path
    lists: Path | None = None
    append: Callable[[str], Path] | None = None
    """Add a line that lists the given path, and return the file; none if there are no lists."""


def rows_of(videos: VideoList) -> dict[str, tuple[object, ...]]:
    """Return what the frame says of each video."""
    return {row[0]: row[1:] for row in videos.frame.itertuples(index=False, name=None)}


def touch(folder: Path, names: Iterable[str]) -> None:
    """Make empty files with their folders."""
    made: set[Path] = set()
    for name in names:
        path = folder / name
        if path.parent not in made:
            path.parent.mkdir(parents=True, exist_ok=True)
            made.add(path.parent)
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o644))


def write(file: Path, lines: Iterable[str], end: str = "\n") -> Path:
    """Write the lines of a list."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes("".join(line + end for line in lines).encode())
    return file


def appender(file: Path, form: str) -> Callable[[str], Path]:
    """Return what adds a line of some form to a list."""

    def append(path: str) -> Path:
        with file.open("a") as list_file:
            list_file.write(form.format(path) + "\n")
        return file

    return append


def folder(place: Path) -> Sample:
    """Train, val and test, with the same names in all of them."""
    names = [f"{use}/{label}/{name}.mp4" for use in USES for label in "ab" for name in ODD]
    touch(place, names)
    return Sample(place)


USES = ("train", "Validation", "test")


def csv(place: Path) -> Sample:
    """A list with two splits, windows and a column of the user's own."""
    names = [f"{label}/{name}.mp4" for label in ("10", "9") for name in ODD]
    touch(place, names)
    rows = [
        f'"{name}",{name.split("/")[0]},train,{"test" if i % 2 else ""},film{i // 3},{i},-1,x'
        for i, name in enumerate(names)
    ]
    header = "path,label,split,split_2,group,start,stop,mood"
    file = write(place / "list.csv", [header, *rows])
    return Sample(place, file, appender(file, "{},9,train,test,g,0,-1,x"))
