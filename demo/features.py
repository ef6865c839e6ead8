"""Generated features with a known answer: the class is what is seen times how it moves."""

from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

LOOKS = MOVES = 3
CHANNELS = 8


def write_features(folder: Path, clips: int = 1440, seed: int = 0) -> list[str]:
    """Write ``clips.csv`` and one array a level; return them as ``adf cache import`` takes them.

    ``rgb`` knows the look and nothing of the motion, ``flow`` the reverse: each alone can tell one
    class in three, both together tell all.
    """
    generator = np.random.default_rng(seed)
    look, move = generator.integers(LOOKS, size=clips), generator.integers(MOVES, size=clips)
    folder.mkdir(parents=True, exist_ok=True)
    table = {
        "id": [f"clip{row:04d}" for row in range(clips)],
        "label": [f"look{a}-move{b}" for a, b in zip(look, move, strict=True)],
        "group": [f"film{row // 6:03d}" for row in range(clips)],
        "split": np.where(np.arange(clips) // 6 % 3 == 0, "test", "train"),
    }
    pd.DataFrame(table).to_csv(folder / "clips.csv", index=False)
    names = []
    for modality, cue in (("rgb", look), ("flow", move)):
        for level, (time, size) in {"layer2": (4, 7), "layer3": (2, 4)}.items():
            name = folder / f"{modality}-{level}.npy"
            np.save(name, _maps(generator, cue, (CHANNELS, time, size, size)))
            names.append(f"{modality}/{level}={name}")
    return names


def _maps(
    generator: np.random.Generator, cue: NDArray[np.int64], shape: tuple[int, ...]
) -> NDArray[np.float32]:
    """Return noise in which channel ``cue`` is a little brighter, everywhere in the map."""
    maps = generator.standard_normal((len(cue), *shape), dtype=np.float32)
    maps[np.arange(len(cue)), cue] += 1
    return maps
