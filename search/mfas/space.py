"""All networks of rows over the levels of a cache: they are numbered, listed, unfolded and drawn.

The notation of a network is that of MFAS, `[[3, 0, 0], [1, 3, 0]]`: for each row the number of a
level of each modality, then that of the activation. Modalities and levels are numbered as
`choices` has them, from 0.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod
from reprlib import repr as short

import numpy as np

from adf.errors import ConfigError, InvalidInput
from adf.search.genotypes.genotype import Input
from adf.search.mfas.rows import ACTIVATIONS, SEARCHED, FusionRows, Row
from adf.search.mfas.settings import MfasSettings

# A network by its numbers.
Code = tuple[tuple[int, ...], ...]
# Every step lists samples times as many candidates.
MOST_ROWS = 4096


@dataclass(frozen=True)
class RowSpace:
    """The networks to choose from: ``choices`` are the levels of each modality."""

    choices: tuple[tuple[Input, ...], ...]
    settings: MfasSettings

    def __post_init__(self) -> None:
        if self.count > MOST_ROWS:
            raise ConfigError(
                f"mfas: {' x '.join(str(len(levels)) for levels in self.choices)} levels with"
                f" {SEARCHED} activations make {self.count} rows, {MOST_ROWS} at most: choose"
                " among fewer (space.levels, space.modalities)"
            )

    @property
    def count(self) -> int:
        """How many rows there are."""
        return prod(map(len, self.choices)) * SEARCHED

    def rows(self) -> list[tuple[int, ...]]:
        """Return all rows in order."""
        return list(product(*(range(len(levels)) for levels in self.choices), range(SEARCHED)))

    def size(self) -> int:
        """Return how many networks there are, of all depths together."""
        return sum(self.count**depth for depth in range(1, self.settings.fusions + 1))

    def unfolded(self, before: Iterable[Code], place: int) -> list[Code]:
        """Return all that come of networks by giving them any row at a place, the next at most."""
        return [(*code[:place], row, *code[place + 1 :]) for code in before for row in self.rows()]

    def draw(self, random: np.random.Generator) -> FusionRows:
        """Return a network; each depth is as likely as any, and so is each row."""
        depth = int(random.integers(1, self.settings.fusions + 1))
        rows = self.rows()
        return self.build(tuple(rows[random.integers(len(rows))] for _ in range(depth)))

    def build(self, code: Code) -> FusionRows:
        """Return the network of these numbers."""
        settings = self.settings
        rows = tuple(self._row(row, number) for number, row in enumerate(code))
        return FusionRows(rows, settings.width, settings.batch_norm, settings.alphas)

    def _row(self, row: Sequence[int], number: int) -> Row:
        most = [*map(len, self.choices), len(ACTIVATIONS)]
        fits = len(row) == len(most) and all(map(_below, row, most))
        if not fits:
            limits = ", ".join(f"0 to {each - 1}" for each in most)
            raise InvalidInput(
                f"mfas: row {number} is {short(list(row))}: it has a level of each modality and an"
                f" activation: {limits}"
            )
        levels = (slot[at] for slot, at in zip(self.choices, row[:-1], strict=True))
        return Row(tuple(levels), ACTIVATIONS[row[-1]])

    def code(self, found: FusionRows) -> Code:
        """Return the numbers of a network."""
        rows = []
        for row in found.rows:
            try:
                numbers = [
                    slot.index(next(level for level in row.levels if level in slot))
                    for slot in self.choices
                ]
            except StopIteration:
                raise InvalidInput(
                    f"mfas: {', '.join(map(str, row.levels))} are not one level of each modality to"
                    " choose from: these are " + "; ".join(map(_listed, self.choices))
                ) from None
            rows.append((*numbers, ACTIVATIONS.index(row.activation)))
        return tuple(rows)

    def read(self, text: str) -> FusionRows:
        """Return the network of a notation."""
        try:
            values = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise InvalidInput(f"mfas: this is no JSON: {error}") from None
        if not isinstance(values, list) or not all(isinstance(row, list) for row in values):
            raise InvalidInput(f"mfas: {short(values)} is no list of rows, such as [[3, 0, 0]]")
        return self.build(tuple(map(tuple, values)))

    def notation(self, found: FusionRows) -> str:
        """Return the notation of a network."""
        return json.dumps(self.code(found), separators=(",", ":"))


def _listed(levels: Sequence[Input]) -> str:
    return ", ".join(map(str, levels))


def _below(number: object, end: int) -> bool:
    """Tell whether this numbers one of so many; a truth value does not."""
    return type(number) is int and 0 <= number < end
