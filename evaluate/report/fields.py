"""Fields of a JSON file that came from outside: what is missing or of another form is named."""

import json
import math
from pathlib import Path
from typing import Any

from adf.errors import InputNotFound, InvalidInput


class Fields:
    """A JSON object and what it is called in an error."""

    def __init__(self, value: Any, where: str) -> None:
        if not isinstance(value, dict):
            raise InvalidInput(f"{where} is no JSON object: run the command that wrote it again")
        self.value: dict[str, Any] = value
        self.where = where

    def has(self, key: str) -> bool:
        """Return whether there is a field that is not null."""
        return self.value.get(key) is not None

    def at(self, key: str) -> "Fields":
        """Return an object."""
        return Fields(self._get(key), self._name(key))

    def each(self, key: str) -> list["Fields"]:
        """Return the objects of a list."""
        name = self._name(key)
        return [Fields(one, f"{name}[{place}]") for place, one in enumerate(self.listed(key))]

    def listed(self, key: str) -> list[Any]:
        """Return a list."""
        value = self._get(key)
        if not isinstance(value, list):
            raise self._wrong(key, "a list")
        return value

    def shares(self, key: str) -> list[float | None]:
        """Return a list of numbers from 0 to 1, some of them missing."""
        values = self.listed(key)
        if not all(value is None or (_is_number(value) and 0 <= value <= 1) for value in values):
            raise self._wrong(key, "a list of shares from 0 to 1")
        return values

    def matrix(self, key: str, size: int) -> list[list[float]]:
        """Return a square of numbers."""
        rows = self.listed(key)
        square = len(rows) == size and all(isinstance(r, list) and len(r) == size for r in rows)
        if not square or not all(_is_number(value) and value >= 0 for r in rows for value in r):
            raise self._wrong(key, f"a square of {size} x {size} counts")
        return rows

    def pairs(self, key: str) -> list[tuple[float, float]]:
        """Return a course as pairs of numbers, empty if there is none."""
        values = self.listed(key) if self.has(key) else []
        try:
            return [(float(x), float(y)) for x, y in values]
        except (TypeError, ValueError):
            raise self._wrong(key, "a list of pairs of numbers") from None

    def number(self, key: str) -> float:
        """Return a number."""
        value = self._get(key)
        if not _is_number(value):
            raise self._wrong(key, "a finite number")
        return float(value)

    def share(self, key: str) -> float:
        """Return a number from 0 to 1."""
        value = self.number(key)
        if not 0 <= value <= 1:
            raise self._wrong(key, f"a share from 0 to 1 but {value:g}")
        return value

    def count(self, key: str) -> int:
        """Return a whole number of 1 or more."""
        value = self.number(key)
        if value < 1 or value != int(value):
            raise self._wrong(key, f"a whole number of 1 or more but {value:g}")
        return int(value)

    def maybe(self, key: str) -> float | None:
        """Return a number if there is one; one that is not finite is none."""
        value = self.value.get(key)
        if value is not None and not isinstance(value, int | float):
            raise self._wrong(key, "a number")
        return float(value) if value is not None and math.isfinite(value) else None

    def text(self, key: str, default: str | None = None) -> str:
        """Return text; ``default`` stands for a field that is missing or null."""
        value = self.value.get(key) if default is not None else self._get(key)
        if value is None and default is not None:
            return default
        if not isinstance(value, str):
            raise self._wrong(key, "text")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list as words."""
        return tuple(map(str, self.listed(key))) if self.has(key) else ()

    def _get(self, key: str) -> Any:
        if key not in self.value:
            raise InvalidInput(f"{self._name(key)} is missing: was it written by another version?")
        return self.value[key]

    def _name(self, key: str) -> str:
        return f"{self.where}{'.' if ': ' in self.where else ': '}{key}"

    def _wrong(self, key: str, wanted: str) -> InvalidInput:
        return InvalidInput(f"{self._name(key)} is not {wanted}: run the command again")


def read_fields(path: Path) -> Fields:
    """Return the content of a JSON file."""
    try:
        content = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        raise InputNotFound(f"there is no {path}: give the folder of a finished run") from None
    try:
        return Fields(json.loads(content), str(path))
    except (ValueError, RecursionError) as error:
        if isinstance(error, InvalidInput):
            raise
        raise InvalidInput(f"{path} is no JSON: {error}") from None


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and math.isfinite(value)
