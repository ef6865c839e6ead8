"""Who may import whom, read from the syntax trees."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.house.checkout import python_files

MAY_IMPORT: dict[str, set[str]] = {
    "adf": set(),
    "cache": set(),
    "configs": set(),
    "extract": {"cache", "configs"},
    "search": {"cache", "configs"},
    "evaluate": {"cache", "configs", "search"},
    "demo": {"cache", "configs", "extract", "search", "evaluate"},
}
# Prediction decodes raw video, and nothing else of evaluate may.
EXCEPTIONS = {("evaluate/predict.py", "extract")}
# The command line of the cache finds presets by name.
EXCEPTIONS |= {("cache/cli.py", "configs")}


def forbidden_imports(root: Path) -> list[str]:
    """Return every import against the direction video -> cache -> genotype -> report."""
    faults = []
    for path in python_files(root, tuple(MAY_IMPORT)):
        name = path.relative_to(root).as_posix()
        own = name.split("/")[0]
        for line, module in imported_modules(path):
            room = room_of(module)
            allowed = MAY_IMPORT[own] | {own}
            if room and room not in allowed and (name, room) not in EXCEPTIONS:
                faults.append(f"{name}:{line}: {own} may not import adf.{room}")
    return faults


def imported_modules(path: Path) -> Iterator[tuple[int, str]]:
    """Yield line and full name of everything a file imports, inside functions too."""
    for node in ast.walk(ast.parse(path.read_text(), str(path))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            # `from adf import cache` imports the module adf.cache.
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def room_of(module: str) -> str | None:
    """Return the room a module lies in; the modules of adf itself are open to all."""
    head, _, rest = module.partition(".")
    room = rest.split(".")[0]
    return room if head == "adf" and room in MAY_IMPORT else None
