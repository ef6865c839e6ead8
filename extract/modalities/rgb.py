"""The decoded pictures as they are."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from adf.extract.modalities.clip import Clip, Place
from adf.extract.video.geometry import Geometry, Pixels


@dataclass(frozen=True)
class Rgb:
    """The modality ``rgb``."""

    geometry: Geometry
    name = "rgb"
    channels = 3
    place: Place = "decoder"

    def render(self, clip: Clip) -> Pixels:
        """Return the pixels themselves."""
        return clip.pixels

    def as_json(self) -> Mapping[str, Any]:
        """Return nothing: the geometry says all."""
        return {}


def make(size: int, settings: Mapping[str, Any], device: str) -> Rgb:
    """Return the modality; it has no settings and needs no device."""
    return Rgb(Geometry("square", size, size), **settings)
