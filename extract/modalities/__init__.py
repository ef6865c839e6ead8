"""The named ways to turn the frames of a clip into what a network sees.

A modality is a module here with a function ``make``; it is imported when it is asked for, so that
a decoding process loads only what it needs.
"""

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from adf.extract.modalities.clip import Modality

MODALITIES = ("rgb", "flow", "pose")


def build(
    name: str, size: int, settings: Mapping[str, Any] | None = None, device: str = "cpu"
) -> "Modality":
    """Return one of ``MODALITIES`` that makes pictures of ``size x size``."""
    module = import_module(f"adf.extract.modalities.{name}")
    modality: Modality = module.make(size, settings or {}, device)
    return modality
