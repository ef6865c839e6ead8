"""Pickles of NumPy arrays, as Caffe2 wrote them, through an unpickler that knows nothing else.

Not even NumPy's own types are handed to the file: the state it brings for a shared dtype could
break every other array of the process. Stand-ins record what the file says; arrays are made after.
"""

import pickle
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

import numpy as np
from numpy.typing import NDArray

from adf.errors import InvalidInput

NUMBERS = re.compile(r"[<>|=]?[fiu][1248]")
DEEPEST = 8


class Refused(Exception):
    """The pickle asks for something that is no array."""


class Kind:
    """What a file says about a dtype."""

    def __init__(self, code: str, *_: object) -> None:
        self.code, self.order = str(code), "="

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        self.order = str(state[1])


class Stored:
    """What a file says about an array; ``values`` stay away if they are no numbers."""

    values: NDArray[Any] | None = None

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        _version, shape, kind, fortran, raw = state
        self.fill(kind, raw, shape, "F" if fortran else "C")

    def fill(self, kind: Kind, raw: Any, shape: Any, order: Any) -> "Stored":
        """Take the bytes, of which there must be exactly as many as the shape needs."""
        code = kind.order.replace("|", "=") + kind.code.lstrip("<>|=")
        if NUMBERS.fullmatch(code):
            data = raw.encode("latin1") if isinstance(raw, str) else bytes(raw)
            self.values = np.frombuffer(data, np.dtype(code)).reshape(shape, order=order)
        return self


class Builder:
    """A function for the file to call, with nothing about it that the file could change."""

    __slots__ = ("_build",)

    def __init__(self, build: Callable[..., Any]) -> None:
        self._build = build

    def __call__(self, *arguments: Any) -> Any:
        """Build what the file asks for."""
        return self._build(*arguments)

    def __setstate__(self, state: object) -> NoReturn:
        raise Refused("a change of a function")


ARRAY = Builder(lambda *_: Stored())
SCALAR = Builder(lambda kind, raw: Stored().fill(kind, raw, (), "C"))
BUFFER = Builder(lambda raw, kind, shape, order: Stored().fill(kind, raw, shape, order))
ADMITTED = {
    "numpy.ndarray": ARRAY,
    "numpy.dtype": Builder(Kind),
    "numpy.core.multiarray._reconstruct": ARRAY,
    "numpy._core.multiarray._reconstruct": ARRAY,
    "numpy.core.multiarray.scalar": SCALAR,
    "numpy._core.multiarray.scalar": SCALAR,
    "numpy.core.numeric._frombuffer": BUFFER,
    "numpy._core.numeric._frombuffer": BUFFER,
    "_codecs.encode": Builder(lambda text, *_: text.encode("latin1")),
    "collections.OrderedDict": Builder(dict),
}


class ArrayUnpickler(pickle.Unpickler):
    """Builds dictionaries, lists, numbers, strings and stand-ins for arrays."""

    def find_class(self, module: str, name: str) -> Any:
        """Return an admitted builder; any other name ends the reading."""
        if f"{module}.{name}" not in ADMITTED:
            raise Refused(f"{module}.{name}")
        return ADMITTED[f"{module}.{name}"]

    def persistent_load(self, pid: Any) -> Any:
        """Refuse references to something outside."""
        raise Refused("a persistent id")


def read_pickle(file: BinaryIO, path: Path) -> Any:
    """Read a pickle of protocol 0 to 5 that holds NumPy arrays of numbers."""
    try:
        return _real(ArrayUnpickler(file, encoding="latin1").load())
    except Refused as error:
        raise InvalidInput(
            f"weights {path} was refused and not executed: it calls for '{_line(error)}', and a "
            "pickle may hold arrays only; if you trust its source, save its state_dict with "
            "torch.save"
        ) from error
    except Exception as error:
        # A damaged pickle can raise anything.
        raise InvalidInput(
            f"weights {path} is a damaged pickle: download or copy it again "
            f"({type(error).__name__})"
        ) from error


def _real(value: Any, depth: int = 0) -> Any:
    """Return the document with arrays in the places of their stand-ins."""
    if isinstance(value, Stored):
        return value.values
    if isinstance(value, Mapping) and depth < DEEPEST:
        return {key: _real(item, depth + 1) for key, item in value.items()}
    return value


def _line(error: Exception) -> str:
    return ascii(str(error))[1:-1]
