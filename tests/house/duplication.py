"""The share of lines that stand elsewhere too: `python -m tests.house.duplication`."""

import re
import sys
from collections import defaultdict
from pathlib import Path

from tests.house.checkout import FOLDERS, ROOT, python_files

WINDOW = 6
MOST = 0.02


def duplicated_share(
    root: Path, folders: tuple[str, ...] = FOLDERS
) -> tuple[float, list[tuple[str, str]]]:
    """Return the share of lines in a window of six found twice, and the pairs of places.

    Blank lines, comments and imports do not count; names and numbers do.
    """
    windows: dict[tuple[str, ...], list[tuple[Path, int]]] = defaultdict(list)
    total = 0
    for path in python_files(root, folders):
        lines = _telling_lines(path)
        total += len(lines)
        for start in range(len(lines) - WINDOW + 1):
            piece = lines[start : start + WINDOW]
            windows[tuple(text for _, text in piece)].append((path, start))
    repeated = [places for places in windows.values() if len(places) > 1]
    hit = {
        (path, start + k) for places in repeated for path, start in places for k in range(WINDOW)
    }
    pairs = sorted({(_spell(root, places[0]), _spell(root, places[1])) for places in repeated})
    return len(hit) / max(total, 1), pairs


def _telling_lines(path: Path) -> list[tuple[int, str]]:
    """Return number and text of the lines that count, spaces evened out."""
    kept, in_import = [], False
    for number, line in enumerate(path.read_text().splitlines(), 1):
        text = re.sub(r"\s+", " ", line.strip())
        starts = text.startswith(("import ", "from "))
        if text and not starts and not in_import and not text.startswith("#"):
            kept.append((number, text))
        in_import = (starts or in_import) and ("(" in text or in_import) and ")" not in text
    return kept


def _spell(root: Path, place: tuple[Path, int]) -> str:
    path, start = place
    return f"{path.relative_to(root)}:{_telling_lines(path)[start][0]}"


def main() -> int:
    """Print the share and the places; fail above the limit."""
    share, pairs = duplicated_share(ROOT)
    for first, second in pairs:
        sys.stdout.write(f"{first} ~ {second}\n")
    sys.stdout.write(f"{share:.2%} of the lines stand elsewhere too ({MOST:.0%} at most)\n")
    return share > MOST


if __name__ == "__main__":
    sys.exit(main())
