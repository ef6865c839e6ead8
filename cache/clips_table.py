"""Reading a table of clips and checking every cell of it."""

import csv
import re
from io import StringIO
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from adf.errors import InvalidInput

TEXT = ("id", "label", "video", "group")
NUMBERS = {"view": 0, "start": 0, "stop": -1, "step": 1, "flip": 0}
USES = ("train", "test", "val", "")
LARGEST = 2**63
# What breaks a line of a log or turns its order round; str.isprintable() differs between Pythons.
CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


# A column of the user's own may hold whatever comes back from the file.
NOT_IN_CSV = re.compile("[\x00\r\ud800-\udfff]")


def parse(data: bytes) -> pd.DataFrame:
    """Read a CSV file with a header line into columns of text."""
    try:
        lines = csv.reader(StringIO(data.decode("utf-8-sig"), newline=""), strict=True)
        header = next(lines, [])
        rows = [(lines.line_num, row) for row in lines if row]
    except (UnicodeDecodeError, csv.Error) as error:
        raise InvalidInput(f"the list of clips is not a readable CSV file: {error}") from error
    for line, row in rows:
        if len(row) != len(header):
            raise InvalidInput(
                f"list of clips, line {line}: {len(row)} fields, the header has {len(header)}"
            )
    return pd.DataFrame([row for _, row in rows], columns=header, dtype=object)


def complete(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the table with all columns in their order; every cell is text or a whole number."""
    table = _with_good_columns(frame.reset_index(drop=True))
    if not len(table):
        raise InvalidInput("the list of clips has no rows")
    if "video" not in table:
        table["video"] = table["id"]
    if "group" not in table:
        table["group"] = table["video"]
    for column, default in NUMBERS.items():
        table[column] = _whole_numbers(table, column) if column in table else default
    splits = split_columns(table)
    others = [name for name in table.columns if name not in (*TEXT, *NUMBERS, *splits)]
    for column in (*TEXT, *splits, *others):
        table[column] = pd.Series([_text(cell) for cell in table[column]], dtype=object)
    return table[[*TEXT, *NUMBERS, *splits, *others]]


def check(table: pd.DataFrame, classes: tuple[str, ...]) -> None:
    """Refuse the first cell that cannot be right, naming row and column."""
    _check_text(table)
    _check_unique(table)
    _check_splits(table)
    _check_labels(table, classes)
    _check_videos(table)


def split_columns(table: pd.DataFrame) -> list[str]:
    """Return the names of the split columns."""
    return [name for name in table.columns if name.startswith("split_")]


def _with_good_columns(frame: pd.DataFrame) -> pd.DataFrame:
    names = [str(name) for name in frame.columns]
    names = ["split_1" if name == "split" else name for name in names]
    for column in ("id", "label"):
        if column not in names:
            raise InvalidInput(
                f"the list of clips has no column '{column}'; it has: {', '.join(names)}"
            )
    twice = next((a for a, b in pairwise(sorted(names)) if a == b), None)
    if twice is not None:
        also = " ('split' means 'split_1')" if twice == "split_1" else ""
        raise InvalidInput(f"the list of clips has two columns '{twice}'{also}")
    odd = next((name for name in names if not name.strip() or CONTROL.search(name)), None)
    if odd is not None:
        raise InvalidInput(f"the list of clips has a column named {odd!r}: give it a plain name")
    return frame.set_axis(names, axis=1)


def _text(cell: Any) -> str:
    return "" if pd.isna(cell) else str(cell)


def _whole_numbers(table: pd.DataFrame, column: str) -> pd.Series:
    values = []
    for row, cell in enumerate(table[column].tolist()):
        number = _whole_number(cell)
        if number is None:
            raise error_in(row, column, f"{cell!r} is not a whole number")
        values.append(number)
    return pd.Series(values, dtype="int64")


def _whole_number(cell: Any) -> int | None:
    if isinstance(cell, str):
        found = re.fullmatch(r"\s*([+-]?[0-9]{1,19})(\.0*)?\s*", cell)
        number = int(found[1]) if found else None
    else:
        whole = not pd.isna(cell) and np.isfinite(cell) and cell == int(cell)
        number = int(cell) if whole else None
    return number if number is not None and abs(number) < LARGEST else None


def _check_text(table: pd.DataFrame) -> None:
    for column in (name for name in table.columns if name not in NUMBERS):
        needed, path = column in TEXT, column in ("id", "video")
        for row, cell in enumerate(table[column].tolist()):
            problem = _problem(cell, needed=needed, path=path)
            if problem:
                raise error_in(row, column, f"{cell!r} {problem}")


def _problem(cell: str, *, needed: bool, path: bool) -> str:
    """Say why a name could escape its folder or break a line of a log, or nothing."""
    if needed and not cell.strip():
        return "is empty"
    if (CONTROL if needed else NOT_IN_CSV).search(cell):
        return "has a control character"
    if path and (cell.startswith("/") or "\\" in cell or ".." in cell.split("/")):
        return "leads out of its folder; use a relative path with '/' and without '..'"
    return "is longer than 512 bytes" if needed and len(cell.encode()) > 512 else ""


def _check_unique(table: pd.DataFrame) -> None:
    repeated = np.flatnonzero(table["id"].duplicated())
    if repeated.size:
        row = int(repeated[0])
        name = table["id"][row]
        first = int(np.flatnonzero(table["id"] == name)[0])
        raise error_in(row, "id", f"{name!r} stands in row {first} already; ids must be unique")


def _check_splits(table: pd.DataFrame) -> None:
    for column in split_columns(table):
        wrong = np.flatnonzero(~table[column].isin(USES))
        if wrong.size:
            row = int(wrong[0])
            text = f"{table[column][row]!r} is not train, test, val or empty (unused)"
            raise error_in(row, column, text)


def _check_labels(table: pd.DataFrame, classes: tuple[str, ...]) -> None:
    if len(set(classes)) != len(classes) or not all(classes):
        raise InvalidInput(f"class names must be unique and not empty: {', '.join(classes)}")
    unknown = np.flatnonzero(~table["label"].isin(classes))
    if unknown.size:
        row = int(unknown[0])
        text = f"{table['label'][row]!r} is none of the {len(classes)} classes"
        raise error_in(row, "label", text)


def _check_videos(table: pd.DataFrame) -> None:
    """Views of one video share its label, group and splits."""
    shared = ["label", "group", *split_columns(table)]
    first: dict[str, tuple[int, tuple[Any, ...]]] = {}
    facts = table[shared].itertuples(index=False, name=None)
    for row, (video, fact) in enumerate(zip(table["video"], facts, strict=True)):
        other, known = first.setdefault(video, (row, fact))
        if fact != known:
            column = next(c for c, a, b in zip(shared, fact, known, strict=True) if a != b)
            raise error_in(row, column, f"differs from row {other} of the same video {video!r}")


def error_in(row: int, column: str, text: str) -> InvalidInput:
    """Return an error that names the cell; lines are counted as an editor does."""
    return InvalidInput(f"list of clips, row {row} (line {row + 2}), column '{column}': {text}")
