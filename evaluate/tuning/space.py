"""Where to look: a range for each hyper-parameter, written as ``log:1e-5:1e-2``.

Forms: ``log:A:B``, ``A:B`` (uniform), ``int:A:B`` and ``choice:X,Y,Z``.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Literal, get_type_hints

from adf.coerce import Refused, coerce
from adf.errors import ConfigError
from adf.nodes import text_node
from adf.registry import nearest
from adf.search.require import require
from adf.search.settings import TrainSettings

Value = int | float | str
Kind = Literal["log", "uniform", "int", "choice"]

CHANNELS = "channels"
SHORT = {"lr": "rate"}
USUAL = {
    "batch": "choice:8,16,32,64",
    "rate": "log:1e-4:1e-1",
    "optimizer": "choice:adam,adamw,sgd",
    "decay": "log:1e-5:1e-1",
    "dropout": "0:0.5",
}
FORMS = {float: "log:A:B, A:B or choice:X,Y", int: "int:A:B or choice:X,Y"}


@dataclass(frozen=True)
class Dimension:
    """One hyper-parameter: between two ends, which belong to it, or one of some values."""

    kind: Kind
    values: tuple[Value, ...]

    def at(self, share: float) -> Value:
        """Return the value at a share of the way through, from 0 to below 1."""
        if self.kind == "choice":
            return self.values[int(share * len(self.values))]
        low, high = self.ends()
        if self.kind == "int":
            return int(low) + int(share * (high - low + 1))
        if self.kind == "log":
            return min(max(low * math.exp(share * math.log(high / low)), low), high)
        return low + share * (high - low)

    def ends(self) -> tuple[float, float]:
        """Return the lowest and the highest value of a range."""
        low, high = self.values
        return float(low), float(high)

    def __contains__(self, value: object) -> bool:
        if self.kind == "choice" or not isinstance(value, int | float):
            return value in self.values
        low, high = self.ends()
        return low <= value <= high


def read_space(space: Mapping[str, str]) -> dict[str, Dimension]:
    """Return the dimensions of a space by the names that settings have; none given: the usual."""
    types = {CHANNELS: int, **get_type_hints(TrainSettings)}
    found: dict[str, Dimension] = {}
    for given, text in (space or USUAL).items():
        name = SHORT.get(given, given)
        if name not in types:
            known = [CHANNELS, *(field.name for field in fields(TrainSettings))]
            raise ConfigError(
                f"space.{given}: there is no such setting of training.{nearest(given, known)}"
                f" There are: {', '.join(known)}"
            )
        require(name not in found, f"space.{given}", "there twice", "each setting once")
        found[name] = _dimension(name, text, types[name])
        _require_possible(name, found[name])
    return found


def _dimension(name: str, text: str, annotation: Any) -> Dimension:
    word, _, rest = text.partition(":")
    forms = FORMS.get(annotation, "choice:X,Y")
    if word == "choice":
        return Dimension("choice", _parts(name, text, rest.split(","), annotation, forms))
    whole = word == "int"
    kind: Kind = "log" if word == "log" else "int" if whole else "uniform"
    ends = (text if kind == "uniform" else rest).split(":")
    if len(ends) != 2 or annotation is not (int if whole else float):
        raise ConfigError(f"space.{name} is '{text}': give {forms}")
    low, high = _parts(name, text, ends, annotation, forms)
    assert not isinstance(low, str)
    assert not isinstance(high, str)
    if not (low < high < math.inf and (low > 0 or kind != "log")):
        above = "above 0, " if kind == "log" else ""
        raise ConfigError(f"space.{name} is '{text}': give two ends {above}the lower one first")
    return Dimension(kind, (low, high))


def _parts(
    name: str, text: str, parts: list[str], annotation: Any, forms: str
) -> tuple[Value, ...]:
    try:
        values = tuple(coerce(text_node(part.strip()), annotation) for part in parts)
    except Refused:
        raise ConfigError(f"space.{name} is '{text}': give {forms}") from None
    if len(set(values)) < len(values):
        raise ConfigError(f"space.{name} is '{text}': it has a value twice")
    return values


def _require_possible(name: str, dimension: Dimension) -> None:
    """Refuse values that no training takes, before one is tried."""
    for value in dimension.values:
        if name == CHANNELS:
            require(int(value) >= 1, "space.channels", value, "1 or more")
            continue
        change: dict[str, Any] = {name: value}
        try:
            replace(TrainSettings(), **change)
        except ConfigError as error:
            raise ConfigError(f"space.{error}") from None
