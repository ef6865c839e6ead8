"""Any videos with a CSV file that says what they are: ``path,label,split,group``."""

from collections.abc import Iterator
from csv import DictReader, Error
from io import StringIO
from pathlib import Path, PurePosixPath

from adf.errors import ConfigError, InvalidInput
from adf.extract.datasets.disk import Disk
from adf.extract.datasets.gather import gather
from adf.extract.datasets.listing import Listed, Listing, find_lists, read_text, safe_path
from adf.extract.datasets.uses import USES, in_order
from adf.extract.datasets.videos import VideoList

Row = dict[str, str]
# What the plan of clips gives to each view itself.
TAKEN = ("id", "video", "view", "flip")
WINDOW = {"start": 0, "stop": -1}


def csv(videos: Path | None, *, lists: Path | None = None, unlisted: bool = False) -> VideoList:
    """Read a manifest; its paths start at ``videos``, by default the folder it is in.

    Columns: ``path`` and ``label``; ``group`` (by default each video is one); ``split`` or
    ``split_1``, ``split_2``, ... (train, val, test or nothing); a window ``start``, ``stop`` in
    frames (stop -1 = to the end); all others are kept as they are.
    """
    if unlisted:
        raise ConfigError("videos on no list have no label: add them to the CSV file")
    place = lists or videos
    if place is None:
        raise ConfigError("the dataset 'csv' needs its file: give --lists FILE.csv")
    file = _find(place) if place.is_dir() else place
    listing = Listing()
    for where, row in _rows(file):
        entry = _entry(row, where)
        listing.enter(entry.path, entry, where)
    if not listing:
        raise InvalidInput(f"{file} has no rows; write one a video below 'path,label'")
    classes = in_order(entry.label for entry in listing.values())
    base = file.parent if videos in (None, file) else videos
    return gather("csv", Disk(base), listing.values(), classes)


def _find(folder: Path) -> Path:
    files = find_lists(folder, lambda name: name.lower().endswith(".csv"), "CSV file")
    if len(files) > 1:
        names = f"{files[0].name} and {files[1].name}"
        raise InvalidInput(f"{folder}: both {names} may be the list; name one by --lists")
    return files[0]


def _rows(file: Path) -> Iterator[tuple[str, Row]]:
    """Yield place and cells of every row, the spaces around them removed."""
    reader = DictReader(StringIO(read_text(file), newline=""), strict=True)
    try:
        reader.fieldnames = [name.strip() for name in reader.fieldnames or []]
        _check_header(reader.fieldnames, file)
        for row in reader:
            where = f"{file}, line {reader.line_num}"
            if None in row or None in row.values():
                raise InvalidInput(
                    f"{where}: has not {len(reader.fieldnames)} cells as the first line; "
                    f'put quotation marks around a cell with a comma: "a,b"'
                )
            yield where, {name: cell.strip() for name, cell in row.items()}
    except Error as error:
        # The line after the last good row: one open quotation mark reaches to the end of the file.
        line = reader.line_num + 1
        raise InvalidInput(f"{file}, line {line}: is not CSV: {error}; correct it") from error


def _check_header(names: list[str], file: Path) -> None:
    for name in ("path", "label"):
        if name not in names:
            raise InvalidInput(
                f"{file}: has no column '{name}'; it has: {', '.join(names)}{_separator(names)}"
            )
    if not all(names):
        raise InvalidInput(f"{file}: a column has no name in the first line; give it one")
    # 'split' is another name of 'split_1'.
    spelled = ["split_1" if name == "split" else name for name in names]
    if twice := [name for name in spelled if spelled.count(name) > 1]:
        raise InvalidInput(f"{file}: has the column '{twice[0]}' twice; remove one of them")
    if taken := [name for name in names if name in TAKEN]:
        raise InvalidInput(f"{file}: the column '{taken[0]}' has a meaning of its own; rename it")


def _separator(names: list[str]) -> str:
    """Return a hint if the cells of the first line are not separated by commas."""
    for mark, spelled in ((";", "';'"), ("\t", "tabs")):
        if len(names) == 1 and mark in names[0]:
            return f" (cells are separated by {spelled} here: save it with commas)"
    return ""


def _entry(row: Row, where: str) -> Listed:
    path = safe_path(row.pop("path"), where)
    label = row.pop("label")
    if not label or not label.isprintable():
        raise InvalidInput(f"{where}: the label {label!r} is empty or not printable; correct it")
    group = row.pop("group", "") or str(PurePosixPath(path).with_suffix(""))
    uses = {}
    for name in [name for name in row if name == "split" or name.startswith("split_")]:
        use = row.pop(name)
        if use.lower() not in USES:
            raise InvalidInput(f"{where}: {name} {use!r} is not train, val, test or empty")
        uses["split_1" if name == "split" else name] = USES[use.lower()]
    return Listed(path, label, group, uses, {**row, **_window(row, where)})


def _window(row: Row, where: str) -> dict[str, int]:
    try:
        window = {name: int(row[name] or unset) for name, unset in WINDOW.items() if name in row}
    except ValueError as error:
        raise InvalidInput(f"{where}: start and stop are numbers of frames: {error}") from error
    start, stop = window.get("start", 0), window.get("stop", -1)
    if start < 0 or not (stop == -1 or stop > start):
        raise InvalidInput(f"{where}: no frame is from {start} to {stop}; correct start or stop")
    return window
