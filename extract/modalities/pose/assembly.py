"""The modality ``pose`` put together: who finds persons, and how they are drawn."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from adf.extract.modalities.clip import Clip, Modality, NoPictures, Place
from adf.extract.modalities.frames import POSE, existing_folder, read_pictures
from adf.extract.modalities.pose.bodies import limb_mask
from adf.extract.modalities.pose.rendering import VERSIONS, mask_channels, masked_rgb, shrunk
from adf.extract.modalities.pose.settings import NETWORKS, PoseSettings, Rendering
from adf.extract.modalities.pose.sidecar import Sidecar
from adf.extract.modalities.pose.skeleton import Floats, People
from adf.extract.modalities.pose.strokes import heatmap
from adf.extract.video.geometry import Geometry, Pixels


class Finder(Protocol):
    """What finds persons."""

    @property
    def place(self) -> Place:
        """Where it runs."""

    def find(self, clip: Clip, geometry: Geometry) -> Floats | People:
        """Return masks ``T H W`` as large as the clip's pixels, or persons; or raise NoPictures."""

    def as_json(self) -> Mapping[str, Any]:
        """Return everything that changes what is found."""


@dataclass(frozen=True)
class Pose:
    """The modality ``pose``, of persons found and drawn."""

    geometry: Geometry
    size: int
    rendering: Rendering
    finder: Finder
    name = "pose"
    channels = 3

    @property
    def place(self) -> Place:
        """Where persons are found."""
        return self.finder.place

    def render(self, clip: Clip) -> Pixels:
        """Return ``T size size 3``; frames that are shown more than once are drawn once."""
        numbers, first, places = np.unique(clip.frames, return_index=True, return_inverse=True)
        once = replace(clip, pixels=clip.pixels[first], frames=numbers)
        return self._drawn(once.pixels, self.finder.find(once, self.geometry))[places]

    def _drawn(self, pixels: Pixels, found: Floats | People) -> Pixels:
        if self.rendering == "heatmap":
            if not isinstance(found, People):
                raise NoPictures("masks cannot be drawn as heatmap: set pose.rendering to mask")
            return shrunk(heatmap(found, self.size), self.size)
        side = self.geometry.width
        mask = limb_mask(found, side) if isinstance(found, People) else found
        draw = masked_rgb if self.rendering == "masked-rgb" else mask_channels
        return shrunk(draw(pixels, mask), self.size)

    def as_json(self) -> Mapping[str, Any]:
        """Return how persons are found and drawn."""
        scale = self.geometry.width // self.size
        return {
            **self.finder.as_json(),
            "rendering": VERSIONS[self.rendering],
            "size": self.size,
            "scale": scale,
        }


@dataclass(frozen=True)
class DrawnBefore:
    """The modality ``pose``, of pictures that lie in folders."""

    geometry: Geometry
    folder: Path
    name = "pose"
    channels = 3
    place: Place = "decoder"

    def render(self, clip: Clip) -> Pixels:
        """Return ``T size size 3`` of the pictures."""
        return read_pictures(self.folder, clip, self.geometry, POSE)

    def as_json(self) -> Mapping[str, Any]:
        """Return the name of the folder: the pictures are not looked at beforehand."""
        return {"method": "frames", "reader": 1, "folder": self.folder.name}


def assembled(settings: PoseSettings, size: int, device: str) -> Modality:
    """Return what draws the persons of pictures, of the parts the settings name."""
    if settings.method == "frames":
        return DrawnBefore(_square(size, 1), existing_folder(settings.folder, "pose.folder"))
    # Joints from a file are drawn without looking at a frame.
    unseen = settings.method == "sidecar" and settings.rendering == "heatmap"
    geometry = _square(size, 1 if unseen else settings.scale)
    return Pose(geometry, size, settings.rendering, _finder(settings, size, device))


def _square(size: int, scale: int) -> Geometry:
    name = "square" if scale == 1 else f"square-x{scale}"
    return Geometry(name, scale * size, scale * size)


def _finder(settings: PoseSettings, size: int, device: str) -> Finder:
    if settings.method == "sidecar":
        folder = settings.folder
        return Sidecar(existing_folder(folder, "pose.folder") if folder else None)
    if settings.method in NETWORKS:
        from adf.extract.modalities.pose.detectors import person_network

        return person_network(settings, size * settings.scale, device)
    from adf.extract.modalities.pose.litert import person_model

    return person_model(settings.weights)
