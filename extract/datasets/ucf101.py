"""UCF101: 101 classes, 13,320 videos, three official splits."""

import re
from pathlib import Path

from adf.errors import InputNotFound, InvalidInput
from adf.extract.datasets.disk import Disk, cut, fold, name_key
from adf.extract.datasets.gather import gather_official
from adf.extract.datasets.listing import (
    Listed,
    Listing,
    Official,
    find_lists,
    lines_of,
    safe_path,
    split_code,
)
from adf.extract.datasets.videos import VideoList

OFFICIAL = Official(
    101,
    {
        "split_1": {"train": 9537, "test": 3783},
        "split_2": {"train": 9586, "test": 3734},
        "split_3": {"train": 9624, "test": 3696},
    },
)
LISTS = r"(?P<use>train|test)list0(?P<split>[123])\.txt"
FORM = re.compile(r"v_(?P<label>.+)_(?P<group>g\d+)_c\d+", re.IGNORECASE)


def ucf101(videos: Path | None, *, lists: Path | None = None, unlisted: bool = False) -> VideoList:
    """Read ``trainlist01.txt`` to ``testlist03.txt`` and ``classInd.txt``."""
    disk = Disk(videos)
    files = find_lists(
        lists or disk.folder,
        re.compile(rf"{LISTS}|classInd\.txt").fullmatch,
        "lists of UCF101 (classInd.txt, trainlist01.txt, testlist01.txt, ...)",
    )
    _check_files(files)
    classes = _read_classes(files[0])
    known = {fold(name): name for name in classes}
    listing = Listing()
    for file in files[1:]:
        _read_list(file, classes, known, listing)

    def classify(video: str) -> Listed | None:
        label, group = _place(video, known)
        return Listed(video, label, group) if label and group else None

    return gather_official(
        "ucf101", disk, listing, classes, OFFICIAL, classify if unlisted else None
    )


def _check_files(files: list[Path]) -> None:
    names = {file.name for file in files}
    other = {"train": "test", "test": "train"}
    wanted = {"classInd.txt"}
    for name in names - wanted:
        wanted |= {name, name.replace(name[:-10], other[name[:-10]])}
    if lost := sorted(wanted - names):
        raise InputNotFound(f"{files[0].parent}: {', '.join(lost)} is not beside the other lists")
    if len(names) == 1:
        raise InputNotFound(f"{files[0].parent}: classInd.txt is there without trainlist01.txt")


def _read_classes(file: Path) -> list[str]:
    """Return the classes in the order of their numbers, which is that of the lines."""
    classes: list[str] = []
    for where, text in lines_of(file):
        number, _, name = text.partition(" ")
        if number != str(len(classes) + 1) or not name.strip():
            raise InvalidInput(f"{where}: {text!r} is not '{len(classes) + 1} ClassName'")
        classes.append(name.strip())
    if len({fold(name) for name in classes}) != len(classes):
        raise InvalidInput(f"{file}: a class stands there twice; remove one of them")
    return classes


def _read_list(file: Path, classes: list[str], known: dict[str, str], listing: Listing) -> None:
    match = re.fullmatch(LISTS, file.name)
    assert match
    for where, text in lines_of(file):
        if match["use"] == "train" or re.search(r"\s\d+$", text):
            path, code = split_code(text, where, r"\d+", "'ClassName/video.avi NUMBER'")
        else:
            path, code = safe_path(text, where), ""
        label, group = _place(path, known)
        if not label or not group:
            what = "v_..._g01_c01" if label else "a class of classInd.txt"
            raise InvalidInput(f"{where}: {path!r} does not name {what}; correct the line")
        if code and classes[int(code) - 1 : int(code)] != [label]:
            raise InvalidInput(f"{where}: {label} is number {classes.index(label) + 1}, not {code}")
        if "/" not in path:
            path = f"{label}/{path}"
        uses = {f"split_{match['split']}": match["use"]}
        listing.enter(name_key(path), Listed(path, label, group, uses), where)


def _place(video: str, known: dict[str, str]) -> tuple[str, str]:
    """Return class and group of a video, each empty if it cannot be told.

    The folder tells the class, and without one the name of the file: they differ in case for
    HandstandPushups, whose files are called v_HandStandPushups_...
    """
    folder, stem, _ = cut(video)
    form = FORM.fullmatch(stem)
    label = known.get(fold(folder)) or (known.get(fold(form["label"])) if form else "")
    return (label or "", f"{label}/{form['group'].lower()}" if form else "")
