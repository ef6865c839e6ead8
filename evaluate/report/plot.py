"""Axes: where a value stands in a picture, and which values are written beside it.

Pictures are made for the width of a phone and stand side by side where there is more room: so
their words have the same size everywhere.
"""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import count, takewhile

from adf.evaluate.report.markup import Markup, join, tag, text

Written = Callable[[float], str]
WIDTH, HEIGHT = 340.0, 220.0
# A character at the size of the labels, about.
ADVANCE = 6.3
NICE = (1.0, 2.0, 5.0, 10.0)


@dataclass(frozen=True)
class Axis:
    """From ``low`` to ``high``, on a logarithmic scale if ``log``."""

    low: float
    high: float
    ticks: tuple[float, ...]
    log: bool = False

    def share(self, value: float) -> float:
        """Return where a value is, from 0 at ``low`` to 1 at ``high``."""
        low, high, at = (math.log(v) if self.log else v for v in (self.low, self.high, value))
        return (at - low) / (high - low)


def linear(values: Iterable[float], least: float = 0.0, ticks: int = 4) -> Axis:
    """Return an axis with round numbers at its ends, which covers ``least`` or more."""
    known = list(values)
    low, high = min(known), max(known)
    span = max(high - low, least, abs(high) * 1e-6, 1e-9)
    raw = span / ticks
    size = 10 ** math.floor(math.log10(raw))
    step = next(nice * size for nice in NICE if nice * size >= raw * (1 - 1e-9))
    first = math.floor(low / step + 1e-6)
    last = max(math.ceil(high / step - 1e-6), first + 1)
    marks = tuple(place * step for place in range(first, last + 1))
    return Axis(marks[0], marks[-1], marks)


def logarithmic(values: Iterable[float]) -> Axis:
    """Return an axis of powers of ten, and of 2 and 5 between them if there are few."""
    known = list(values)
    low, high = min(known) / 1.25, max(known) * 1.25
    marks = _powers(low, high, (1.0,))
    for more in ((1.0, 3.0), (1.0, 2.0, 5.0)):
        marks = marks if len(marks) > 2 else _powers(low, high, more)
    return Axis(low, high, marks or (known[0],), log=True)


def _powers(low: float, high: float, digits: tuple[float, ...]) -> tuple[float, ...]:
    powers = takewhile(lambda power: 10.0**power <= high, count(math.floor(math.log10(low))))
    marks = (digit * 10.0**power for power in powers for digit in digits)
    return tuple(mark for mark in marks if low <= mark <= high)


@dataclass(frozen=True)
class Plot:
    """Two axes and the room around them, for words."""

    x: Axis
    y: Axis
    width: float = WIDTH
    height: float = HEIGHT
    left: float = 44.0
    right: float = 12.0
    top: float = 10.0
    bottom: float = 38.0

    @property
    def size(self) -> tuple[float, float]:
        """The whole picture."""
        return self.width, self.height

    def at_x(self, value: float) -> float:
        """Return how far from the left edge a value is."""
        return self.left + self.x.share(value) * (self.width - self.left - self.right)

    def at_y(self, value: float) -> float:
        """Return how far from the upper edge a value is."""
        return (
            self.height - self.bottom - self.y.share(value) * (self.height - self.top - self.bottom)
        )

    def axes(self, label: str, of_x: Written, of_y: Written) -> Markup:
        """Return the lines behind the data, and the words beside them."""
        left, right = self.left, self.width - self.right
        top, bottom = self.top, self.height - self.bottom
        parts = []
        for tick in self.y.ticks:
            y = self.at_y(tick)
            parts.append(tag("line", x1=left, x2=right, y1=y, y2=y, class_="grid"))
            parts.append(text(left - 6, y + 4, of_y(tick), "end"))
        for tick in self.x.ticks:
            x = self.at_x(tick)
            parts.append(tag("line", x1=x, x2=x, y1=top, y2=bottom, class_="grid"))
            parts.append(text(x, bottom + 15, of_x(tick), "mid"))
        parts.append(text((left + right) / 2, self.height - 6, label, "mid soft"))
        return join(*parts)


def shortened(name: str, most: int) -> str:
    """Return a name that fits."""
    return name if len(name) <= most else f"{name[: most - 1]}…"
