"""The family of cells on maps: DARTS and all that came of it."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from adf.search.genotypes.canonical import canonical, digest
from adf.search.genotypes.diagram import diagram
from adf.search.genotypes.genotype import Genotype, Input

if TYPE_CHECKING:
    from torch import nn

__all__ = ["canonical", "diagram", "digest", "network", "read", "summary"]


def read(values: Mapping[str, Any]) -> Genotype:
    """Check what a JSON file held, and build it."""
    return Genotype.from_dict(values)


def summary(found: Genotype) -> str:
    """Return on a line what a picture does not show."""
    edges, (frames, height, width) = found.edges(), found.grid
    skips = sum(edge.op == "skip" for edge in edges)
    return (
        f"{len(edges)} edge{'s' * (len(edges) != 1)}, of these {skips} skip;"
        f" {found.channels} channels on a grid of {frames} x {height} x {width}"
    )


def network(
    found: Genotype, widths: Mapping[Input, int], classes: int, dropout: float
) -> "nn.Module":
    """Return the network with weights that have learned nothing."""
    from adf.search.nets.network import Network

    return Network(found, widths, classes, dropout)
