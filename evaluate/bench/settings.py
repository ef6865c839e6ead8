"""What a bench can be told: a search, of which the space and the training make the table."""

from dataclasses import dataclass, fields

from adf.config import Config
from adf.search.require import require
from adf.search.settings import SearchSettings

# Settings of a method, which may differ between searches in one table.
FREE = ("method", "seed", "budget", "device", "relax", "propose", "mfas", "bm_nas")


@dataclass(frozen=True)
class BenchSettings(SearchSettings):
    """The settings of a search, and how often each genotype is trained, from how many weights.

    ``rungs`` are numbers of epochs; train.epochs is always one. None given: the rounds of
    successive halving.
    """

    trainings: int = 3
    rungs: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        require(self.trainings >= 1, "trainings", self.trainings, "1 or more")
        require(all(rung >= 1 for rung in self.rungs), "rungs", self.rungs, "epochs, 1 or more")


def as_search(config: Config[BenchSettings], **changed: object) -> Config[SearchSettings]:
    """Return the settings of a search on the bench, some of them changed."""
    names = {field.name for field in fields(SearchSettings)}
    values = {name: getattr(config.value, name) for name in names} | changed
    leaves = {key: value for key, value in config.leaves.items() if key.split(".")[0] in names}
    origins = {key: config.origins[key] for key in leaves} | dict.fromkeys(changed, "the bench")
    return Config(SearchSettings(**values), leaves | changed, origins)


def ground(config: Config[BenchSettings]) -> dict[str, object]:
    """Return the settings that decide what a table holds."""
    return {key: value for key, value in config.leaves.items() if key.split(".")[0] not in FREE}
