"""Values of a level to the arrays it is stored as, and back."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from adf.cache.spec import FeatureSpec
from adf.errors import InvalidInput


class Unstorable(InvalidInput):
    """The values of one row cannot be kept; other rows are not concerned."""


def encode(
    spec: FeatureSpec, value: ArrayLike, *, allow_nonfinite: bool = False
) -> dict[str, NDArray[Any]]:
    """Return the stored arrays of one row of a level; ``value`` is ``C``, ``C T``, ... .

    NaN, infinity and float16 overflow are refused: one such value would silently spoil every
    batch it gets into.
    """
    source = np.asarray(value)
    if source.shape != spec.shape:
        raise InvalidInput(f"{spec.name} has shape {source.shape}, the cache expects {spec.shape}")
    if source.dtype.kind not in "fiub":
        raise InvalidInput(f"{spec.name} has dtype {source.dtype}, which is not a real number")
    with np.errstate(over="ignore"):
        values = source.astype(np.float32, copy=False)
        if not allow_nonfinite or spec.dtype == "uint8":
            _refuse_unstorable(spec, values)
        if spec.dtype == "uint8":
            stored = _quantise(spec.name, values)
        else:
            # Always a copy: the caller may use the array again for the next row.
            stored = {spec.name: np.array(source, spec.value_dtype, order="C")}
    if spec.vector:
        # Pooled from what was given, not from what was rounded; summed in float32.
        with np.errstate(over="ignore", invalid="ignore"):
            mean = values.reshape(spec.channels, -1).mean(axis=1, dtype=np.float32)
            vector = mean.astype(spec.parts()[-1].dtype)
        if not (allow_nonfinite or np.isfinite(vector).all()):
            raise Unstorable(f"the mean of {spec.name} is above what {vector.dtype} holds")
        stored[spec.vector] = vector
    return stored


def decode(
    stored: NDArray[np.uint8], scale: NDArray[np.float32], offset: NDArray[np.float32], out: Any
) -> None:
    """Write the values of uint8 rows ``B C ...`` with scales ``B C`` into ``out``."""
    broadcast = (*scale.shape, *(1,) * (stored.ndim - scale.ndim))
    np.multiply(stored, scale.reshape(broadcast), out=out, casting="same_kind")
    np.add(out, offset.reshape(broadcast), out=out, casting="same_kind")


def _quantise(name: str, values: NDArray[np.float32]) -> dict[str, NDArray[Any]]:
    flat = values.reshape(len(values), -1)
    low, high = flat.min(axis=1), flat.max(axis=1)
    scale = ((high.astype(np.float64) - low) / 255).astype(np.float32)
    steps = (flat - low[:, None]) / np.where(scale > 0, scale, 1)[:, None]
    stored = np.clip(np.rint(steps), 0, 255).astype(np.uint8).reshape(values.shape)
    return {name: stored, f"{name}_scale": scale, f"{name}_offset": low}


def _refuse_unstorable(spec: FeatureSpec, values: NDArray[np.float32]) -> None:
    # The extremes tell all, NaN included, in half the time of looking at every value.
    extremes = np.array([values.min(), values.max()])
    if not np.isfinite(extremes).all():
        finite = np.isfinite(values)
        first = [int(i) for i in np.argwhere(~finite)[0]]
        raise Unstorable(
            f"{spec.name} has {int((~finite).sum())} NaN or infinite values, the first at {first}"
        )
    if spec.dtype == "float16" and not np.isfinite(extremes.astype(np.float16)).all():
        raise Unstorable(
            f"{spec.name} reaches {np.abs(extremes).max():g}, above what float16 holds: "
            "store it as float32"
        )
