"""Weights for the tiny backbones of the demo: one file for each modality, made once.

They are trained on flying shapes (:mod:`adf.demo.shapes`). They are not Kinetics weights, and say
so in the file.

from adf.demo.pretrain import PretrainSettings, pretrain, scores
files = pretrain(PretrainSettings(), Path("weights"), workers=2)
scores(files["rgb"])    # {"hue": 1.0, "shape": 0.53, "direction": 0.60}
"""

import hashlib
import json
import math
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path

from adf.deal import deal
from adf.errors import ConfigError, InvalidInput
from adf.extract.modalities import MODALITIES
from adf.extract.modalities.flow.settings import FlowSettings
from adf.files import translate_os_error, write_atomic
from adf.progress import Mode
from adf.progress import progress as show

BACKBONE = "r3d10-tiny"
ABOUT = "trained on flying shapes, not on Kinetics"
# Of the source task: whatever changes what is filmed or learned takes the next number.
VERSION = 1
# The rate rises for a quarter of the steps: of fewer, nothing would be left.
LEAST = {"seed": 0, "clips": 1, "held_out": 1, "steps": 8, "batch": 2, "frames": 2, "size": 32}


def demo_flow() -> FlowSettings:
    """Return the flow of the demo, for which its weights are made.

    Farneback is nearer to the truth on this motion than DIS, in half the time; the camera is taken
    out; and nothing moves faster than 4 pixels a frame.
    """
    return FlowSettings(method="farneback", bound=4.0, steady="median")


@dataclass(frozen=True)
class PretrainSettings:
    """How the tiny backbones are trained; the defaults suit two cores and a minute or so.

    ``clips`` are filmed to learn from and ``held_out`` others to be scored on, each of ``frames``
    frames and ``size`` pixels a side, on the scale of the pictures that are extracted. ``rate`` is
    the highest of the learning rates.
    """

    seed: int = 7
    clips: int = 800
    held_out: int = 200
    steps: int = 300
    batch: int = 8
    rate: float = 0.005
    frames: int = 8
    size: int = 64
    flow: FlowSettings = field(default_factory=demo_flow)

    def __post_init__(self) -> None:
        for name, least in LEAST.items():
            given: int = getattr(self, name)
            if given < least:
                raise ConfigError(f"{name} is {given}: give {least} or more")
        if not (math.isfinite(self.rate) and self.rate > 0):
            raise ConfigError(f"rate is {self.rate}: give more than 0, such as 0.005")

    def digest(self, modality: str) -> str:
        """Return what names the weights of a modality: equal ones are not trained twice."""
        known = {"version": VERSION, "modality": modality, **asdict(self)}
        if modality != "flow":
            del known["flow"]
        return hashlib.sha256(json.dumps(known, sort_keys=True).encode()).hexdigest()[:12]


def pretrain(
    settings: PretrainSettings, folder: Path, progress: Mode = "auto", workers: int = 1
) -> dict[str, Path]:
    """Return a file of weights for each modality; those that are there are used again."""
    if workers < 1:
        raise ConfigError(f"{workers} workers train nothing: give 1 or more")
    files = {name: weights_file(settings, folder, name) for name in MODALITIES}
    with translate_os_error(folder):
        folder.mkdir(parents=True, exist_ok=True)
    lacking = [name for name, path in files.items() if not _usable(path, name)]
    with show(f"pretrain {folder} ({ABOUT})", len(files), progress) as bar:
        bar.advance(len(files) - len(lacking))
        for _ in deal(partial(write_weights, settings, folder), lacking, workers):
            bar.advance()
    return files


def weights_file(settings: PretrainSettings, folder: Path, modality: str) -> Path:
    """Return where the weights of a modality are, or will be."""
    return folder / f"{BACKBONE}-{modality}-{settings.digest(modality)}.pth"


def write_weights(settings: PretrainSettings, folder: Path, modality: str) -> None:
    """Train the backbone of a modality, and write its file."""
    from adf.demo.learn import learned

    write_atomic(weights_file(settings, folder, modality), learned(settings, modality))


def scores(path: Path) -> dict[str, float]:
    """Return the area under the ROC curve on held-out clips, the mean for each factor."""
    from adf.extract.checkpoints import read_checkpoint

    document, _ = read_checkpoint(path)
    return {name: sum(each.values()) / len(each) for name, each in document["scores"].items()}


def _usable(path: Path, modality: str) -> bool:
    """Return whether a file is there and loads; one that is damaged is made again."""
    from adf.demo.learn import built
    from adf.extract.weights import load_weights

    if not path.is_file():
        return False
    try:
        load_weights(built(modality), str(path))
    except InvalidInput:
        return False
    return True
