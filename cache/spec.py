"""What one level of one modality looks like, and the arrays it is stored as."""

import re
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np

from adf.errors import ConfigError

DType = Literal["float16", "float32", "uint8"]
AXES = {1: ("channel",), 2: ("channel", "time"), 3: ("channel", "y", "x")}
AXES[4] = ("channel", "time", "y", "x")
COMPANIONS = ("_vector", "_scale", "_offset")
RESERVED = frozenset({"clip", "clips", "commits", "leases", "journal", "shards", "staging"})


def check_name(kind: str, name: str) -> None:
    """Refuse a modality or level name that could not safely be a folder of the cache."""
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}", name):
        raise ConfigError(
            f"{kind} name {name!r} is not allowed: use up to 64 letters, digits, '_' and '-', "
            "starting with a letter or digit"
        )
    if name in RESERVED:
        raise ConfigError(f"{kind} name '{name}' is used by the cache itself: choose another")
    if kind == "level" and name.endswith(COMPANIONS):
        raise ConfigError(
            f"level name '{name}' is kept for a companion array: do not end it with "
            + ", ".join(COMPANIONS)
        )


@dataclass(frozen=True)
class Part:
    """One stored array: ``shape`` and ``axes`` are those of a row, without the clip axis."""

    name: str
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    axes: tuple[str, ...]

    @property
    def row_bytes(self) -> int:
        """Bytes of one row."""
        return int(np.prod(self.shape, dtype=np.int64)) * self.dtype.itemsize

    @property
    def dims(self) -> tuple[str, ...]:
        """Dimension names; sizes differ from level to level, so the level is part of them."""
        return ("clip", *(f"{axis}_{self.name}" for axis in self.axes))


@dataclass(frozen=True)
class FeatureSpec:
    """One level: a vector ``C`` or a map ``C T``, ``C H W`` or ``C T H W`` for every clip."""

    name: str
    shape: tuple[int, ...]
    dtype: DType = "float16"
    pooling: str = "none"

    def __post_init__(self) -> None:
        check_name("level", self.name)
        object.__setattr__(self, "shape", tuple(int(size) for size in self.shape))
        if len(self.shape) not in AXES or min(self.shape) < 1:
            raise ConfigError(
                f"level '{self.name}' has shape {self.shape}: need 1 to 4 sizes above 0, "
                "C, C T, C H W or C T H W"
            )
        if self.dtype not in get_args(DType):
            raise ConfigError(
                f"level '{self.name}' has dtype '{self.dtype}': choose one of "
                + ", ".join(get_args(DType))
            )
        if self.dtype == "uint8" and len(self.shape) == 1:
            raise ConfigError(
                f"level '{self.name}' is a vector: uint8 keeps one scale a channel and would "
                "save nothing; use float16"
            )

    def __str__(self) -> str:
        return f"{self.name} {'x'.join(map(str, self.shape))} {self.dtype}"

    @property
    def channels(self) -> int:
        """The number of channels."""
        return self.shape[0]

    @property
    def value_dtype(self) -> np.dtype[Any]:
        """The dtype a reader gets; uint8 is scaled back to float32."""
        return np.dtype("float32" if self.dtype == "uint8" else self.dtype)

    @property
    def vector(self) -> str | None:
        """The name of the pooled companion vector; a level that is a vector has none."""
        return f"{self.name}_vector" if len(self.shape) > 1 else None

    def own_parts(self) -> tuple[Part, ...]:
        """Return the array that holds the values, and what uint8 needs to scale them back."""
        values = Part(self.name, self.shape, np.dtype(self.dtype), AXES[len(self.shape)])
        if self.dtype != "uint8":
            return (values,)
        return (
            values,
            self._per_channel("_scale", "float32"),
            self._per_channel("_offset", "float32"),
        )

    def parts(self) -> tuple[Part, ...]:
        """Return all arrays this level is stored as; the pooled vector, if any, comes last."""
        if self.vector is None:
            return self.own_parts()
        dtype = "float32" if self.dtype == "float32" else "float16"
        return *self.own_parts(), self._per_channel("_vector", dtype)

    def _per_channel(self, ending: str, dtype: str) -> Part:
        return Part(self.name + ending, self.shape[:1], np.dtype(dtype), ("channel",))
