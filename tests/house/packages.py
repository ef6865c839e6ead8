"""What setup.cfg packs against what lies on the disk: nothing may be missing from the wheel."""

import re
from collections.abc import Iterator
from configparser import ConfigParser
from pathlib import Path

from tests.house.checkout import FOLDERS, ROOMS, package_of


def wrong_packages(root: Path) -> list[str]:
    """Return what is listed and not there, or there and not listed."""
    config = ConfigParser()
    config.read(root / "setup.cfg")
    listed = set(config["options"]["packages"].split())
    mapped = dict(
        line.split(" = ") for line in config["options"]["package_dir"].split("\n") if line
    )
    files = list(_packed_files(root))
    folders = {folder for file in files for folder in _folders_of(root, file)}
    bare = {folder for folder in folders if not (folder / "__init__.py").is_file()}
    packages = {package_of(root, folder): folder for folder in folders - bare}
    there = packages.keys()
    unmapped = {f"adf.{room}" for room in ROOMS} - mapped.keys()
    place = "in the packages of setup.cfg"
    return sorted(
        [
            *(f"{name} is a folder and not {place}" for name in there - listed),
            *(f"{name} is {place} and no folder" for name in listed - there),
            *(f"{name} has no package_dir in setup.cfg" for name in unmapped),
            *(f"{folder.relative_to(root)} has Python files and no __init__.py" for folder in bare),
            *(f"{name} has Python files and is not a room" for name in _strangers(root)),
            *(
                f"{file.relative_to(root)} is not in the package_data of setup.cfg"
                for file in set(files) - _packed_data(packages, config)
                if file.suffix != ".py"
            ),
        ]
    )


def _packed_files(root: Path) -> Iterator[Path]:
    """Yield every file in adf and the rooms but what Python and tools leave behind."""
    for home in ("adf", *ROOMS):
        for path in (root / home).rglob("*"):
            parts = path.relative_to(root).parts
            if path.is_file() and not any(p == "__pycache__" or p[0] == "." for p in parts):
                yield path


def _folders_of(root: Path, file: Path) -> list[Path]:
    """Return the folders that have to be packages for a Python file to be packed."""
    if file.suffix != ".py":
        return []
    return [folder for folder in file.parents if root in folder.parents]


def _strangers(root: Path) -> Iterator[str]:
    """Yield the top-level folders with Python files that no check and no wheel knows."""
    ignore = root / ".gitignore"
    ignored = set(ignore.read_text().split()) if ignore.is_file() else set()
    known = {*FOLDERS, "docs"} | {line.strip("/") for line in ignored}
    for folder in root.iterdir():
        if folder.name in known or folder.name[0] == ".":
            continue
        if any(folder.rglob("*.py")):
            yield folder.name


def _packed_data(packages: dict[str, Path], config: ConfigParser) -> set[Path]:
    """Return the files that match a pattern in package_data, which only a package can have."""
    listed: set[Path] = set()
    for name, folder in packages.items():
        patterns = config.get("options.package_data", name, fallback="")
        for pattern in filter(None, re.split(r"[,\s]+", patterns)):
            listed.update(folder.glob(pattern))
    return listed
