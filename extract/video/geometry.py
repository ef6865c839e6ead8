"""The pictures networks want, made from decoded frames by one filter graph.

The rectangle of the source that ends up in the picture is cut out first and then scaled: pixels
that nobody will see are never converted. The graph lies in the coordinates of the stored frame;
a picture that is to be shown turned is turned after scaling, when it is small.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any

import av
import numpy as np
from av.filter.context import FilterContext
from numpy.typing import NDArray

from adf.errors import ConfigError

Pixels = NDArray[np.uint8]
MOST_PIXELS = 1 << 26
LARGEST = 8192
# A name stands for the values it gives: change what a fit does, and it needs the next number.
FITS = {"crop": "crop-bilinear/1", "stretch": "stretch-bilinear/1"}


@dataclass(frozen=True)
class Geometry:
    """A picture size by name.

    ``crop`` keeps the proportions: the largest centred rectangle of them is cut out of the frame,
    its edges on whole chroma samples. ``stretch`` takes all of the frame.
    """

    name: str = "square"
    width: int = 112
    height: int = 112
    fit: str = "crop"

    def __post_init__(self) -> None:
        if self.fit not in FITS:
            raise ConfigError(f"geometry '{self.name}': no fit '{self.fit}'; {', '.join(FITS)}")
        if not (1 <= self.width <= LARGEST and 1 <= self.height <= LARGEST):
            raise ConfigError(f"geometry '{self.name}': {self.width}x{self.height} is no size")

    def as_json(self) -> dict[str, Any]:
        """Return what decides the pixel values, for provenance."""
        return {"name": FITS[self.fit], "size": [self.height, self.width]}

    def source(self, width: int, height: int) -> tuple[int, int, int, int]:
        """Return width, height, left and top of what is seen of a frame as it is shown."""
        if self.fit == "stretch":
            return width, height, 0, 0
        seen_w = max(1, min(width, height * self.width // self.height))
        seen_h = max(1, min(height, width * self.height // self.width))
        return seen_w, seen_h, (width - seen_w) // 2, (height - seen_h) // 2

    def filters(self, width: int, height: int, quarters: int) -> tuple[str, str]:
        """Return the arguments of crop and scale for a stored frame to be turned by quarters."""
        if quarters % 2:
            seen_h, seen_w, top, left = self.source(height, width)
            size = f"{self.height}:{self.width}"
        else:
            seen_w, seen_h, left, top = self.source(width, height)
            size = f"{self.width}:{self.height}"
        # Without `exact`, the filter moves edges to whole chroma samples; it would cut odd frames.
        crop = "" if self.fit == "stretch" else f"{seen_w}:{seen_h}:{left}:{top}"
        return crop, f"{size}:flags=bilinear"


class Painter:
    """Turns decoded frames into pictures; made anew whenever the frames change."""

    def __init__(self, geometries: Sequence[Geometry]) -> None:
        self._geometries = geometries
        self._made_for: tuple[Any, ...] = ()

    def paint(self, frame: av.VideoFrame) -> list[Pixels]:
        """Return the picture ``H W 3`` of each geometry; copy what you keep."""
        quarters = round(frame.rotation / 90) % 4
        properties = (frame.width, frame.height, frame.format.name, frame.color_range, quarters)
        if properties != self._made_for:
            self._build(frame, quarters)
            self._made_for = properties
        self._source.push(frame)
        return [_turned(sink.pull(), quarters) for sink in self._sinks]

    def _build(self, frame: av.VideoFrame, quarters: int) -> None:
        if frame.width * frame.height > MOST_PIXELS:
            raise ValueError(f"frames of {frame.width}x{frame.height} pixels are too large")
        # Collecting a graph while its filters are in use corrupts the heap: it stays an attribute.
        graph = self._graph = av.filter.Graph()
        graph.threads = 1
        self._source = graph.add_buffer(
            width=frame.width,
            height=frame.height,
            format=frame.format,
            time_base=frame.time_base or Fraction(1, 25),
        )
        split = graph.add("split", str(len(self._geometries)))
        self._source.link_to(split)
        self._sinks: list[FilterContext] = []
        for output, geometry in enumerate(self._geometries):
            crop, scale = geometry.filters(frame.width, frame.height, quarters)
            chain = [graph.add("crop", crop)] if crop else []
            # By way of planes, colours are four times nearer to exact ones, and it takes less time.
            chain += [graph.add("scale", scale), graph.add("format", "gbrp")]
            chain += [graph.add("scale", scale), graph.add("format", "rgb24")]
            chain += [graph.add("buffersink")]
            split.link_to(chain[0], output, 0)
            for this, following in pairwise(chain):
                this.link_to(following)
            self._sinks.append(chain[-1])
        graph.configure()


def _turned(picture: Any, quarters: int) -> Pixels:
    plane = picture.planes[0]
    rows = np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)[: picture.height]
    pixels: Pixels = rows[:, : 3 * picture.width].reshape(picture.height, picture.width, 3)
    return np.rot90(pixels, quarters) if quarters else pixels
