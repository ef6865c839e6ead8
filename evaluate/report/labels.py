"""Where the names of points stand, so that none covers another name or a point."""

import math
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import NamedTuple

STEP = 7.0
GAP = 9.0


class Box(NamedTuple):
    """A rectangle by its edges."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: "Box") -> bool:
        """Return whether two rectangles overlap."""
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )

    def lies_in(self, other: "Box") -> bool:
        """Return whether another rectangle has it all."""
        return (
            self.left >= other.left
            and self.right <= other.right
            and self.top >= other.top
            and self.bottom <= other.bottom
        )


def place_labels(
    points: Sequence[tuple[float, float]],
    widths: Sequence[float],
    high: float,
    within: Box,
) -> list[Box | None]:
    """Return a free place for the name of every point, as near to it as there is one.

    None where the picture is full, and for a name without width.
    """
    taken = [Box(x - GAP + 2, y - GAP + 2, x + GAP - 2, y + GAP - 2) for x, y in points]
    found: list[Box | None] = []
    for (x, y), wide in zip(points, widths, strict=True):
        places = chain(_beside(x, y, wide, high), _anywhere(x, y, wide, high, within))
        free = (box for box in places if box.lies_in(within) and not any(map(box.meets, taken)))
        found.append(next(free, None) if wide else None)
        taken += [box for box in found[-1:] if box]
    return found


def _beside(x: float, y: float, wide: float, high: float) -> Iterator[Box]:
    """Yield the four places that touch a point, the best one first."""
    for left, top in (
        (x + GAP, y - high / 2),
        (x - GAP - wide, y - high / 2),
        (x - wide / 2, y - GAP - high),
        (x - wide / 2, y + GAP),
    ):
        yield Box(left, top, left + wide, top + high)


def _anywhere(x: float, y: float, wide: float, high: float, within: Box) -> Iterator[Box]:
    """Yield the places of a grid over the picture, the nearest one first."""
    columns = math.floor((within.right - within.left - wide) / STEP) + 1
    rows = math.floor((within.bottom - within.top - high) / STEP) + 1
    corners = [
        (within.left + column * STEP, within.top + row * STEP)
        for column in range(columns)
        for row in range(rows)
    ]
    boxes = [Box(left, top, left + wide, top + high) for left, top in corners]
    yield from sorted(boxes, key=lambda box: math.dist(nearest(box, x, y), (x, y)))


def nearest(box: Box, x: float, y: float) -> tuple[float, float]:
    """Return the place on a rectangle that is nearest to a point."""
    return min(max(x, box.left), box.right), min(max(y, box.top), box.bottom)
