"""The list of clips: one row is one view of one video, fixed once for every modality."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from io import BytesIO
from pathlib import Path
from typing import Any, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from adf.cache.canonical import canonical, sha256
from adf.errors import InputNotFound, InvalidInput

TEXT = ("id", "label", "video", "group")
NUMBERS = {"view": 0, "start": 0, "stop": -1, "step": 1, "flip": 0}
USES = ("train", "test", "val", "")


@dataclass(frozen=True)
class ClipPlan:
    """A checked table of clips.

    Columns: ``id`` (unique), ``label``, ``video`` and ``group`` (clips of one source film), then
    ``view``, the frame window ``start stop step`` (stop -1 = to the end), ``flip``, one column
    ``split_...`` for each split (train, test, val, or nothing = unused), and any others as text.
    """

    frame: pd.DataFrame = field(repr=False)
    classes: tuple[str, ...]
    dataset: str
    csv: bytes = field(repr=False)

    @classmethod
    def from_frame(
        cls, frame: pd.DataFrame, *, classes: Sequence[str] | None = None, dataset: str = "unnamed"
    ) -> "ClipPlan":
        """Fill in what is missing, check everything, and return the plan."""
        table = _complete(frame)
        _check_ids(table)
        _check_splits(table)
        known = tuple(sorted(set(table["label"]))) if classes is None else tuple(classes)
        _check_labels(table, known)
        _check_videos(table)
        text = table.to_csv(index=False, lineterminator="\n")
        return cls(table, known, dataset, text.encode())

    @classmethod
    def from_csv(
        cls, data: bytes, *, classes: Sequence[str] | None = None, dataset: str = "unnamed"
    ) -> "ClipPlan":
        """Read the plan from the bytes of a CSV file with a header line."""
        return cls.from_frame(_parse(data), classes=classes, dataset=dataset)

    @classmethod
    def stored(cls, csv: bytes, classes: tuple[str, ...], dataset: str) -> "ClipPlan":
        """Read back what :attr:`csv` held; it was checked when it was made."""
        frame = _parse(csv)
        return cls(frame.astype(dict.fromkeys(NUMBERS, "int64")), classes, dataset, csv)

    def __len__(self) -> int:
        return len(self.frame)

    @property
    def splits(self) -> list[str]:
        """The names of the split columns."""
        return [name for name in self.frame.columns if name.startswith("split_")]

    @cached_property
    def targets(self) -> NDArray[np.int64]:
        """The class index of every row."""
        index = {name: number for number, name in enumerate(self.classes)}
        return np.array([index[label] for label in self.frame["label"]], dtype=np.int64)

    @cached_property
    def digest(self) -> str:
        """A hash of everything in the plan, the order of rows and classes included."""
        return plan_digest(self.csv, self.classes, self.dataset)

    def difference(self, other: "ClipPlan") -> str:
        """Say in which way this plan is first found to be another one."""
        for name in ("dataset", "classes"):
            ours, theirs = getattr(self, name), getattr(other, name)
            if ours != theirs:
                return f"{name} {ours!r}, not {theirs!r}"
        if len(self) != len(other):
            return f"{len(self)} clips, not {len(other)}"
        ours, theirs = list(self.frame.columns), list(other.frame.columns)
        if ours != theirs:
            return f"columns {', '.join(ours)}, not {', '.join(theirs)}"
        differs = self.frame.to_numpy() != other.frame.to_numpy()
        row, column = (int(i) for i in np.argwhere(differs)[0])
        pair = (self.frame.iloc[row, column], other.frame.iloc[row, column])
        return f"row {row}, column '{ours[column]}': {pair[0]!r}, not {pair[1]!r}"

    def leaking_groups(self, split: str) -> list[str]:
        """Return the groups with clips on both sides of a split: their test scores flatter."""
        used = self.frame[self.frame[split] != ""]
        held_out = used[split] == "test"
        both = set(used.loc[held_out, "group"]) & set(used.loc[~held_out, "group"])
        return sorted(both)


def read_plan(path: Path, dataset: str = "unnamed") -> ClipPlan:
    """Read and check the list of clips in a CSV file of the user's."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputNotFound(f"the list of clips {path} cannot be read: {error.strerror}") from error
    return ClipPlan.from_csv(data, dataset=dataset)


def plan_digest(csv: bytes, classes: Sequence[str], dataset: str) -> str:
    """Return the hash of a plan from what is stored of it."""
    head = canonical({"dataset": dataset, "classes": list(classes)})
    return sha256(head + b"\n" + csv)


def _parse(data: bytes) -> pd.DataFrame:
    try:
        return pd.read_csv(BytesIO(data), dtype=object, keep_default_na=False)
    except ValueError as error:
        raise InvalidInput(f"the list of clips is not a readable CSV file: {error}") from error


def _complete(frame: pd.DataFrame) -> pd.DataFrame:
    for column in ("id", "label"):
        if column not in frame.columns:
            raise InvalidInput(
                f"the list of clips has no column '{column}'; it has: {', '.join(frame.columns)}"
            )
    if not len(frame):
        raise InvalidInput("the list of clips has no rows")
    table = frame.rename(columns={"split": "split_1"}).reset_index(drop=True)
    if "video" not in table:
        table["video"] = table["id"]
    if "group" not in table:
        table["group"] = table["video"]
    for column, default in NUMBERS.items():
        table[column] = _whole_numbers(table, column) if column in table else default
    splits = [name for name in table.columns if name.startswith("split_")]
    others = [name for name in table.columns if name not in (*TEXT, *NUMBERS, *splits)]
    for column in (*TEXT, *splits, *others):
        table[column] = table[column].astype(str).astype(object)
    return table[[*TEXT, *NUMBERS, *splits, *others]]


def _whole_numbers(table: pd.DataFrame, column: str) -> pd.Series:
    values = pd.to_numeric(table[column], errors="coerce")
    wrong = values.isna() | (values % 1 != 0)
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        raise _error(row, column, f"{table[column][row]!r} is not a whole number")
    return values.astype("int64")


def _check_ids(table: pd.DataFrame) -> None:
    for column in TEXT:
        for row, name in enumerate(cast("list[str]", table[column].tolist())):
            problem = _unsafe(name, path=column in ("id", "video"))
            if problem:
                raise _error(row, column, f"{name!r} {problem}")
    repeated = np.flatnonzero(table["id"].duplicated())
    if repeated.size:
        row = int(repeated[0])
        name = table["id"][row]
        first = int(np.flatnonzero(table["id"] == name)[0])
        raise _error(row, "id", f"{name!r} stands in row {first} already; ids must be unique")


def _unsafe(name: str, *, path: bool) -> str:
    """Say why a name could escape its folder or break a line of a log, or nothing."""
    if not name.strip():
        return "is empty"
    if not name.isprintable():
        return "has a control character"
    if path and (name.startswith("/") or "\\" in name or ".." in name.split("/")):
        return "leads out of its folder; use a relative path with '/' and without '..'"
    return "is longer than 512 bytes" if len(name.encode()) > 512 else ""


def _check_splits(table: pd.DataFrame) -> None:
    for column in (name for name in table.columns if name.startswith("split_")):
        wrong = np.flatnonzero(~table[column].isin(USES))
        if wrong.size:
            row = int(wrong[0])
            raise _error(
                row, column, f"{table[column][row]!r} is not train, test, val or empty (unused)"
            )


def _check_labels(table: pd.DataFrame, classes: tuple[str, ...]) -> None:
    if len(set(classes)) != len(classes) or not all(classes):
        raise InvalidInput(f"class names must be unique and not empty: {', '.join(classes)}")
    unknown = np.flatnonzero(~table["label"].isin(classes))
    if unknown.size:
        row = int(unknown[0])
        raise _error(row, "label", f"{table['label'][row]!r} is none of the {len(classes)} classes")


def _check_videos(table: pd.DataFrame) -> None:
    """Views of one video share its label, group and splits."""
    shared = ["label", "group", *(name for name in table.columns if name.startswith("split_"))]
    first: dict[str, tuple[int, tuple[Any, ...]]] = {}
    facts = table[shared].itertuples(index=False, name=None)
    for row, (video, fact) in enumerate(zip(table["video"], facts, strict=True)):
        other, known = first.setdefault(video, (row, fact))
        if fact != known:
            column = next(c for c, a, b in zip(shared, fact, known, strict=True) if a != b)
            raise _error(row, column, f"differs from row {other} of the same video {video!r}")


def _error(row: int, column: str, text: str) -> InvalidInput:
    return InvalidInput(f"list of clips, row {row} (line {row + 2}), column '{column}': {text}")
