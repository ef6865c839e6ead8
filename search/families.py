"""What a search can find: networks of several families, each with a form of genotype of its own.

A family is a package with a module ``family`` that has the functions below for its own genotypes;
the ``format`` of a genotype, which its JSON file names too, says which family it is of.
"""

import json
from collections.abc import Mapping
from importlib import import_module
from reprlib import repr as short
from types import ModuleType
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, TypeVar

from adf.errors import InvalidInput
from adf.search.genotypes.genotype import Input

if TYPE_CHECKING:
    from torch import nn

    from adf.search.genotypes.drawing_graph import Diagram

FAMILIES = {
    "adf.genotype": "adf.search.genotypes.family",
    "adf.mfas": "adf.search.mfas.family",
    "adf.bm-nas": "adf.search.bm_nas.family",
}


class Found(Protocol):
    """A network without its weights, whatever its family."""

    format: ClassVar[str]

    @property
    def inputs(self) -> tuple[Input, ...]:
        """The levels that it reads."""

    @property
    def grid(self) -> tuple[int, int, int]:
        """To what size ``T H W`` these are brought."""

    def as_dict(self) -> dict[str, Any]:
        """Return what the JSON file holds."""

    def to_json(self) -> str:
        """Return the text of a file, the same for equal genotypes."""


N = TypeVar("N", bound=Found)


def read(values: Mapping[str, Any]) -> Found:
    """Check what a JSON file held, and build the genotype."""
    kind = values.get("format") if isinstance(values, Mapping) else None
    if not isinstance(kind, str) or kind not in FAMILIES:
        raise InvalidInput(
            f"genotype: this is no genotype: 'format' is {short(kind)}, not one of: "
            + ", ".join(FAMILIES)
        )
    found: Found = _family(kind).read(values)
    return found


def read_json(text: str | bytes) -> Found:
    """Read the text of a file."""
    try:
        values = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"genotype: this is no JSON: {error}") from None
    return read(values)


def canonical(found: N) -> N:
    """Return the same network in the one spelling, without what reaches no output."""
    same: N = _family(found.format).canonical(found)
    return same


def digest(found: Found) -> str:
    """Return 12 hexadecimal digits that name the network."""
    return str(_family(found.format).digest(found))


def network(
    found: Found, widths: Mapping[Input, int], classes: int, dropout: float = 0.0
) -> "nn.Module":
    """Return the network with weights that have learned nothing."""
    made: nn.Module = _family(found.format).network(found, widths, classes, dropout)
    return made


def diagram(found: Found) -> "Diagram":
    """Return what a picture of the network shows."""
    shown: Diagram = _family(found.format).diagram(found)
    return shown


def summary(found: Found) -> str:
    """Return on a line what a picture does not show."""
    return str(_family(found.format).summary(found))


def _family(kind: str) -> ModuleType:
    return import_module(FAMILIES[kind])
