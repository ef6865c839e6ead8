"""How people spell what a video is used for, and the order of classes without an official one."""

from collections.abc import Iterable

USES = {
    "": "",
    "train": "train",
    "training": "train",
    "val": "val",
    "valid": "val",
    "validation": "val",
    "test": "test",
    "testing": "test",
}


def in_order(labels: Iterable[str]) -> list[str]:
    """Return labels sorted, 2 before 10 if all of them are numbers."""
    known = sorted(set(labels))
    if all(label.isascii() and label.isdigit() for label in known):
        known.sort(key=int)
    return known
