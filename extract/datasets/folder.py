"""Any folder of videos with one sub-folder a class, and perhaps train, val and test above them."""

from pathlib import Path, PurePosixPath

from adf.errors import ConfigError, InputNotFound, InvalidInput
from adf.extract.datasets.disk import Disk, entries_of
from adf.extract.datasets.gather import gather
from adf.extract.datasets.listing import Listed, safe_path
from adf.extract.datasets.uses import USES, in_order
from adf.extract.datasets.videos import VideoList, count, first


def folder(videos: Path | None, *, lists: Path | None = None, unlisted: bool = False) -> VideoList:
    """Read ``CLASS/video`` or ``train/CLASS/video``; every video is listed by lying there."""
    if lists:
        raise ConfigError("the dataset 'folder' has no lists; leave out --lists, or use csv")
    disk = Disk(videos)
    if not disk.videos:
        raise InputNotFound(f"no video is in {disk.folder}; is the folder right?")
    split = _is_split(disk)
    listed = [_entry(disk.folder, video, split=split) for video in disk.videos]
    classes = in_order({entry.label for entry in listed})
    return gather("folder", disk, listed, classes, remarks=[_empty(disk, classes, split=split)])


def _is_split(disk: Disk) -> bool:
    """Say whether the top folders are uses; ``train`` with videos right inside is a class."""
    inside = {video: _use(video) for video in disk.videos}
    wrong = [video for video, use in inside.items() if use is None]
    if wrong and len(wrong) < len(inside):
        right = next(video for video, use in inside.items() if use is not None)
        raise InvalidInput(
            f"{disk.folder}: '{right}' is inside train, val or test and '{wrong[0]}' is not; "
            f"use folders of one kind, or the dataset csv"
        )
    return not wrong


def _use(video: str) -> str | None:
    parts = video.split("/")
    return USES.get(parts[0].lower()) if len(parts) > 2 else None


def _entry(folder: Path, video: str, *, split: bool) -> Listed:
    parts = safe_path(video, str(folder)).split("/")[split:]
    if len(parts) < 2:
        raise InvalidInput(f"{folder}: '{video}' is in the folder of no class; move it into one")
    uses = {"split_1": _use(video) or ""} if split else {}
    # The whole path: in another class the same name is another video.
    return Listed(video, parts[0], str(PurePosixPath(video).with_suffix("")), uses)


def _empty(disk: Disk, classes: list[str], *, split: bool) -> str:
    """Tell of folders that look like a class and have no video."""
    tops = [disk.folder / top for top in _folders(disk.folder)] if split else [disk.folder]
    names = sorted({name for top in tops for name in _folders(top)} - set(classes))
    what = f"{count(len(names), 'folder')} without a video left out"
    return f"{what}: {first(tuple(names))}" if names else ""


def _folders(folder: Path) -> list[str]:
    entries = entries_of(str(folder))
    return [entry.name for entry in entries if entry.is_dir() and not entry.name.startswith(".")]
