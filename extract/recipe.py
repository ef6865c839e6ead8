"""What is made of every window of every video: the views, and the pictures by name."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Self

from adf.errors import ConfigError
from adf.extract.geometry import Geometry
from adf.extract.sampling import Views


@dataclass(frozen=True)
class Recipe:
    """The views, and the picture sizes: one decoding serves them all."""

    views: Views
    geometries: tuple[Geometry, ...] = (Geometry(),)

    def __post_init__(self) -> None:
        names = [geometry.name for geometry in self.geometries]
        if not names or len(set(names)) < len(names):
            raise ConfigError(f"pictures need one or more names, all different, not {names}")

    def shapes(self, windows: int) -> dict[str, tuple[int, int, int, int, int]]:
        """Return the shape ``V T H W 3`` of each geometry's array."""
        return {g.name: (windows, self.views.length, g.height, g.width, 3) for g in self.geometries}

    def provenance(self, geometry: str) -> dict[str, Any]:
        """Return everything that changes the values of a geometry's arrays."""
        found = next(g for g in self.geometries if g.name == geometry)
        return {**found.as_json(), **self.views.as_json()}

    def as_json(self) -> dict[str, Any]:
        """Return the plain JSON form."""
        views = {**vars(self.views), "fps": self.views.fps and str(self.views.fps)}
        return {"views": views, "geometries": [vars(geometry) for geometry in self.geometries]}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        """Read the plain JSON form."""
        views = dict(document["views"])
        views["fps"] = Fraction(views["fps"]) if views["fps"] else None
        return cls(Views(**views), tuple(Geometry(**entry) for entry in document["geometries"]))
