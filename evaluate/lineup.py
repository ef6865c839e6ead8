"""Who meets whom, settled from the settings before anything is written or trained."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import torch

from adf.cache import FeatureCache
from adf.config import Config
from adf.errors import ConfigError, InputNotFound
from adf.evaluate import baselines
from adf.evaluate.entrants import Entrant, network, of_genotype
from adf.evaluate.genotypes import drawn, found, searched
from adf.evaluate.outcome import Trial
from adf.evaluate.settings import EvalSettings
from adf.evaluate.table import Ceilings, read_ceilings
from adf.search.data import free_memory, widths
from adf.search.genotypes.genotype import Genotype, Input
from adf.search.genotypes.space import FusionSpace
from adf.search.launch import parse_seeds
from adf.search.rows import split_column
from adf.search.settings import SearchSettings
from adf.search.trial import device_of, open_space

LOG = logging.getLogger("adf.evaluate")
# Bytes of a parameter in training: itself, its gradient, and two moments.
TRAINED = 16


@dataclass(frozen=True)
class Lineup:
    """The settings as they hold, and what they name."""

    settings: EvalSettings
    cache: FeatureCache
    space: FusionSpace
    named: Sequence[Entrant]
    baselines: Sequence[str]
    trials: Sequence[Trial]
    ceilings: Ceilings

    @property
    def levels(self) -> list[Input]:
        """The levels of the space, which baselines read."""
        return [level for slot in self.space.choices for level in slot]

    @property
    def modalities(self) -> list[str]:
        """All modalities that anyone reads: everyone meets the clips that have all of them."""
        read = self.levels if self.baselines else []
        more = [level for entrant in self.named for level in entrant.levels]
        return list(dict.fromkeys(level.modality for level in [*read, *more]))

    def drawn(self) -> list[Genotype]:
        """Return the random genotypes of the baseline: fewer, where there are no more."""
        if "random" not in self.baselines:
            return []
        wanted = self.settings.drawn
        there = drawn(self.space, wanted)
        if len(there) < wanted:
            LOG.warning("drawn: %s of %s, the space has no more", len(there), wanted)
        return there

    def size(self) -> int:
        """Return how many parameters the first network has; of none, one that is drawn."""
        first = self.named[0] if self.named else of_genotype("", "", drawn(self.space, 1)[0])
        return parameters(self.cache, first)


def line_up(config: Config[EvalSettings]) -> Lineup:
    """Open what the settings name; whatever is wrong with them is said here."""
    search = searched(config.value.genotypes)
    settings = of_search(config, search) if search else config.value
    cache = opened(settings.cache, config.value.cache)
    space = open_space(cache, settings.space)
    lineup = Lineup(
        settings,
        cache,
        space,
        found(settings.genotypes, space),
        baselines.chosen(settings.baselines),
        trials_of(cache, settings),
        read_ceilings(settings.ceilings),
    )
    if not lineup.named and not lineup.baselines:
        raise ConfigError("genotypes: there is nothing to train: give one, or some baselines")
    require_room(lineup)
    return lineup


def opened(name: str, asked: str) -> FeatureCache:
    """Open the cache that was asked for, or else that of the search."""
    if not name:
        raise ConfigError("cache is not given: give the folder that adf-extract filled (--cache)")
    try:
        return FeatureCache.open(name)
    except InputNotFound as error:
        if asked or Path(name).is_absolute():
            raise
        raise InputNotFound(
            f"{error}: so the search called it, perhaps from another folder: give --cache"
        ) from None


def parameters(cache: FeatureCache, entrant: Entrant) -> int:
    """Return how many an entrant has; no memory is taken for them."""
    with torch.device("meta"):
        made = network(entrant, widths(cache, entrant.levels), len(cache.classes), 0.0)
    return sum(weight.numel() for weight in made.parameters())


def require_room(lineup: Lineup) -> None:
    """Refuse a network that cannot be trained here, before anything is."""
    device = device_of(lineup.settings.device)
    free = free_memory(device)
    for entrant in lineup.named:
        count = parameters(lineup.cache, entrant)
        if count * TRAINED > free:
            raise ConfigError(
                f"genotypes: {entrant.name} has {count:,} parameters: {device} has"
                f" {free / 2**30:.1f} GiB free, and they alone need {count * TRAINED / 2**30:,.1f}"
            )


def of_search(config: Config[EvalSettings], search: SearchSettings) -> EvalSettings:
    """Return the settings with the space of a search, and with its cache where none is given."""
    given = [
        f"{key} ({origin})"
        for key, origin in config.origins.items()
        if key.startswith("space.") and origin != "default"
    ]
    if given:
        raise ConfigError(
            f"{', '.join(given)}: the space is that of the search; leave this out, or give a copy"
            " of its genotype.json from outside its folder"
        )
    settings = config.value
    return replace(settings, space=search.space, cache=settings.cache or search.cache)


def trials_of(cache: FeatureCache, settings: EvalSettings) -> list[Trial]:
    """Return every split with every seed, each once."""
    splits = dict.fromkeys(split_column(cache, split) for split in settings.splits)
    return [Trial(split, seed) for split in splits for seed in parse_seeds(settings.seeds)]
