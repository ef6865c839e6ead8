"""The family of BM-NAS: cells that take two features of any modality."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from adf.search.bm_nas.canonical import canonical, digest
from adf.search.bm_nas.diagram import diagram
from adf.search.bm_nas.genotype import FORMAT, BilevelGenotype
from adf.search.bm_nas.reading import read
from adf.search.genotypes.genotype import Input

if TYPE_CHECKING:
    from torch import nn

__all__ = ["FORMAT", "canonical", "diagram", "digest", "network", "read", "summary"]


def summary(found: BilevelGenotype) -> str:
    """Return on a line what a picture does not show."""
    cells, steps = len(found.cells), sum(len(cell.steps) for cell in found.cells)
    return (
        f"{cells} cell{'s' * (cells != 1)} of {steps} step{'s' * (steps != 1)} in all;"
        f" {found.channels} channels at {found.length} places in time"
    )


def network(
    found: BilevelGenotype, widths: Mapping[Input, int], classes: int, dropout: float
) -> "nn.Module":
    """Return the network with weights that have learned nothing."""
    from adf.search.bm_nas.network import BilevelNetwork

    return BilevelNetwork(found, widths, classes, dropout)
