"""Arrays like those of AV-MNIST, from a seed: not the original ones, which cannot be had.

from adf.demo.avmnist.make import AvmnistSettings, make
make(AvmnistSettings(), Path("av"))
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import yaml

from adf.demo.avmnist.arrays import DIGITS, PARTS, Pairs, write
from adf.demo.avmnist.images import Dimmed, drawn
from adf.demo.avmnist.sounds import spoken
from adf.errors import ConfigError, RunMismatch
from adf.files import translate_os_error, write_atomic
from adf.progress import Mode, progress

MADE = "made.yaml"
BLOCK = 250


@dataclass(frozen=True)
class AvmnistSettings:
    """How many pairs, from which seed, how loud the noise, how much of pictures is kept."""

    train: int = 3000
    test: int = 1000
    seed: int = 7
    noise: float = 8.0
    kept: float = 0.25

    def __post_init__(self) -> None:
        for name in PARTS:
            if getattr(self, name) < DIGITS:
                raise ConfigError(f"{name} is {getattr(self, name)}: give {DIGITS} or more")
        if not 0 < self.kept <= 1:
            raise ConfigError(f"kept is {self.kept}: give a share above 0, 1 at most")
        if self.noise < 0:
            raise ConfigError(f"noise is {self.noise}: give 0 or more")


def make(settings: AvmnistSettings, folder: Path, mode: Mode = "auto") -> None:
    """Write both parts; made once, they are left alone."""
    text = yaml.safe_dump(asdict(settings), sort_keys=False)
    file = folder / MADE
    with translate_os_error(folder):
        folder.mkdir(parents=True, exist_ok=True)
        if file.is_file():
            if file.read_text() != text:
                raise RunMismatch(f"{file} says other settings than these: give another folder")
            return
        if any(folder.iterdir()) and not (folder / "audio").is_dir():
            raise ConfigError(f"{folder} holds something else already: give another folder")
        with progress(f"pairs {folder}", settings.train + settings.test, mode) as bar:
            dimmed: Dimmed | None = None
            for number, part in enumerate(PARTS):
                pairs = paired(settings, getattr(settings, part), number, bar.advance)
                # The directions are those of the pictures to learn from.
                dimmed = dimmed or Dimmed(np.asarray(pairs.images, np.float32), settings.kept)
                seen = dimmed(np.asarray(pairs.images, np.float32))
                write(folder, part, pairs._replace(images=seen))
        # Last: a folder that says how it was made is complete.
        write_atomic(file, text.encode())


def paired(settings: AvmnistSettings, count: int, part: int, told: Callable[[int], None]) -> Pairs:
    """Return pairs of one digit each, all digits as often as one another."""
    random = np.random.default_rng([settings.seed, part])
    labels = random.permutation(np.arange(count) % DIGITS)
    images, audio = [], []
    for start in range(0, count, BLOCK):
        some = labels[start : start + BLOCK]
        images.append(drawn(some, random))
        audio.append(spoken(some, settings.noise, random))
        told(len(some))
    return Pairs(np.concatenate(images), np.concatenate(audio), labels)
