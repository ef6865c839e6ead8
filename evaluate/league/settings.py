"""What a league can be told: a search, of which the methods, and how long each of them may take."""

from dataclasses import dataclass, field

from adf.evaluate.settings import longer
from adf.search.require import require
from adf.search.settings import SearchSettings, TrainSettings


@dataclass(frozen=True)
class LeagueSettings(SearchSettings):
    """The settings of every search, and what they may spend.

    ``methods`` are names, or ``all``. ``allowance`` is time (90s, 20m, 1h) or work (5000-steps, of
    a found cell of middle size). ``own`` names a file or preset of settings for one method.
    ``seeds`` are those of searches, ``trainings`` those of trainings of what each of them found,
    all by ``final``. ``budget``, ``seed`` and ``relax.epochs`` come from the allowance.
    """

    methods: tuple[str, ...] = ("all",)
    allowance: str = "5m"
    own: dict[str, str] = field(default_factory=dict)
    seeds: str = "0-4"
    trainings: str = "0-2"
    baselines: tuple[str, ...] = ("all",)
    drawn: int = 20
    ceilings: str = ""
    final: TrainSettings = field(default_factory=longer)

    def __post_init__(self) -> None:
        super().__post_init__()
        require(bool(self.methods), "methods", "empty", "all, or some names")
        require(self.drawn >= 1, "drawn", self.drawn, "1 or more")
