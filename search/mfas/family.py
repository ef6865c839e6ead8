"""The family of networks that MFAS finds: rows of levels of all modalities."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from adf.search.genotypes.drawing_graph import INPUT, NODE, OUTPUT, Arrow, Box, Diagram, clean
from adf.search.genotypes.genotype import Input
from adf.search.mfas.rows import FORMAT, FusionRows

if TYPE_CHECKING:
    from torch import nn

__all__ = ["FORMAT", "canonical", "diagram", "digest", "network", "read", "summary"]


def read(values: Mapping[str, Any]) -> FusionRows:
    """Check what a JSON file held, and build it."""
    return FusionRows.from_dict(values)


def canonical(found: FusionRows) -> FusionRows:
    """Return the same network with its modalities by name.

    Their order is all that changes no network: it only orders the inputs of linear layers.
    """
    rows = tuple(row._replace(levels=tuple(sorted(row.levels))) for row in found.rows)
    return replace(found, rows=rows)


def digest(found: FusionRows) -> str:
    """Return 12 hexadecimal digits that name the network."""
    return hashlib.sha256(canonical(found).to_json().encode()).hexdigest()[:12]


def summary(found: FusionRows) -> str:
    """Return on a line what a picture does not show."""
    count = len(found.rows)
    more = [
        *(["norms"] * found.batch_norm),
        *(["learned weights of modalities"] * found.alphas),
    ]
    return (
        f"{count} fusion{'s' * (count != 1)} of {found.width} outputs, of means over places"
        + "".join(f", with {each}" for each in more)
    )


def network(
    found: FusionRows, widths: Mapping[Input, int], classes: int, dropout: float
) -> "nn.Module":
    """Return the network with weights that have learned nothing."""
    from adf.search.mfas.network import RowsNetwork

    return RowsNetwork(found, widths, classes, dropout)


def diagram(found: FusionRows) -> Diagram:
    """Return a chain of fusions; each stands right of the levels that it reads."""
    boxes, arrows = list[Box](), list[Arrow]()
    for number, row in enumerate(found.rows):
        starts = [len(boxes) - 1] if number else []
        for level in row.levels:
            starts.append(len(boxes))
            boxes.append(Box(clean(str(level)), INPUT, number, level.modality))
        boxes.append(Box(f"fusion {number} ({row.activation})", NODE, number + 1))
        arrows += [Arrow(start, len(boxes) - 1) for start in starts]
    boxes.append(Box("output", OUTPUT, len(found.rows) + 1))
    arrows.append(Arrow(len(boxes) - 2, len(boxes) - 1))
    return Diagram(boxes, arrows)
