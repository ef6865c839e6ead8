"""What every dataset is read into: the videos that are there, and those that should be."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from adf.errors import ConfigError, InputNotFound
from adf.files import translate_os_error, write_atomic

if TYPE_CHECKING:
    import pandas as pd

    from adf.cache import ClipPlan


@dataclass(frozen=True)
class VideoList:
    """The videos of a dataset, one row each, sorted by ``video``.

    Columns of ``frame``: ``video`` (path below ``folder`` with '/', the key everywhere), ``label``,
    ``group`` (clips of one source film), the frame window ``start`` and ``stop`` where the list has
    one, one ``split_...`` for each split (train, test, val, or nothing = unused), and any others.
    """

    name: str
    folder: Path
    classes: tuple[str, ...] = field(repr=False)
    """In the dataset's own order: the position is the official label."""
    frame: "pd.DataFrame" = field(repr=False)
    missing: tuple[str, ...] = field(default=(), repr=False)
    """Videos on the lists that are not on the disk, as the lists spell them."""
    unlisted: tuple[str, ...] = field(default=(), repr=False)
    """Videos on the disk that are on no list; they are not in ``frame``."""
    remarks: tuple[str, ...] = ()
    """Lines a user should read: nothing is left out or taken for another in silence."""

    def __len__(self) -> int:
        return len(self.frame)

    @property
    def splits(self) -> list[str]:
        """The names of the split columns."""
        return [name for name in self.frame.columns if name.startswith("split_")]

    def require_all(self, list_file: Path, *, allow_missing: bool = False) -> None:
        """Write the names of missing videos to ``list_file``, and raise unless they may be missing.

        No file is written when none is missing.
        """
        if not self.missing:
            return
        with translate_os_error(list_file):
            list_file.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(list_file, "".join(f"{name}\n" for name in self.missing).encode())
        if not allow_missing:
            raise InputNotFound(
                f"{count(len(self.missing), 'video')} of {self.name} not found in {self.folder}: "
                f"{first(self.missing)}; all of them are listed in {list_file}. "
                f"Add them, or go on without them by --allow-missing"
            )

    def plan(self, views: int = 1, *, flip: bool = False) -> "ClipPlan":
        """Return the clips to extract: one row a view, and with ``flip`` a mirrored one each.

        An id is ``video#view`` or ``video#view-flip``; it stays the same when views are added.
        """
        from adf.cache import ClipPlan

        if views < 1:
            raise ConfigError(f"views: {views} is too few; use 1 or more")
        kinds = [(view, mirrored) for view in range(views) for mirrored in range(1 + flip)]
        clips = self.frame.loc[self.frame.index.repeat(len(kinds))].reset_index(drop=True)
        clips["view"] = [view for view, _ in kinds] * len(self)
        clips["flip"] = [mirrored for _, mirrored in kinds] * len(self)
        suffixes = [f"#{view}{'-flip' if mirrored else ''}" for view, mirrored in kinds]
        clips["id"] = [video + suffix for video in self.frame["video"] for suffix in suffixes]
        return ClipPlan.from_frame(clips, classes=self.classes, dataset=self.name)


class Reader(Protocol):
    """A dataset: a function with a name, from folders to a list of videos."""

    __name__: str

    def __call__(
        self, videos: Path | None, *, lists: Path | None = None, unlisted: bool = False
    ) -> VideoList:
        """Read the dataset below the folder ``videos``.

        ``lists`` is where its lists are, by default ``videos``. With ``unlisted``, videos on no
        list whose class is evident are rows too, unused in every split.
        """


def count(number: int, noun: str) -> str:
    """Return ``1 video`` or ``13,320 videos``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def first(names: tuple[str, ...]) -> str:
    """Return the first three names, for the end of a line; they may be any names on a disk."""
    shown = [name if name.isprintable() else ascii(name) for name in names[:3]]
    return ", ".join(shown) + (", ..." if len(names) > 3 else "")
