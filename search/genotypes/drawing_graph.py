"""What a picture of a network shows: boxes in columns from left to right, and arrows."""

import re
from collections import defaultdict
from typing import NamedTuple

INPUT, STEM, NODE, OUTPUT = "input", "stem", "node", "output"
SKIP = "skip"
_UNWRITABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


class Box(NamedTuple):
    """A tensor; its modality is that of a level, and empty for what is made of levels."""

    label: str
    kind: str
    column: int
    modality: str = ""


class Arrow(NamedTuple):
    """An operation from box to box, by index; none where tensors are only joined."""

    source: int
    target: int
    op: str = ""


class Diagram(NamedTuple):
    """All that is drawn."""

    boxes: list[Box]
    arrows: list[Arrow]


def in_words(diagram: Diagram) -> list[str]:
    """Return a line for each tensor: what it is made of."""
    parts: dict[int, list[str]] = defaultdict(list)
    signs: dict[int, str] = {}
    for source, target, op in diagram.arrows:
        label = diagram.boxes[source].label
        parts[target].append(f"{op}({label})" if op else label)
        signs[target] = " + " if op else ", "
    return [
        f"{diagram.boxes[target].label} = {signs[target].join(terms)}"
        for target, terms in parts.items()
    ]


def clean(text: str) -> str:
    """Replace what no XML file may hold, and some no file: control characters, half pairs."""
    return _UNWRITABLE.sub("\ufffd", text)
