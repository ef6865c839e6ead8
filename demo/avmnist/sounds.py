"""Spectrograms like those of spoken digits: formants that glide, hisses, pauses, and noise."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
SIZE = 112
HIGHEST = 4000.0
# What a phone sounds like: its length, its formants in Hz from where to where, its hiss.
Phone = tuple[float, tuple[tuple[float, float], ...], tuple[float, float] | None]
PHONES: dict[str, Phone] = {
    "z": (0.8, ((250, 250),), (2800, 0.5)),
    "i": (1.0, ((300, 300), (2300, 2300)), None),
    "ro": (1.6, ((420, 480), (1200, 850)), None),
    "w": (0.7, ((320, 600), (700, 1000)), None),
    "uh": (1.2, ((650, 620), (1150, 1250)), None),
    "n": (0.9, ((260, 260), (1500, 1400)), None),
    "t": (0.4, (), (3200, 0.9)),
    "oo": (1.4, ((320, 310), (900, 820)), None),
    "th": (0.8, (), (2000, 0.35)),
    "r": (0.6, ((400, 330), (1200, 1500)), None),
    "ee": (1.3, ((290, 280), (2250, 2350)), None),
    "f": (0.9, (), (2500, 0.3)),
    "or": (1.5, ((520, 450), (900, 1150)), None),
    "ai": (1.6, ((700, 380), (1250, 2150)), None),
    "v": (0.6, ((240, 240), (1100, 1100)), (2300, 0.2)),
    "s": (1.1, (), (3300, 0.8)),
    "ih": (0.8, ((420, 420), (1950, 1950)), None),
    "k": (0.4, (), (1900, 0.7)),
    "eh": (1.0, ((560, 560), (1800, 1800)), None),
    "en": (0.8, ((300, 260), (1600, 1450)), None),
    "ei": (1.5, ((480, 330), (1950, 2250)), None),
}
WORDS = (
    ("z", "i", "ro"),
    ("w", "uh", "n"),
    ("t", "oo"),
    ("th", "r", "ee"),
    ("f", "or"),
    ("f", "ai", "v"),
    ("s", "ih", "k", "s"),
    ("s", "eh", "v", "en"),
    ("ei", "t"),
    ("n", "ai", "n"),
)


def spoken(labels: NDArray[np.int64], noise: float, random: np.random.Generator) -> Floats:
    """Return spectrograms ``N 112 112`` (low to high, early to late), each by another voice."""
    return np.stack([_said(int(label), noise, random) for label in labels])


def _said(digit: int, noise: float, random: np.random.Generator) -> Floats:
    phones = [PHONES[name] for name in WORDS[digit]]
    throat, pitch = random.normal(1, 0.09), random.uniform(90, 230)
    lengths = np.array([length * random.uniform(0.7, 1.3) for length, _, _ in phones])
    whole = int(SIZE * random.uniform(0.5, 0.85))
    edges = np.concatenate([[0], np.cumsum(lengths / lengths.sum() * whole)]).round().astype(int)
    edges += int(random.integers(0, SIZE - whole))
    pitches = np.arange(SIZE)[:, None] * HIGHEST / SIZE
    sound = np.zeros((SIZE, SIZE))
    for (_, formants, hiss), start, stop in zip(phones, edges[:-1], edges[1:], strict=True):
        part, share = sound[:, start:stop], np.linspace(0, 1, max(stop - start, 1))[: stop - start]
        # A voice has lines at all multiples of its pitch.
        voice = 0.6 + 0.4 * np.cos(2 * np.pi * pitches / (pitch * (1 + 0.1 * share)))
        for place, (first, last) in enumerate(formants):
            middle = throat * (first + (last - first) * share) * random.normal(1, 0.04)
            part += voice * np.exp(-(((pitches - middle) / 170) ** 2)) * 0.8**place
        if hiss:
            bright = random.uniform(0.3, 1, part.shape)
            part += hiss[1] * bright * np.exp(-(((pitches - hiss[0] * throat) / 700) ** 2))
    blurred = sum(np.roll(sound, step, 1) for step in (-1, 0, 1)) / 3
    heard = blurred * random.uniform(0.7, 1.2) + noise * random.gamma(1.0, 1.0, sound.shape)
    return np.log1p(4 * heard).astype(np.float32)
