"""Lists with one file a class and split, as HMDB51 and JHMDB21 have them."""

import re
from collections.abc import Iterable
from pathlib import Path

from adf.errors import InputNotFound, InvalidInput
from adf.extract.datasets.disk import Disk, cut, fold, name_key
from adf.extract.datasets.gather import gather_official
from adf.extract.datasets.listing import Listed, Listing, Official, find_lists, lines_of, split_code
from adf.extract.datasets.videos import VideoList

# Class names hold underscores and begin like one another: only the end of the name is sure.
FILE = re.compile(r"(?P<label>.+)_test_split(?P<split>[123])\.txt")
USES = {"0": "", "1": "train", "2": "test"}
# Body part, camera motion, people, viewpoint, quality, and the number of the clip in its film.
ATTRIBUTES = r"_[a-z]+_[a-z]+_np\d+_[a-z]+_[a-z]+_\d+"


def read_class_lists(
    name: str,
    videos: Path | None,
    lists: Path | None,
    official: Official,
    *,
    unlisted: bool,
) -> VideoList:
    """Read the files ``CLASS_test_split1.txt`` with lines ``video.avi CODE``."""
    disk = Disk(videos)
    files = find_lists(
        lists or disk.folder, FILE.fullmatch, f"lists of {name} (CLASS_test_split1.txt, ...)"
    )
    listing = Listing()
    labels = _check_files(files)
    for file, label, split in labels:
        _read_list(file, label, split, listing)
    classes = sorted({label for _, label, _ in labels})

    def classify(video: str) -> Listed | None:
        return _classify(video, classes)

    return gather_official(name, disk, listing, classes, official, classify if unlisted else None)


def _check_files(files: Iterable[Path]) -> list[tuple[Path, str, str]]:
    """Return file, class and split of each list; every class must be in every split."""
    labels = []
    for file in files:
        match = FILE.fullmatch(file.name)
        assert match
        labels.append((file, match["label"], match["split"]))
    there = {(label, split) for _, label, split in labels}
    for label in sorted({label for label, _ in there}):
        for split in sorted({split for _, split in there}):
            if (label, split) not in there:
                file = labels[0][0].with_name(f"{label}_test_split{split}.txt")
                raise InputNotFound(f"{file} is not there, but other lists of '{label}' are")
    return labels


def _read_list(file: Path, label: str, split: str, listing: Listing) -> None:
    for where, text in lines_of(file):
        path, code = split_code(text, where, "[012]", "'video.avi CODE', CODE being 0, 1 or 2")
        group = _group(path, label)
        if not group:
            raise InvalidInput(
                f"{where}: {path!r} is not named SOURCE_{label}_..._np1_..._0; correct the line"
            )
        if "/" not in path:
            path = f"{label}/{path}"
        uses = {f"split_{split}": USES[code]}
        listing.enter(name_key(path), Listed(path, label, group, uses), where)


def _group(video: str, label: str) -> str:
    """Return the film a clip was cut from, within its class, or nothing.

    The official splits keep the clips of a film apart in each class only: some films that gave
    clips to several classes are on both sides.
    """
    form = rf"(?P<film>.+)_{re.escape(label)}{ATTRIBUTES}"
    match = re.fullmatch(form, cut(video)[1], re.IGNORECASE)
    return f"{label}/{match['film']}" if match else ""


def _classify(video: str, classes: Iterable[str]) -> Listed | None:
    """Tell the class by the folder, or else by the longest class whose name fits the file's."""
    fitting = [label for label in classes if _group(video, label)]
    inside = [label for label in fitting if fold(cut(video)[0]) == fold(label)]
    label = max(inside or fitting, key=len, default="")
    return Listed(video, label, _group(video, label)) if label else None
