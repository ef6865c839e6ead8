"""The pinned versions against this Python: pip refuses what uv installs without a word."""

from collections.abc import Iterable
from importlib.metadata import Distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name


def refused_pins(constraints: Path, installed: Iterable[Distribution], python: str) -> list[str]:
    """Return the pinned packages whose own metadata excludes this Python, which pip obeys."""
    lines = (line.split("#")[0].strip() for line in constraints.read_text().splitlines())
    pins = {canonicalize_name(Requirement(line).name) for line in lines if line}
    return sorted(
        f"{package.name} {package.version} wants Python {wanted}, this is {python}"
        for package in installed
        if canonicalize_name(package.name) in pins
        and "Requires-Python" in package.metadata
        and (wanted := package.metadata["Requires-Python"])
        and not SpecifierSet(wanted).contains(python, prereleases=True)
    )
