"""Where the checkout is, and the Python files that are its own."""

from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("cache", "configs", "demo", "evaluate", "extract", "search")
FOLDERS = ("adf", *ROOMS, "benchmarks", "tests")


def python_files(root: Path, folders: tuple[str, ...] = FOLDERS) -> Iterator[Path]:
    """Yield the project's Python files below ``root``, sorted."""
    for folder in folders:
        yield from sorted((root / folder).rglob("*.py"))


def package_of(root: Path, folder: Path) -> str:
    """Return the name that a folder of the checkout is imported by: X/y is adf.X.y."""
    parts = folder.relative_to(root).parts
    return ".".join(parts if parts[0] == "adf" else ("adf", *parts))
