"""What a modality is: a named way to turn the frames of a clip into what a network sees."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

from adf.extract.video.geometry import Geometry, Pixels
from adf.extract.video.sampling import Frames

# Decoding processes make what needs no torch; the rest is made beside the network, on its device.
Place = Literal["decoder", "device"]


class NoPictures(Exception):
    """The pictures of one clip cannot be made; the text is the reason, and others go on."""


@dataclass(frozen=True)
class Clip:
    """One view of one video: pixels ``T H W 3`` as decoded, already mirrored where ``flip`` is.

    ``frames`` are the numbers of its frames in the video: equal neighbours show the same picture,
    and where the numbers fall, a short video began again.
    """

    path: Path
    pixels: Pixels
    frames: Frames
    flip: bool = False


class Modality(Protocol):
    """What the pipeline knows of a modality."""

    @property
    def name(self) -> str:
        """The name of the modality in the cache."""

    @property
    def geometry(self) -> Geometry:
        """The pictures that it is made from."""

    @property
    def channels(self) -> int:
        """The number of channels the network gets."""

    @property
    def place(self) -> Place:
        """Where it is made."""

    def render(self, clip: Clip) -> Pixels:
        """Return ``T size size channels`` of what the network sees, or raise NoPictures."""

    def as_json(self) -> Mapping[str, Any]:
        """Return everything that changes the values, for provenance."""
