"""What is made of every window of every video: the views, and the pictures by name."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Self

from adf.errors import ConfigError
from adf.extract.video.geometry import Geometry
from adf.extract.video.sampling import Views


@dataclass(frozen=True)
class Made:
    """Pictures of a modality that decoding processes make of those of a geometry."""

    name: str
    geometry: str
    size: int
    channels: int
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Recipe:
    """The views, the picture sizes, and what is made of them: one decoding serves them all."""

    views: Views
    geometries: tuple[Geometry, ...] = (Geometry(),)
    made: tuple[Made, ...] = ()

    def __post_init__(self) -> None:
        names = [geometry.name for geometry in self.geometries] + [m.name for m in self.made]
        if not names or len(set(names)) < len(names):
            raise ConfigError(f"pictures need one or more names, all different, not {names}")

    def shapes(self, windows: int) -> dict[str, tuple[int, int, int, int, int]]:
        """Return the shape ``V T H W C`` of each array."""
        clips = (windows, self.views.length)
        shapes = {g.name: (*clips, g.height, g.width, 3) for g in self.geometries}
        return shapes | {m.name: (*clips, m.size, m.size, m.channels) for m in self.made}

    def provenance(self, geometry: str) -> dict[str, Any]:
        """Return everything that changes the values of a geometry's arrays."""
        found = next(g for g in self.geometries if g.name == geometry)
        return {**found.as_json(), **self.views.as_json()}

    def as_json(self) -> dict[str, Any]:
        """Return the plain JSON form."""
        views = {**vars(self.views), "fps": self.views.fps and str(self.views.fps)}
        geometries = [vars(geometry) for geometry in self.geometries]
        return {"views": views, "geometries": geometries, "made": [vars(m) for m in self.made]}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        """Read the plain JSON form."""
        views = dict(document["views"])
        views["fps"] = Fraction(views["fps"]) if views["fps"] else None
        geometries = tuple(Geometry(**entry) for entry in document["geometries"])
        return cls(Views(**views), geometries, tuple(Made(**entry) for entry in document["made"]))
