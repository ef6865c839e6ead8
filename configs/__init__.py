"""Presets as YAML, each holding only what differs from the defaults in the dataclasses."""

if not __name__.startswith("adf."):
    raise ImportError("this folder is the package adf.configs: import adf.configs")

from pathlib import Path

from adf.errors import ConfigError
from adf.registry import nearest

_FOLDER = Path(__file__).resolve().parent


def presets() -> list[str]:
    """Return the names of all presets: ``cache/small`` is ``cache/small.yaml`` in this folder."""
    files = _FOLDER.rglob("*.yaml")
    return sorted(file.relative_to(_FOLDER).with_suffix("").as_posix() for file in files)


def preset(name: str) -> Path:
    """Return the file of a preset."""
    known = presets()
    if name not in known:
        raise ConfigError(
            f"no file and no preset is called '{name}'.{nearest(name, known)} "
            f"Presets: {', '.join(known)}"
        )
    return _FOLDER / f"{name}.yaml"
