"""How numbers are written on the page."""

import math

NONE = "\u2013"
MINUS = "\u2212"
# A space at which no line is broken.
JOINED = "\u00a0"
# Below, a count has all of its digits.
EXACT = 1e5
STEPS = ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))


def percent(share: float | None, digits: int = 1) -> str:
    """Return a share as a percentage."""
    return NONE if _none(share) else f"{_plain(share, 100, digits)}{JOINED}%"


def points(difference: float | None, digits: int = 1) -> str:
    """Return a difference of two shares, without its sign."""
    return NONE if _none(difference) else f"{abs(difference or 0) * 100:.{digits}f}"


def signed(value: float | None, digits: int = 3) -> str:
    """Return a number with as many digits."""
    return NONE if _none(value) else _plain(value, 1, digits)


def plus_minus(share: float, error: float | None) -> str:
    """Return a share with its standard error, where that is known."""
    if _none(error):
        return percent(share)
    return JOINED.join((_plain(share, 100, 1), "±", points(error), "%"))


def short(value: float | None) -> str:
    """Return a large number in three digits: 12.3 k."""
    if _none(value):
        return NONE
    size = float(value or 0)
    for step, name in STEPS:
        # What would be rounded to a thousand of a unit is one of the next.
        if abs(size) >= step * 0.9995:
            return f"{_three(size / step)}{JOINED}{name}"
    return _three(size)


def amount(value: float | None) -> str:
    """Return a count by which rows are told apart: whole while it is short, then 123 k."""
    return whole(value) if not _none(value) and abs(value or 0) < EXACT else short(value)


def tick(value: float) -> str:
    """Return a number for an axis, without needless zeros: 30 k."""
    step, name = next((each for each in STEPS if abs(value) >= each[0] * 0.9995), (1.0, ""))
    written = f"{value / step:.3g}".replace("-", MINUS)
    return f"{written}{JOINED}{name}" if name else written


def whole(value: float | None) -> str:
    """Return a whole number with a thin space between thousands."""
    return NONE if _none(value) else f"{value or 0:,.0f}".replace(",", "\u202f")


def times(count: int, noun: str) -> str:
    """Return a count with its noun: 1 training, 3 trainings."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _three(size: float) -> str:
    return f"{size:#.3g}".rstrip(".").replace("-", MINUS) if size else "0"


def _none(value: float | None) -> bool:
    return value is None or not math.isfinite(value)


def _plain(value: float | None, factor: float, digits: int) -> str:
    return f"{(value or 0) * factor:.{digits}f}".replace("-", MINUS)
