"""What MFAS finds: rows of one level of each modality and an activation; a small JSON file.

from adf.search.mfas.rows import FusionRows
found = FusionRows.from_dict(json.loads(Path("genotype.json").read_text()))
found.rows    # (Row(levels=(Input("rgb", "layer4"), Input("pose", "layer1")), activation="relu"),)
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from reprlib import repr as short
from typing import Any, ClassVar, NamedTuple

from adf.errors import InvalidInput
from adf.search.genotypes.genotype import Input

FORMAT, VERSION = "adf.mfas", 1
# By their numbers in the notation of rows; only the first two are searched.
ACTIVATIONS = ("relu", "sigmoid", "leaky_relu")
SEARCHED = 2
NAMES = ("rows", "width", "batch_norm", "alphas")


class Row(NamedTuple):
    """A layer: what it reads besides the layer before, and what it makes of it."""

    levels: tuple[Input, ...]
    activation: str


@dataclass(frozen=True)
class FusionRows:
    """A fusion network on vectors without its weights.

    Every row reads one level of each modality, as means over places, and from the second on the
    row before; the last one is what classes are told by. ``width`` are the outputs of each row.
    """

    rows: tuple[Row, ...]
    width: int = 16
    batch_norm: bool = False
    alphas: bool = False
    format: ClassVar[str] = FORMAT

    def __post_init__(self) -> None:
        if not self.rows:
            raise InvalidInput("genotype: rows is empty: one is needed")
        if self.width < 1:
            raise InvalidInput(f"genotype: width is {short(self.width)}: it is 1 or more")
        first = [level.modality for level in self.rows[0].levels]
        if not first or len(set(first)) < len(first):
            raise InvalidInput("genotype: row 0: levels has one level of each modality")
        for number, row in enumerate(self.rows):
            if [level.modality for level in row.levels] != first:
                raise InvalidInput(
                    f"genotype: row {number}: levels are not of the modalities of row 0, in the"
                    f" same order: {short(', '.join(first))}"
                )
            if row.activation not in ACTIVATIONS:
                raise InvalidInput(
                    f"genotype: row {number}: activation {short(row.activation)} is not one of"
                    f" {', '.join(ACTIVATIONS)}"
                )

    @property
    def inputs(self) -> tuple[Input, ...]:
        """The levels that are read, each once."""
        return tuple(sorted({level for row in self.rows for level in row.levels}))

    @property
    def grid(self) -> tuple[int, int, int]:
        """One place: only means over places are read."""
        return 1, 1, 1

    def as_dict(self) -> dict[str, Any]:
        """Return what the JSON file holds."""
        rows = [{"levels": row.levels, "activation": row.activation} for row in self.rows]
        return {
            "format": FORMAT,
            "version": VERSION,
            "rows": rows,
            "width": self.width,
            "batch_norm": self.batch_norm,
            "alphas": self.alphas,
        }

    def to_json(self) -> str:
        """Return the text of a file, the same for equal genotypes."""
        return json.dumps(self.as_dict(), indent=1) + "\n"

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "FusionRows":
        """Check what a JSON file held, and build it."""
        if not isinstance(values, Mapping) or values.get("format") != FORMAT:
            raise InvalidInput(f"genotype: these are no rows: there is no 'format': '{FORMAT}'")
        version = values.get("version")
        if version != VERSION or type(version) is not int:
            raise InvalidInput(
                f"genotype: version {short(version)} is not {VERSION}, which this reads"
            )
        if wrong := set(values) ^ {"format", "version", *NAMES}:
            fields = short(", ".join(sorted(map(str, wrong))))
            raise InvalidInput(f"genotype: these fields are missing or unknown: {fields}")
        if not isinstance(values["rows"], list | tuple):
            raise InvalidInput(f"genotype: rows is {short(values['rows'])}: it is a list of rows")
        for name, kind in (("width", int), ("batch_norm", bool), ("alphas", bool)):
            if type(values[name]) is not kind:
                what = "a whole number" if kind is int else "true or false"
                raise InvalidInput(f"genotype: {name} is {short(values[name])}: it is {what}")
        rows = tuple(_row(row, number) for number, row in enumerate(values["rows"]))
        return cls(rows, *(values[name] for name in NAMES[1:]))


def _row(values: Any, number: int) -> Row:
    match values:
        case {"levels": [*levels], "activation": str(activation), **more} if not more:
            return Row(tuple(_level(level, number) for level in levels), activation)
    raise InvalidInput(
        f"genotype: row {number} is {short(values)}: it has levels, a list, and activation, a name"
    )


def _level(values: Any, number: int) -> Input:
    match values:
        case [str(modality), str(level)]:
            return Input(modality, level)
    raise InvalidInput(
        f"genotype: row {number}: {short(values)} is no level: it is [modality, level]"
    )
