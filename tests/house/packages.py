"""The list of packages in setup.cfg against the folders on the disk."""

from configparser import ConfigParser
from pathlib import Path

from tests.house.checkout import ROOMS


def wrong_packages(root: Path) -> list[str]:
    """Return packages that are listed and not there, or there and not listed."""
    config = ConfigParser()
    config.read(root / "setup.cfg")
    listed = set(config["options"]["packages"].split())
    mapped = dict(
        line.split(" = ") for line in config["options"]["package_dir"].split("\n") if line
    )
    there = {"adf"} | {
        f"adf.{path.parent.relative_to(root).as_posix().replace('/', '.')}"
        for room in ROOMS
        for path in (root / room).rglob("__init__.py")
    }
    unmapped = {f"adf.{room}" for room in ROOMS} - mapped.keys()
    return [
        *(f"{name} is a folder and not in the packages of setup.cfg" for name in there - listed),
        *(f"{name} is in the packages of setup.cfg and no folder" for name in listed - there),
        *(f"{name} has no package_dir in setup.cfg" for name in unmapped),
    ]
