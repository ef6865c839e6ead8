"""What was asked for when a modality was completed, so that asking again costs nothing.

The truth about a cache is its provenance; to calculate it, networks have to be built. This note
only saves that where the very same was asked before. Without it everything is found out anew.
"""

import json
from contextlib import suppress
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

from adf import __version__
from adf.cache import Root
from adf.cache.commits import seal_file
from adf.errors import AdfError
from adf.extract.settings import PER_MODALITY, ExtractSettings, chosen, modality_settings
from adf.files import file_sha256, write_atomic

COMMON = ("clip", "pool", "dtype", "codec", "strict", "device", "precision")


def is_filled(root: Root, settings: ExtractSettings) -> bool:
    """Say whether all modalities are complete, and were asked for in the same way."""
    return all(
        root.folder.has(seal_file(name)) and _noted(root, name) == _request(settings, name)
        for name in settings.modality
    )


def note_filled(root: Root, settings: ExtractSettings) -> None:
    """Note what was asked for."""
    for name in settings.modality:
        if (place := _place(root, name)) and root.folder.has(seal_file(name)):
            # Only to save time: a cache on a full disk is none the worse.
            with suppress(AdfError, OSError):
                place.parent.mkdir(exist_ok=True)
                write_atomic(place, json.dumps(_request(settings, name), indent=1).encode())


def _place(root: Root, name: str) -> Path | None:
    return root.folder.path and root.folder.path / name / "journal" / "request.json"


def _noted(root: Root, name: str) -> Any:
    with suppress(OSError, ValueError):
        if place := _place(root, name):
            return json.loads(place.read_text())
    return None


def _request(settings: ExtractSettings, name: str) -> dict[str, Any]:
    own = {field: chosen(getattr(settings, field), name) for field in PER_MODALITY}
    common = {field: getattr(settings, field) for field in COMMON}
    common["clip"] = asdict(settings.clip)
    details = modality_settings(settings, name)
    files = [Path(text).expanduser() for text in (own["weights"], details.get("weights")) if text]
    contents = {str(file): file_sha256(file) for file in files if file.is_file()}
    # What it publishes may be another file in another version.
    versions = {"adf": __version__, "torchvision": version("torchvision")}
    request = {"versions": versions, **own, **common, name: details, "files": contents}
    asked: dict[str, Any] = json.loads(json.dumps(request))
    return asked
