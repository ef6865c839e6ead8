"""JHMDB21: 21 classes and 928 videos of HMDB51, with three splits of its own."""

from pathlib import Path

from adf.extract.datasets.classlists import read_class_lists
from adf.extract.datasets.listing import Official
from adf.extract.datasets.videos import VideoList

OFFICIAL = Official(
    21,
    {
        "split_1": {"train": 660, "test": 268, "": 0},
        "split_2": {"train": 658, "test": 270, "": 0},
        "split_3": {"train": 663, "test": 265, "": 0},
    },
)


def jhmdb21(videos: Path | None, *, lists: Path | None = None, unlisted: bool = False) -> VideoList:
    """Read the 63 files ``CLASS_test_split1.txt`` to ``..._split3.txt``."""
    return read_class_lists("jhmdb21", videos, lists, OFFICIAL, unlisted=unlisted)
