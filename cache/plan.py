"""The list of clips: one row is one view of one video, fixed once for every modality."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from adf.cache.canonical import canonical, sha256
from adf.cache.clips_table import CONTROL, NUMBERS, check, complete, parse, split_columns
from adf.errors import InputNotFound, InvalidInput


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
        if not dataset.strip() or CONTROL.search(dataset):
            raise InvalidInput(f"dataset: {dataset!r} is not a plain name")
        table = complete(frame)
        known = tuple(sorted(set(table["label"]))) if classes is None else tuple(classes)
        check(table, known)
        text = table.to_csv(index=False, lineterminator="\n")
        return cls(table, known, dataset, text.encode())

    @classmethod
    def from_csv(
        cls, data: bytes, *, classes: Sequence[str] | None = None, dataset: str = "unnamed"
    ) -> "ClipPlan":
        """Read the plan from the bytes of a CSV file with a header line."""
        return cls.from_frame(parse(data), classes=classes, dataset=dataset)

    @classmethod
    def stored(cls, csv: bytes, classes: tuple[str, ...], dataset: str) -> "ClipPlan":
        """Read back what :attr:`csv` held; it was checked when it was made."""
        frame = parse(csv)
        return cls(frame.astype(dict.fromkeys(NUMBERS, "int64")), classes, dataset, csv)

    def __len__(self) -> int:
        return len(self.frame)

    @property
    def splits(self) -> list[str]:
        """The names of the split columns."""
        return split_columns(self.frame)

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
        cells = [frame.astype(object).iloc[row, column] for frame in (self.frame, other.frame)]
        return f"row {row}, column '{ours[column]}': {cells[0]!r}, not {cells[1]!r}"

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
