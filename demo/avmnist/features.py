"""From arrays of digits to a cache: encoders are trained, their levels imported.

from adf.demo.avmnist.features import FeatureSettings, write_cache
write_cache(Path("av"), Path("av.cache"), FeatureSettings())    # {"image": 0.66, "audio": 0.5}
"""

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from adf.cache.arrays import ImportConfig, import_arrays, parse_features
from adf.cache.plan import read_plan
from adf.demo.avmnist.arrays import PARTS, Pairs, read
from adf.demo.avmnist.encoders import LAYERS, seen, standardised, trained
from adf.errors import ConfigError
from adf.progress import Mode, progress


@dataclass(frozen=True)
class FeatureSettings:
    """How encoders are trained, and which share of the training pairs is for validation.

    ``most`` keeps the first so many training pairs (0: all).
    """

    channels: int = 8
    epochs: int = 6
    seed: int = 0
    validation: float = 0.1
    most: int = 0

    def __post_init__(self) -> None:
        for name in ("channels", "epochs"):
            if getattr(self, name) < 1:
                raise ConfigError(f"{name} is {getattr(self, name)}: give 1 or more")
        if not 0 < self.validation < 1:
            raise ConfigError(f"validation is {self.validation}: give a share between 0 and 1")


def write_cache(
    folder: Path, cache: Path, settings: FeatureSettings, mode: Mode = "auto"
) -> dict[str, float]:
    """Write a cache of the levels of both encoders; return how much each names right alone.

    The encoders learn from the training pairs that are not for validation, as all that follows
    does.
    """
    train, test = (read(folder, part) for part in PARTS)
    if settings.most:
        train = first(train, settings.most)
    held = max(1, round(settings.validation * len(train.labels)))
    learning = len(train.labels) - held
    if learning < 1:
        raise ConfigError(f"{folder}: {len(train.labels)} pairs leave none to learn from")
    labels = torch.from_numpy(np.concatenate([train.labels, test.labels]))
    scores: dict[str, float] = {}
    with TemporaryDirectory() as place, progress(f"encoders {cache}", len(LAYERS), mode) as bar:
        names: list[str] = []
        for kind, pair in {
            "image": (train.images, test.images),
            "audio": (train.audio, test.audio),
        }.items():
            both = [torch.from_numpy(np.array(values, np.float32)) for values in pair]
            (values,) = standardised([torch.cat(both)], both[0][:learning])
            levels, logits = encoded(kind, values, labels[:learning], settings)
            right = logits.argmax(dim=1) == labels
            scores[kind] = float(right[-len(test.labels) :].float().mean())
            for number, level in enumerate(levels, start=1):
                file = Path(place, f"{kind}-{number}.npy")
                np.save(file, level.numpy())
                names.append(f"{kind}/layer{number}={file}")
            bar.advance(1)
        parts = ["train"] * learning + ["val"] * held + ["test"] * len(test.labels)
        plan = read_plan(listed(Path(place, "clips.csv"), labels, parts), "avmnist-like")
        config = ImportConfig(dataset="avmnist-like", dtype="float32")
        import_arrays(str(cache), plan, parse_features(names), config)
    return scores


def encoded(
    kind: str, values: Tensor, labels: Tensor, settings: FeatureSettings
) -> tuple[list[Tensor], Tensor]:
    """Return the levels and the logits of all inputs; the first ones, with labels, teach."""
    encoder = trained(
        kind, values[: len(labels)], labels, settings.channels, settings.epochs, settings.seed
    )
    return seen(encoder, values)


def first(pairs: Pairs, count: int) -> Pairs:
    """Return the first pairs of several."""
    return Pairs(pairs.images[:count], pairs.audio[:count], pairs.labels[:count])


def listed(path: Path, labels: Tensor, parts: list[str]) -> Path:
    """Write the list of clips that an import needs."""
    rows = np.arange(len(parts))
    table = {
        "id": [f"pair{row:06d}" for row in rows],
        "label": [f"digit{int(label)}" for label in labels],
        "split": parts,
    }
    pd.DataFrame(table).to_csv(path, index=False)
    return path
