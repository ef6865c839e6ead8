"""Motion that another program wrote as pictures beside the videos, one for x and one for y."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from adf.extract.modalities.clip import Clip
from adf.extract.modalities.flow.motion import Motion, unpainted
from adf.extract.modalities.frames import FLOW_X, FLOW_Y, read_pictures
from adf.extract.video.geometry import Geometry


class Rendered:
    """Pictures in the layouts of AutoDeepFuse and MARS; their grey levels stay what they are.

    Those programs put no motion between 127 and 128. Each picture is taken for its own frame, also
    where a frame is repeated or a short video begins again.
    """

    still = 127.5

    def __init__(self, root: Path, bound: float) -> None:
        self.root = root
        self.bound = bound

    def __call__(self, clip: Clip, geometry: Geometry) -> Motion:
        """Return the motion ``T H W 2``, or raise NoPictures."""
        along_x, along_y = (
            read_pictures(self.root, clip, geometry, names, mode="L") for names in (FLOW_X, FLOW_Y)
        )
        if clip.flip:
            along_x = 255 - along_x
        return unpainted(np.stack([along_x, along_y], -1), self.bound, self.still)

    def as_json(self) -> Mapping[str, Any]:
        """Return nothing: where the pictures lie changes no value."""
        return {}
