"""The classical methods, by OpenCV.

``finest_scale`` 0 of DIS looks at every pixel. Its presets stop at half or a quarter of the size
of the picture and lose what moves within a small outline.
"""

from collections.abc import Callable
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

from adf.errors import MissingDependency
from adf.extract.modalities.flow.motion import Motion
from adf.extract.video.geometry import Pixels

Grey = NDArray[np.uint8]


def loaded(part: str = "") -> Any:
    """Return OpenCV, or the ``part`` of it, on one thread, which also fixes the result of DIS."""
    try:
        cv2: Any = import_module("cv2")
    except ImportError as error:
        raise MissingDependency(
            f"optical flow needs OpenCV ({error}): pip install 'autodeepfuse[flow]'"
        ) from error
    cv2.setNumThreads(0)
    if part and not hasattr(cv2, part):
        raise MissingDependency(
            f"OpenCV {cv2.__version__} is here without {part}: uninstall its packages, then "
            "pip install 'autodeepfuse[flow]'"
        )
    return getattr(cv2, part) if part else cv2


def dis(first: Pixels, second: Pixels, *, preset: str = "medium", finest_scale: int = 0) -> Motion:
    """Dense inverse search: quick, and sure of large motion too."""
    cv2 = loaded()
    search = cv2.DISOpticalFlow_create(getattr(cv2, f"DISOPTICAL_FLOW_PRESET_{preset.upper()}"))
    search.setFinestScale(finest_scale)
    return each_pair(first, second, lambda a, b: search.calc(a, b, None))


def farneback(
    first: Pixels,
    second: Pixels,
    *,
    levels: int = 2,
    window: int = 7,
    iterations: int = 3,
    neighbours: int = 5,
    sigma: float = 1.1,
) -> Motion:
    """Polynomial expansion: quicker, and blind to steps longer than the texture is coarse."""
    cv2 = loaded()
    fixed = (0.5, levels, window, iterations, neighbours, sigma, 0)
    return each_pair(first, second, lambda a, b: cv2.calcOpticalFlowFarneback(a, b, None, *fixed))


def tvl1(first: Pixels, second: Pixels, *, tau: float = 0.25, scales: int = 5) -> Motion:
    """Total variation: slow, and what most published flow networks were trained on."""
    solver = loaded("optflow").DualTVL1OpticalFlow_create()
    solver.setTau(tau)
    solver.setScalesNumber(scales)
    return each_pair(first, second, lambda a, b: solver.calc(a, b, None))


def each_pair(first: Pixels, second: Pixels, method: Callable[[Grey, Grey], Any]) -> Motion:
    """Apply a method to each pair of ``N H W 3``, in grey."""
    before, after = grey(first), grey(second)
    return np.stack([method(a, b) for a, b in zip(before, after, strict=True)])


def grey(pixels: Pixels) -> Grey:
    """Return the luma ``T H W`` of ``T H W 3``, as OpenCV rounds it."""
    cv2 = loaded()
    return np.stack([cv2.cvtColor(np.ascontiguousarray(p), cv2.COLOR_RGB2GRAY) for p in pixels])
