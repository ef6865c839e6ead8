"""The lines of ``metrics.jsonl`` that the page is drawn from, checked for what it computes with."""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

from adf import metrics
from adf.errors import InvalidInput


def read_lines(path: Path) -> list[dict[str, Any]]:
    """Return the lines; one that is not as a search writes it is named."""
    lines: list[Any] = metrics.read(path)
    for number, line in enumerate(lines, start=1):
        if not isinstance(line, dict):
            raise InvalidInput(f"{path}:{number} is no JSON object: take the line out")
        for name, (right, wanted) in FIELDS.items():
            if line.get(name) and not right(line[name]):
                raise InvalidInput(f"{path}:{number}: {name} is not {wanted}: take the line out")
    return lines


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float)


def _steps(value: Any) -> bool:
    return _is_number(value) and 0 <= value < math.inf


def _weights(value: Any) -> bool:
    """Return whether this is a list of lists of numbers."""
    return isinstance(value, list) and all(
        isinstance(row, list) and all(map(_is_number, row)) for row in value
    )


def _cells(value: Any) -> bool:
    """Return whether there are edges, and all of them have as many weights."""
    if not (isinstance(value, list) and all(map(_weights, value))):
        return False
    return len({len(edge) for cell in value for edge in cell}) == 1


# What must be so where there is any; another measurement that is no number is left out.
FIELDS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "cell_steps": (_steps, "a number of 0 or more"),
    "levels": (_weights, "a list of weights for each input"),
    "ops": (_cells, "a list of as many weights for each edge of each cell"),
}
