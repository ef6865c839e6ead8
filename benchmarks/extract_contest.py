"""The same clips through the whole pipeline, its network alone, and a plain loop."""

import subprocess
import sys
from collections import deque
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray

from adf.cache import Appender, ClipPlan, FeatureCache, Root
from adf.config import load
from adf.extract.decoders.pool import DecodePool
from adf.extract.decoders.process import Job
from adf.extract.decoders.rendering import Decoder
from adf.extract.engine.collector import Collector
from adf.extract.fill import open_streams, recipe_of
from adf.extract.pipeline import Branch, Pipeline
from adf.extract.settings import ExtractSettings
from adf.extract.video.geometry import Pixels
from adf.extract.video.sampling import Window
from benchmarks.extract_meter import Meter, MeteredEngine
from benchmarks.extract_plain import STACK, PlainLoop, decoded, plain_network

WEIGHTS = "random:0"
SAME = "same square of the frames"
Vectors = NDArray[np.float64]


class Contest:
    """One network, its films cut into stacks, and the ways to get at their features."""

    def __init__(
        self, backbone: str, films: Sequence[Path], clips: int, folder: Path, decoders: int
    ) -> None:
        self.films, self.folder = films, folder
        self.stacks = -(-clips // len(films))
        self.settings = load(
            ExtractSettings,
            sets=[
                *(f"cache={folder}", f"videos={folder / 'films'}", "device=cpu"),
                *(f"backbone.all={backbone}", f"weights.all={WEIGHTS}", f"decoders={decoders}"),
            ],
        ).value
        (self.stream,) = open_streams(self.settings)
        self.engine = self.stream.engine(self.settings, "auto", 0)
        self.recipe = recipe_of(self.settings, [self.stream.modality])
        self.plan = self._planned()
        self.clips = self._decoded()
        self.plain = self._plain(backbone)

    def turn(self, number: int) -> dict[str, float]:
        """Go each way once; return the seconds by name."""
        alone = Meter()
        with alone:
            self._forward()
        metered = MeteredEngine(self.engine)
        pipeline = Meter()
        with pipeline:
            self._pipeline(metered, self.folder / f"cache{number}")
        seconds = {
            "forward wall": alone.wall,
            "forward CPU": alone.cpu,
            "pipeline wall": pipeline.wall,
            "pipeline CPU": pipeline.cpu,
            "its forward wall": metered.meter.wall,
            "its forward CPU": metered.meter.cpu,
            "its start CPU": self._start().cpu,
        }
        if self.plain:
            before, plain = self.plain.meter.cpu, Meter()
            with plain:
                for film in self.films:
                    self.plain(film, self.vectors_of(film), self.stacks)
            forward = self.plain.meter.cpu - before
            seconds |= {
                "plain wall": plain.wall,
                "plain CPU": plain.cpu,
                "plain forward CPU": forward,
            }
        return seconds

    def vectors_of(self, film: Path) -> Path:
        """Return where the plain loop leaves the features of a film."""
        return self.folder / f"{film.stem}.npy"

    def cached(self) -> Vectors:
        """Return the pooled vectors ``N C`` that the pipeline wrote first."""
        cache = FeatureCache.open(self.folder / "cache0")
        last = self.engine.specs[-1].name
        maps = cache.read(np.arange(len(self.plan)), self.stream.name, last)
        return np.asarray(maps.astype(np.float64).mean((2, 3, 4)))

    def _planned(self) -> ClipPlan:
        rows = [
            {
                "id": f"{film.stem}#{k}",
                "label": "any",
                "video": f"any/{film.name}",
                "start": k * STACK,
                "stop": (k + 1) * STACK,
            }
            for film in self.films
            for k in range(self.stacks)
        ]
        return ClipPlan.from_frame(pd.DataFrame(rows))

    def _decoded(self) -> Pixels:
        decoder = Decoder(self.recipe)
        windows = [Window(k * STACK, (k + 1) * STACK) for k in range(self.stacks)]
        return np.concatenate([decoder(film, windows).arrays["square"] for film in self.films])

    def _forward(self) -> None:
        for start in range(0, len(self.clips), self.engine.batch):
            self.engine.submit(None, self.clips[start : start + self.engine.batch])

    def _pipeline(self, engine: MeteredEngine, cache: Path) -> None:
        root = Root.create(cache, self.plan)
        provenance = self.stream.provenance(self.settings, self.plan, self.recipe, engine)
        appender = Appender(root, provenance)
        branch = Branch(self.stream, Collector(engine), appender)
        with DecodePool(self.recipe, self.settings.decoders) as pool:
            Pipeline(self.plan, self.folder / "films", [branch], pool).run()

    def _start(self) -> Meter:
        """Start and end decoding processes that find nothing to decode."""
        nothing = Job((0,), self.folder / "nothing.mp4", (Window(),))
        with Meter() as meter, DecodePool(self.recipe, self.settings.decoders) as pool:
            deque(pool.decode([nothing] * self.settings.decoders), maxlen=0)
        return meter

    def _plain(self, backbone: str) -> PlainLoop | None:
        network = plain_network(backbone)
        if network is None:
            return None
        network.load_state_dict(self.stream.backbone.state_dict())
        return PlainLoop(network, self.stream.normalisation)


def agreement(contest: Contest) -> dict[str, float]:
    """Return the smallest cosines between features in the cache and those of the plain network."""
    if not contest.plain:
        return {}
    ours, count = contest.cached(), contest.stacks
    theirs = np.concatenate([np.load(contest.vectors_of(film)) for film in contest.films])
    with torch.no_grad():
        same = [
            contest.plain.forward(contest.plain.like_ours(decoded(film, STACK)))[0]
            for film in contest.films
        ]
    return {
        SAME: cosines(ours[::count], np.stack(same)).min(),
        "the plain loop's smaller part": cosines(ours, theirs).min(),
    }


def cosines(ours: NDArray[np.floating], theirs: NDArray[np.floating]) -> Vectors:
    """Return the cosine between the rows of two tables."""
    lengths = np.linalg.norm(ours, axis=1) * np.linalg.norm(theirs, axis=1)
    return np.asarray((ours * theirs).sum(1) / lengths, np.float64)


def whole_command(contest: Contest) -> dict[str, float]:
    """Run the command itself on as many clips; return its seconds, all included."""
    settings = contest.settings
    command = [
        *(sys.executable, "-m", "adf", "extract", "--dataset", "folder", "--device", "cpu"),
        *("--videos", settings.videos, "--cache", str(contest.folder / "command")),
        *("--views", str(contest.stacks), "--decoders", str(settings.decoders)),
        *("--backbone", settings.backbone["all"], "--weights", WEIGHTS),
        *("--out", str(contest.folder / "run"), "--progress", "off"),
    ]
    with Meter() as meter:
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return {"the command, wall": meter.wall, "the command, CPU": meter.cpu}
