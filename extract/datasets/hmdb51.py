"""HMDB51: 51 classes, 6,766 videos, three official splits that leave 1,666 videos unused each."""

from pathlib import Path

from adf.extract.datasets.classlists import read_class_lists
from adf.extract.datasets.listing import Official
from adf.extract.datasets.videos import VideoList

OFFICIAL = Official(51, {f"split_{k}": {"train": 3570, "test": 1530, "": 1666} for k in (1, 2, 3)})


def hmdb51(videos: Path | None, *, lists: Path | None = None, unlisted: bool = False) -> VideoList:
    """Read the 153 files ``CLASS_test_split1.txt`` to ``..._split3.txt``."""
    return read_class_lists("hmdb51", videos, lists, OFFICIAL, unlisted=unlisted)
