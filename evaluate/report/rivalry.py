"""What was measured about search methods: how far their scores are from the truth."""

from dataclasses import dataclass

from adf.errors import InvalidInput
from adf.evaluate.report.fields import Fields

Point = tuple[float, float]


@dataclass(frozen=True)
class Interval:
    """A value and what it lies between."""

    value: float
    low: float
    high: float

    @classmethod
    def read(cls, fields: Fields, value: str = "value") -> "Interval":
        """Read it from a file."""
        return cls(fields.number(value), fields.number("low"), fields.number("high"))


@dataclass(frozen=True)
class Rival:
    """One method; what was not measured of it is None."""

    name: str
    tau: Interval | None
    spearman: Interval | None
    tau_top: Interval | None
    before: float | None
    after: float | None
    gap: float | None
    skips: float | None
    curvature: float | None
    regret: Interval | None
    mean: float | None
    error: float | None
    searches: int
    percentile: float | None
    curve: tuple[Point, ...]

    @classmethod
    def read(cls, name: str, fields: Fields) -> "Rival":
        """Read it from a file."""
        empty = Fields({}, fields.where)
        drop = fields.at("drop") if fields.has("drop") else empty
        regret = fields.at("regret") if fields.has("regret") else empty
        return cls(
            name,
            _interval(fields, "tau"),
            _interval(fields, "spearman"),
            _interval(fields, "tau_top"),
            drop.maybe("before"),
            drop.maybe("after"),
            fields.maybe("optimisation_gap"),
            fields.maybe("skip_share"),
            fields.maybe("curvature"),
            Interval.read(regret, "median") if regret.value else None,
            regret.maybe("mean"),
            regret.maybe("error"),
            int(regret.maybe("n") or 0),
            fields.maybe("percentile"),
            tuple(fields.pairs("curve")),
        )


@dataclass(frozen=True)
class Rivalry:
    """All methods of one ``adf-eval gap`` or ``bench``."""

    rivals: tuple[Rival, ...]
    ceiling: float | None
    genotypes: int

    @classmethod
    def read(cls, fields: Fields) -> "Rivalry":
        """Read it from a file."""
        methods = fields.at("methods")
        rivals = tuple(Rival.read(name, methods.at(name)) for name in methods.value)
        if not rivals:
            raise InvalidInput(f"{fields.where}: methods is empty: nothing was measured")
        return cls(rivals, fields.maybe("ceiling_tau"), int(fields.maybe("genotypes") or 0))

    @property
    def best(self) -> Rival | None:
        """The method with the least median regret."""
        found = [rival for rival in self.rivals if rival.regret]
        return min(found, key=lambda rival: rival.regret.value if rival.regret else 0, default=None)


def _interval(fields: Fields, key: str) -> Interval | None:
    return Interval.read(fields.at(key)) if fields.has(key) else None
