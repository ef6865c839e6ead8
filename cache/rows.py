"""What a reader may be asked for, checked."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from adf.cache.gather import Index
from adf.errors import InvalidInput

RowsLike = Sequence[int] | NDArray[Any] | slice


def row_numbers(rows: RowsLike, count: int) -> Index:
    """Return ``rows`` (numbers, a mask or a slice) as numbers below ``count``."""
    if isinstance(rows, slice):
        return np.arange(count)[rows]
    given = np.asarray(rows)
    if given.dtype == np.bool_:
        if given.shape != (count,):
            raise InvalidInput(f"a mask of {given.shape} for {count} clips")
        return np.flatnonzero(given)
    if given.ndim != 1 or (given.size and given.dtype.kind not in "iu"):
        raise InvalidInput(f"rows must be a list of row numbers, a mask or a slice, not {rows!r}")
    index = given.astype(np.intp, copy=False)
    # Seen as unsigned a negative number is a huge one, and one look is enough.
    if index.size and index.view(np.uintp).max() >= count:
        wrong = given[(index < 0) | (index >= count)][0]
        raise InvalidInput(f"row {wrong} is not in the cache, which has rows 0 to {count - 1}")
    return index


def output_array(
    out: NDArray[Any] | None, rows: int, row_shape: tuple[int, ...], dtype: np.dtype[Any]
) -> NDArray[Any]:
    """Return a new array, or the one given if the values fit."""
    shape = (rows, *row_shape)
    if out is None:
        return np.empty(shape, dtype)
    if not isinstance(out, np.ndarray):
        raise InvalidInput(f"out is a {type(out).__name__}, not an array")
    fits = out.dtype == dtype or (out.dtype.kind == "f" and np.can_cast(dtype, out.dtype, "safe"))
    if out.shape != shape or not fits or not out.flags.writeable:
        locked = "" if out.flags.writeable else " and may not be written to"
        raise InvalidInput(f"out is {out.dtype} {out.shape}{locked}; {dtype} {shape} is needed")
    return out
