"""What a generated dataset is made of: one YAML file, and the classes and clips that follow."""

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import product
from typing import NamedTuple

from adf.config import Config, load
from adf.configs import preset

DEFAULT = "demo/who-does-what"
BACKGROUNDS = ("checker", "texture")
Span = tuple[float, float]
Hue = dict[str, float]


@dataclass(frozen=True)
class Counts:
    """How many clips of each class are for what."""

    train: int
    val: int
    test: int

    def __post_init__(self) -> None:
        if min(self.splits) < 0 or not sum(self.splits):
            raise ValueError("these are numbers of clips, and one of them is more than 0")

    @property
    def splits(self) -> tuple[int, int, int]:
        """The three numbers in the order of the clips."""
        return self.train, self.val, self.test


@dataclass(frozen=True)
class Hues:
    """Names and degrees of the colours of heads, and of the balls that look like heads."""

    target: Hue
    distractor: Hue
    decoys: Hue

    def __post_init__(self) -> None:
        require_names("target", self.target)
        require_names("distractor", self.distractor)


@dataclass(frozen=True)
class Knobs:
    """How hard it is; what each means stands in the YAML file of the default."""

    noise: float
    gain: float
    camera: float
    gap: Span
    centre: float
    scale: Span
    tilt: float
    sway: Span
    speed: float
    limbs: float
    decoys: int
    pose_noise: float
    dropout: float

    def __post_init__(self) -> None:
        for name, value in asdict(self).items():
            numbers = value if isinstance(value, tuple) else (value,)
            if not all(math.isfinite(number) and number >= 0 for number in numbers):
                raise ValueError(f"{name} is {value}: give 0 or more")
            if sorted(numbers) != list(numbers):
                raise ValueError(f"{name} is {value}: give the smaller number first")
        for name in ("gain", "dropout"):
            if getattr(self, name) > 1:
                raise ValueError(f"{name} is {getattr(self, name)}: give a fraction, 0 to 1")


class Cues(NamedTuple):
    """What an actor shows, by the names of the factors."""

    hue: str
    motion: str
    posture: str

    @property
    def label(self) -> str:
        """The class of a clip whose target shows this."""
        return "_".join(self)


class Clip(NamedTuple):
    """A clip of the dataset: class ``number``, and ``scene``, its number within the class."""

    cues: Cues
    number: int
    scene: int
    split: str

    @property
    def path(self) -> str:
        """The name of its video in the folder of the dataset."""
        return f"{self.cues.label}/{self.scene:04d}.mp4"

    @property
    def group(self) -> str:
        """Whose scenery it shares: that of one clip of each other class."""
        return f"scene{self.scene:04d}"


@dataclass(frozen=True)
class Factors:
    """A generated dataset."""

    seed: int
    frames: int
    size: int
    rate: int
    counts: Counts
    hues: Hues
    motions: dict[str, tuple[float, ...]]
    postures: dict[str, tuple[float, float]]
    backgrounds: tuple[str, ...]
    knobs: Knobs

    def __post_init__(self) -> None:
        require_names("motions", self.motions)
        require_names("postures", self.postures)
        if self.seed < 0 or self.rate < 1:
            raise ValueError("seed is 0 or more, and rate, in frames a second, 1 or more")
        if self.size < 64 or self.size % 2:
            raise ValueError(f"size is {self.size}: give an even number of pixels, 64 or more")
        for name, speeds in self.motions.items():
            if not 1 <= len(speeds) <= self.frames:
                raise ValueError(f"motions.{name} has {len(speeds)} parts: give 1 to frames")
        if not self.backgrounds or not set(self.backgrounds) <= set(BACKGROUNDS):
            raise ValueError(f"backgrounds are some of {', '.join(BACKGROUNDS)}")
        if self.knobs.decoys and not self.hues.decoys:
            raise ValueError("knobs.decoys is more than 0, and hues.decoys names none")

    def classes(self) -> list[Cues]:
        """Return what the target may show, each a class."""
        return self._cues(self.hues.target)

    def distractors(self) -> list[Cues]:
        """Return what the other actor may show, each as likely as any."""
        return self._cues(self.hues.distractor)

    def _cues(self, hues: Hue) -> list[Cues]:
        # Sorted: the order of the lines in a YAML file changes no clip.
        names = (sorted(hues), sorted(self.motions), sorted(self.postures))
        return [Cues(*cues) for cues in product(*names)]

    def clips(self) -> Iterator[Clip]:
        """Yield the clips, all of a scene after another."""
        splits = [
            split
            for split, count in zip(("train", "val", "test"), self.counts.splits, strict=True)
            for _ in range(count)
        ]
        for scene, split in enumerate(splits):
            for number, cues in enumerate(self.classes()):
                yield Clip(cues, number, scene, split)

    def speeds(self, motion: str) -> list[float]:
        """Return the pixels to the right by which a texture scrolls from each frame to the next."""
        parts = self.motions[motion]
        return [
            self.knobs.speed * parts[frame * len(parts) // self.frames]
            for frame in range(self.frames)
        ]


def require_names(field: str, names: Iterable[str]) -> None:
    """Raise ValueError unless there are names, and such that they can be part of a label."""
    known = list(names)
    if not known:
        raise ValueError(f"{field} is empty: name one or more")
    for name in known:
        if not re.fullmatch(r"[a-z0-9-]{1,40}", name):
            raise ValueError(f"{field} has '{name}': names are of a to z, 0 to 9 and -")


def load_factors(files: Sequence[str] = (), sets: Sequence[str] = ()) -> Config[Factors]:
    """Return the default dataset, changed by YAML files or presets and by ``KEY=VALUE`` texts."""
    return load(Factors, files=(DEFAULT, *files), preset=preset, sets=sets)
