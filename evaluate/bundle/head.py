"""The fusion network as a program of torch that needs nothing of this package."""

import io
import warnings
from collections.abc import Sequence
from typing import cast

import torch
from torch import Tensor, nn

from adf.search.data import down_to
from adf.search.families import Found

# One and zero are special to the tracer, and clips to come are neither.
EXAMPLE = 2


class FusionHead(nn.Module):
    """Levels as a cache holds them, in the order of the genotype, to log-probabilities."""

    def __init__(self, genotype: Found, network: nn.Module) -> None:
        super().__init__()
        self.genotype, self.network = genotype, network

    def forward(self, *levels: Tensor) -> Tensor:
        """Return ``B K`` of one ``B C T H W`` for each level."""
        features = {
            level: down_to(x, self.genotype.grid)
            for level, x in zip(self.genotype.inputs, levels, strict=True)
        }
        return cast(Tensor, self.network(features)).log_softmax(dim=1)


def as_program(genotype: Found, network: nn.Module, shapes: Sequence[Sequence[int]]) -> bytes:
    """Return the bytes of a ``torch.export`` program, for any number of clips."""
    head = FusionHead(genotype, network).eval()
    clips = torch.export.Dim("clips", min=1, max=65_536)
    examples = tuple(torch.zeros(EXAMPLE, *shape) for shape in shapes)
    with warnings.catch_warnings():
        # Of the tracer's own parts.
        warnings.simplefilter("ignore")
        program = torch.export.export(
            head, examples, dynamic_shapes={"levels": tuple({0: clips} for _ in examples)}
        )
        file = io.BytesIO()
        torch.export.save(program, file)
    return file.getvalue()
