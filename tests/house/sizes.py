"""Files stay small: one idea each."""

from pathlib import Path
from statistics import median

from tests.house.checkout import FOLDERS, python_files

MOST_LINES = 300
MEDIAN_LINES = 120


def oversized_files(root: Path, folders: tuple[str, ...] = FOLDERS) -> list[str]:
    """Return the files above the limit, and a median above the one agreed on."""
    lines = {path: path.read_text().count("\n") for path in python_files(root, folders)}
    faults = [
        f"{path.relative_to(root)} has {count} lines, {MOST_LINES} at most"
        for path, count in lines.items()
        if count > MOST_LINES
    ]
    middle = median(count for count in lines.values() if count > 5)
    if middle > MEDIAN_LINES:
        faults.append(f"the median file has {middle} lines, {MEDIAN_LINES} at most")
    return faults
