"""One genotype trained with the hyper-parameters of a trial, and scored on clips held back."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from adf.cache import FeatureCache
from adf.errors import ConfigError, InputNotFound
from adf.evaluate.tuning.settings import TuneSettings
from adf.evaluate.tuning.space import CHANNELS, Value
from adf.search.data import open_source, widths
from adf.search.families import Found, canonical, network, read_json
from adf.search.genotypes.genotype import Genotype
from adf.search.judge import SCORING
from adf.search.rows import Part, halves
from adf.search.settings import TrainSettings
from adf.search.train import Bench, Score, score, train
from adf.search.trial import device_of

# As adf-eval has it: with the same seed it trains the very same network.
ORDER = 1
AfterEpoch = Callable[[int, float, Score], None]


class Retraining:
    """What all trials share: the features, and the clips that teach and those that judge.

    Both are clips of the training split; those of its test are not read.
    """

    def __init__(self, settings: TuneSettings) -> None:
        self._settings = settings
        self.genotype = read_genotype(Path(settings.genotype))
        if CHANNELS in settings.space and not isinstance(self.genotype, Genotype):
            raise ConfigError(f"space: channels: {self.genotype.format} has none: leave them out")
        self.cache = FeatureCache.open(settings.cache)
        self.modalities = list(dict.fromkeys(level.modality for level in self.genotype.inputs))
        self._widths = widths(self.cache, self.genotype.inputs)
        # As adf-eval has it: each training divides the clips in its own way, if the cache does not.
        self._halves = [
            halves(self.cache, settings.split, self.modalities, settings.seed + at, settings.share)
            for at in range(settings.repeats)
        ]
        first = self._halves[0]
        rows = np.sort(np.concatenate([first.weights.rows, first.judging.rows]))
        self._device = device_of(settings.device)
        grid = self.genotype.grid
        self._source = open_source(self.cache, self.genotype.inputs, rows, grid, self._device)

    @property
    def channels(self) -> int:
        """How wide the network is as it was found; 0 where its width is not to be tuned."""
        return self.genotype.channels if isinstance(self.genotype, Genotype) else 0

    @property
    def videos(self) -> int:
        """How many videos judge."""
        return len(self._halves[0].judging)

    def run(self, params: Mapping[str, Value], repeat: int, after_epoch: AfterEpoch) -> None:
        """Train once; ``after_epoch`` is told its number, from 1, its loss and the score."""
        settings, seed = with_params(self._settings.train, params), self._settings.seed + repeat
        genotype = with_channels(self.genotype, params)
        torch.manual_seed(seed)
        drawn = network(genotype, self._widths, len(self.cache.classes), settings.dropout)
        both = self._halves[repeat]
        learning, judging = self._bench(both.weights), self._bench(both.judging)

        def judge(epoch: int, loss: float, trained: nn.Module) -> None:
            trained.eval()
            after_epoch(epoch + 1, loss, score(trained, judging, SCORING))
            trained.train()

        train(drawn, learning, settings, (seed, ORDER), judge)

    def _bench(self, part: Part) -> Bench:
        return Bench(self._source, part, self._device, self._settings.amp)


def with_params(settings: TrainSettings, params: Mapping[str, Value]) -> TrainSettings:
    """Return settings of training with the hyper-parameters of a trial."""
    changes: dict[str, Any] = {name: params[name] for name in params if name != CHANNELS}
    return replace(settings, **changes)


def with_channels(genotype: Found, params: Mapping[str, Value]) -> Found:
    """Return a genotype as wide as a trial says."""
    if CHANNELS not in params or not isinstance(genotype, Genotype):
        return genotype
    return replace(genotype, channels=int(params[CHANNELS]))


def read_genotype(path: Path) -> Found:
    """Return the genotype of a file, or of the folder of a search."""
    file = path / "genotype.json" if path.is_dir() else path
    if not file.is_file():
        raise InputNotFound(
            f"genotype: there is no {file}: give a genotype's file, or the folder of a search that"
            " is finished (of several seeds, that of one: seed-N)"
        )
    return canonical(read_json(file.read_bytes()))
