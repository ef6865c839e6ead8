"""What an evaluation can be told."""

from dataclasses import dataclass, field

from adf.search.require import require
from adf.search.settings import SpaceSettings, TrainSettings

# Twice as long as candidates are trained while they are searched.
EPOCHS = 24


def longer() -> TrainSettings:
    """Return how networks are trained for good."""
    return TrainSettings(epochs=EPOCHS)


@dataclass(frozen=True)
class EvalSettings:
    """One evaluation: what is trained, on which features, how often, and how.

    ``genotypes`` are files, run folders of searches, or ``random:N``. ``share`` of the training
    clips of a split teach and the others choose the epoch, where it has no clips for validation.
    ``drawn`` random genotypes are a baseline. ``space`` is that of the search that is named, which
    says the cache too; it is given only where none is. ``ceilings`` is a file with the best that
    any reader of the streams can have, as ``adf demo ceilings --json`` prints it.
    """

    cache: str = ""
    genotypes: tuple[str, ...] = ()
    splits: tuple[str, ...] = ("1",)
    seeds: str = "0-2"
    baselines: tuple[str, ...] = ("all",)
    drawn: int = 10
    share: float = 0.8
    device: str = "auto"
    amp: bool = False
    ceilings: str = ""
    train: TrainSettings = field(default_factory=longer)
    space: SpaceSettings = field(default_factory=SpaceSettings)

    def __post_init__(self) -> None:
        require(bool(self.splits), "splits", "empty", "one or more, such as 1,2,3")
        for name in ("splits", "baselines", "genotypes"):
            require("" not in getattr(self, name), name, "''", "no empty word")
        require(self.drawn >= 1, "drawn", self.drawn, "1 or more")
        require(0 < self.share < 1, "share", self.share, "a fraction between 0 and 1")
