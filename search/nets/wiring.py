"""Which tensors are the inputs of which cell: the same rule for found networks and supernets."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Wiring:
    """The rule of a stem; see :class:`adf.search.genotypes.genotype.Genotype`."""

    stem: str
    copies: int

    def first(self, stem: T | list[T]) -> list[T]:
        """Return the inputs of the first cell, of what the stem gave."""
        return stem if isinstance(stem, list) else [stem] * self.copies

    def inputs(self, first: Sequence[T], outputs: Sequence[T]) -> list[T]:
        """Return the inputs of the next cell, after the cells that gave ``outputs``."""
        if self.stem == "concat":
            return [*first, *outputs][-self.copies :]
        return [*first, *outputs[-1:]]

    def all_inputs(self, first: Sequence[T], outputs: Sequence[T]) -> list[list[T]]:
        """Return the inputs of each cell."""
        return [self.inputs(first, outputs[:number]) for number in range(len(outputs))]
