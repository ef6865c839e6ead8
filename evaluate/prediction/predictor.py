"""Videos to classes: decoded, seen by the frozen networks, and fused.

Features are made by the code of adf-extract, into a cache in memory, and read from there as
training reads them.
"""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from time import perf_counter

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from torch import nn

from adf.cache import Appender, ClipPlan, FeatureCache, Root
from adf.errors import ConfigError
from adf.evaluate.bundle.document import Bundle
from adf.evaluate.prediction.check import require_same
from adf.extract.datasets.videos import VideoList
from adf.extract.decoders.pool import DecodePool
from adf.extract.engine import cpu, cuda
from adf.extract.engine.collector import Collector
from adf.extract.engine.engine import Engine
from adf.extract.fill import open_streams, recipe_of
from adf.extract.pipeline import Branch, Pipeline
from adf.extract.settings import ExtractSettings
from adf.search.data import read_level

# Videos whose features are in memory at the same time.
TOGETHER = 32
ROOT = Path("/")


@dataclass(frozen=True)
class Prediction:
    """What a model says of a video: a probability of each class, or why it cannot say any."""

    video: str
    classes: tuple[str, ...] = field(repr=False)
    chances: NDArray[np.float32] | None = field(repr=False)
    reason: str = ""

    @property
    def ok(self) -> bool:
        """Whether there is an answer."""
        return self.chances is not None

    @property
    def label(self) -> str:
        """The class that is most likely."""
        return self.top(1)[0][0] if self.ok else ""

    def top(self, count: int) -> list[tuple[str, float]]:
        """Return the most likely classes with their probabilities."""
        if self.chances is None:
            return []
        order = np.argsort(-self.chances, kind="stable")[:count]
        return [(self.classes[at], float(self.chances[at])) for at in order]


@dataclass
class Spent:
    """Seconds: waiting for frames, in the frozen networks, in the fusion network, in all."""

    decode: float = 0.0
    backbones: float = 0.0
    head: float = 0.0
    whole: float = 0.0


class Predictor:
    """A model ready for videos; :func:`adf.evaluate.prediction.load` makes one."""

    def __init__(self, bundle: Bundle, network: nn.Module, settings: ExtractSettings) -> None:
        self.bundle, self._settings = bundle, settings
        self._streams = open_streams(settings)
        self._recipe = recipe_of(settings, [stream.modality for stream in self._streams])
        for stream in self._streams:
            # Wrong weights are told before anything is made ready for them.
            require_same(
                replace(bundle.made[stream.name], weights=stream.weights), bundle.made[stream.name]
            )
        self._device = torch.device(next(iter(self._engines.values())).device)
        self._network = network.to(self._device)
        self.spent = Spent()

    def predict(self, videos: Sequence[str | Path]) -> list[Prediction]:
        """Return what is to be seen in each video, in their order."""
        began, self.spent = perf_counter(), Spent()
        names = [str(video) for video in videos]
        if not names:
            raise ConfigError("there is no video to look at: give one or more")
        places = {os.path.abspath(name): name for name in names}
        different = list(places)
        found: dict[str, Prediction] = {}
        with DecodePool(
            self._recipe, self._settings.decoders, self._settings.decode_seconds
        ) as pool:
            for at in range(0, len(different), TOGETHER):
                found.update(self._some(different[at : at + TOGETHER], pool))
        self.spent.whole = perf_counter() - began
        return [replace(found[os.path.abspath(name)], video=name) for name in names]

    @cached_property
    def _engines(self) -> dict[str, Engine]:
        return {
            stream.name: stream.engine(self._settings, self._way(stream.name), self._settings.batch)
            for stream in self._streams
        }

    def _way(self, name: str) -> str:
        """Return the way of calculating that filled the cache, where this device knows it."""
        way = self.bundle.engines[name].partition(",")[0]
        on_gpu = self._settings.device != "cpu" and torch.cuda.is_available()
        return way if way in (cuda.WAYS if on_gpu else cpu.WAYS) else self._settings.engine

    def _some(self, videos: Sequence[str], pool: DecodePool) -> Iterator[tuple[str, Prediction]]:
        plan = plan_of(videos, self.bundle.classes, self._settings)
        cache = self._extracted(plan, pool)
        yield from self._judged(videos, cache)

    def _extracted(self, plan: ClipPlan, pool: DecodePool) -> FeatureCache:
        """Return a cache in memory with the features of some videos."""
        root = Root.create("", plan, store="memory")
        branches = []
        for stream in self._streams:
            engine = self._engines[stream.name]
            made = stream.provenance(self._settings, plan, self._recipe, engine)
            require_same(made, self.bundle.made[stream.name])
            branches.append(Branch(stream, Collector(engine), Appender(root, made)))
        before, began = self._seconds(), perf_counter()
        pipeline = Pipeline(root.plan, ROOT, branches, pool, strict=self._settings.strict)
        pipeline.run()
        self.spent.decode += pipeline.shares()["decode"] * (perf_counter() - began)
        self.spent.backbones += self._seconds() - before
        return FeatureCache(root)

    def _seconds(self) -> float:
        return sum(engine.seconds for engine in self._engines.values())

    @torch.inference_mode()
    def _judged(
        self, videos: Sequence[str], cache: FeatureCache
    ) -> Iterator[tuple[str, Prediction]]:
        """Yield what the fusion network says: of a video the mean over its views."""
        began = perf_counter()
        rows = np.flatnonzero(cache.ok())
        chances = np.empty((0, len(self.bundle.classes)), np.float32)
        if len(rows):
            grid = self.bundle.genotype.grid
            features = {
                level: read_level(cache, rows, level, grid).to(self._device)
                for level in self.bundle.inputs
            }
            chances = self._network(features).softmax(dim=1).float().cpu().numpy()
        own = cache.clips["video"].to_numpy()
        for video in videos:
            views = chances[own[rows] == below(video)]
            classes = self.bundle.classes
            if len(views):
                yield video, Prediction(video, classes, views.mean(axis=0))
            else:
                yield video, Prediction(video, classes, None, reason_of(video, cache))
        self.spent.head += perf_counter() - began


def below(video: str) -> str:
    """Return the path of a video as a plan has it: below the root of all files."""
    return str(Path(video).relative_to(ROOT))


def plan_of(videos: Sequence[str], classes: tuple[str, ...], settings: ExtractSettings) -> ClipPlan:
    """Return the clips of videos whose class nobody knows; a plan needs one."""
    names = sorted(map(below, videos))
    frame = pd.DataFrame({"video": names, "label": classes[0], "group": names})
    listed = VideoList("prediction", ROOT, classes, frame)
    return listed.plan(settings.clip.views, flip=settings.clip.flip)


def reason_of(video: str, cache: FeatureCache) -> str:
    """Return why a video has no features."""
    rows = np.flatnonzero(cache.clips["video"].to_numpy() == below(video)).tolist()
    told = (cache.failed(name).get(row) for name in cache.modalities for row in rows)
    return next(filter(None, told), "it has no features")
