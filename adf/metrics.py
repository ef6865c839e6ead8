"""The measurements of a run, one JSON object a line, whole again after a kill in mid-write."""

import json
import time
from pathlib import Path
from typing import Any, TextIO

from adf.errors import InvalidInput
from adf.files import translate_os_error


def plain(value: Any) -> Any:
    """Return what JSON can hold for a number of numpy or torch, or for a path."""
    return value.item() if hasattr(value, "item") else str(value)


def open_for_append(path: Path) -> TextIO:
    """Open ``path`` at the end of its last complete line, which is flushed at every line."""
    with translate_os_error(path):
        if path.exists():
            content = path.read_bytes()
            with open(path, "r+b") as file:
                file.truncate(content.rfind(b"\n") + 1)
        return open(path, "a", encoding="utf-8", buffering=1)


def append(file: TextIO, values: dict[str, Any]) -> None:
    """Write one line, with the time."""
    with translate_os_error(Path(file.name)):
        file.write(json.dumps({"time": round(time.time(), 3), **values}, default=plain) + "\n")


def read(path: Path) -> list[dict[str, Any]]:
    """Return the lines of ``path``, without a last one that was cut short."""
    if not path.exists():
        return []
    lines = path.read_bytes().split(b"\n")
    rows = []
    for number, line in enumerate(lines[:-1], start=1):
        try:
            rows.append(json.loads(line))
        except ValueError:
            raise InvalidInput(
                f"{path}:{number} is not JSON: {line[:60].decode(errors='replace')!r}"
            ) from None
    return rows
