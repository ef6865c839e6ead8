"""From lists and a disk to a list of videos: the last step of every reader."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from adf.errors import InputNotFound, InvalidInput
from adf.extract.datasets.disk import Disk
from adf.extract.datasets.listing import Listed, Listing, Official
from adf.extract.datasets.videos import VideoList, count, first


def gather(
    name: str,
    disk: Disk,
    listed: Iterable[Listed],
    classes: Sequence[str],
    *,
    anywhere: bool = False,
    classify: Callable[[str], Listed | None] | None = None,
    remarks: Sequence[str] = (),
) -> VideoList:
    """Look every listed video up on the disk.

    ``anywhere`` is as in :meth:`Disk.find`. ``classify`` makes a row of a video that is on no list;
    without it they are only named.
    """
    entries = list(listed)
    found, missing = _look_up(disk, entries, anywhere=anywhere)
    if not found:
        raise InputNotFound(
            f"none of the {count(len(entries), 'video')} of {name} is in {disk.folder}: "
            f"{first(tuple(missing))}; is the folder right?"
        )
    unlisted = [video for video in disk.videos if video not in found]
    renamed = _renamed(found, anywhere=anywhere)
    if classify:
        extra = {video: entry for video in unlisted if (entry := classify(video))}
        found |= extra
        unlisted = [video for video in unlisted if video not in extra]
    notes = [*remarks, renamed, _left_out(unlisted), _unusable(disk.unusable)]
    return VideoList(
        name,
        disk.folder,
        tuple(classes),
        _frame(found),
        missing=tuple(sorted(missing)),
        unlisted=tuple(unlisted),
        remarks=tuple(note for note in notes if note),
    )


def gather_official(
    name: str,
    disk: Disk,
    listing: Listing,
    classes: Sequence[str],
    official: Official,
    classify: Callable[[str], Listed | None] | None,
) -> VideoList:
    """Check the numbers of lists that everybody shares, and look for the videos anywhere."""
    remark = listing.check_counts(name, classes, official)
    return gather(
        name,
        disk,
        listing.values(),
        classes,
        anywhere=True,
        classify=classify,
        remarks=[remark],
    )


def _look_up(
    disk: Disk, entries: Sequence[Listed], *, anywhere: bool
) -> tuple[dict[str, Listed], list[str]]:
    """Return the rows by the video they mean, and the paths nothing was found for."""
    found = {entry.path: entry for entry in entries if disk.has(entry.path)}
    exact, missing = frozenset(found), []
    for entry in entries:
        if entry.path in exact:
            continue
        video = disk.find(entry.path, anywhere=anywhere, taken=exact)
        if video is None:
            missing.append(entry.path)
            continue
        other = found.setdefault(video, entry)
        if other is not entry:
            raise InvalidInput(
                f"'{entry.path}' and '{other.path}' of the lists would both be '{video}' in "
                f"{disk.folder}; spell them as the files are"
            )
    return found, missing


def _renamed(found: dict[str, Listed], *, anywhere: bool) -> str:
    """Tell of videos taken for others; a folder more or less does not count for official lists."""
    other = [
        f"{entry.path} -> {video}"
        for video, entry in sorted(found.items())
        if (_name(video) != _name(entry.path) if anywhere else video != entry.path)
    ]
    verb = "is" if len(other) == 1 else "are"
    what = f"{count(len(other), 'video')} {verb} spelled otherwise on the disk than on the lists"
    return f"{what}: {first(tuple(other))}" if other else ""


def _name(path: str) -> str:
    return path.rsplit("/", 1)[-1]


def _left_out(unlisted: Sequence[str]) -> str:
    what = f"{count(len(unlisted), 'video')} on the disk not listed and left out"
    return f"{what}: {first(tuple(unlisted))}" if unlisted else ""


def _unusable(names: Sequence[str]) -> str:
    why = "links to nowhere, pipes, what may not be read, names that cannot be printed"
    return f"{len(names)} left out ({why}): {first(tuple(names))}" if names else ""


def _frame(found: dict[str, Listed]) -> Any:
    # Imported here, so that a command line can show the names of datasets without it.
    import pandas as pd

    entries = found.values()
    more = dict.fromkeys(column for entry in entries for column in entry.more)
    splits = sorted({split for entry in entries for split in entry.uses})
    rows = [
        [
            video,
            entry.label,
            entry.group,
            *(entry.more.get(column, "") for column in more),
            *(entry.uses.get(split, "") for split in splits),
        ]
        for video, entry in sorted(found.items())
    ]
    return pd.DataFrame(rows, columns=["video", "label", "group", *more, *splits])
