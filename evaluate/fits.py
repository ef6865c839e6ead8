"""One network trained from scratch on one split with one seed, and what is kept of it on disk.

A fit is a folder: ``chances.npz``, ``weights.pt`` of a genotype, and ``fit.json``, which is written
last: where both can be read, the fit is done.
"""

import io
import json
import re
import time
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import torch
from torch import nn

from adf.cache import FeatureCache
from adf.evaluate.entrants import Entrant, network
from adf.evaluate.outcome import Outcome, Trial
from adf.evaluate.parts import Parts, by_video, names, parts
from adf.evaluate.settings import EvalSettings
from adf.files import write_atomic
from adf.search.data import open_source, widths
from adf.search.families import digest
from adf.search.nets.cost import flops
from adf.search.team import share_processor
from adf.search.train import LEAST, Bench, score, train, video_chances
from adf.search.trial import device_of

SCORING = 256


@dataclass(frozen=True)
class Fit:
    """What is to be trained, and where."""

    settings: EvalSettings
    entrant: Entrant
    trial: Trial
    modalities: tuple[str, ...]
    folder: Path

    @property
    def place(self) -> Path:
        """The folder of this fit: another one for whatever would make it come out otherwise."""
        settings, trial = self.settings, self.trial
        recipe = (self.entrant, settings.train, settings.share, settings.amp, self.modalities)
        name = file_name(self.entrant.name, repr(recipe))
        return self.folder / name / f"{file_name(trial.split, trial.split)}-seed{trial.seed}"


def file_name(name: str, whole: str) -> str:
    """Return a name that any file system takes, different for whatever is different."""
    plain = re.sub(r"[^\w.-]+", "-", name, flags=re.ASCII).strip("-.")[:60]
    return f"{plain}-{sha256(whole.encode()).hexdigest()[:8]}"


def is_done(fit: Fit) -> bool:
    """Return whether an earlier run came to the end of this; what is damaged is made again."""
    try:
        read_outcome(fit)
    except (OSError, ValueError, KeyError, TypeError, EOFError, BadZipFile):
        return False
    return True


def carry_out(fit: Fit, workers: int = 1) -> None:
    """Train an entrant, one of so many at a time, and write down what it says of the videos."""
    share_processor(workers)
    settings, entrant, start = fit.settings, fit.entrant, time.perf_counter()
    device, cache = device_of(settings.device), FeatureCache.open(settings.cache)
    clips = parts(cache, fit.trial.split, fit.modalities, fit.trial.seed, settings.share)
    rows = np.unique(np.concatenate([part.rows for part in clips]))
    source = open_source(cache, entrant.levels, rows, entrant.grid, device, quiet=True)
    learn, choose, test = (Bench(source, part, device, settings.amp) for part in clips)
    torch.manual_seed(fit.trial.seed)
    sizes, classes = widths(cache, entrant.levels), len(cache.classes)
    drawn = network(entrant, sizes, classes, settings.train.dropout).to(device)
    best = Best(choose)
    train(drawn, learn, settings.train, (fit.trial.seed, 1), best.after_epoch)
    drawn.load_state_dict(best.state)
    drawn.eval()
    clip = next(iter(source.batches([clips.learn.rows[:1]])))
    found = {
        "validation": video_chances(drawn, choose, SCORING).cpu().numpy(),
        "test": video_chances(drawn, test, SCORING).cpu().numpy(),
    }
    facts = {
        **described(fit),
        "epoch": best.epoch,
        "validation": best.rank[0],
        "parameters": sum(weight.numel() for weight in drawn.parameters()),
        "flops": flops(drawn, clip),
        "seconds": time.perf_counter() - start,
    }
    keep(fit, clips, cache, found, drawn)
    write_atomic(fit.place / "fit.json", (json.dumps(facts, indent=1) + "\n").encode())


class Best:
    """The state of a network after the epoch that validation likes best."""

    def __init__(self, choose: Bench) -> None:
        self._choose = choose
        self.state: dict[str, Any] = {}
        self.rank = (-1.0, 0.0)
        self.epoch = 0

    def after_epoch(self, epoch: int, loss: float, now: nn.Module) -> None:
        """Score the network, and keep it if it is the best so far; of equals the later one."""
        was = now.training
        now.eval()
        found = score(now, self._choose, SCORING)
        now.train(was)
        if (rank := (found.accuracy, -found.loss)) >= self.rank:
            self.rank, self.epoch = rank, epoch + 1
            self.state = {name: value.clone() for name, value in now.state_dict().items()}


def described(fit: Fit) -> dict[str, Any]:
    """Return what a fit is of."""
    genotype = fit.entrant.genotype
    return {
        "name": fit.entrant.name,
        "kind": fit.entrant.kind,
        "reads": fit.entrant.reads,
        "build": fit.entrant.build,
        "levels": fit.entrant.levels,
        "split": fit.trial.split,
        "seed": fit.trial.seed,
        "genotype": genotype.as_dict() if genotype else None,
        "digest": digest(genotype) if genotype else None,
    }


def keep(
    fit: Fit, clips: Parts, cache: FeatureCache, found: dict[str, Any], trained: nn.Module
) -> None:
    """Write what was said of the videos, and the weights of a genotype."""
    fit.place.mkdir(parents=True, exist_ok=True)
    file = io.BytesIO()
    np.savez(
        file,
        targets=by_video(clips.choose),
        validation_videos=np.array(names(cache, clips.choose)),
        test_videos=np.array(names(cache, clips.test)),
        **{name: np.log(np.maximum(chances, LEAST)) for name, chances in found.items()},
    )
    write_atomic(fit.place / "chances.npz", file.getvalue())
    if fit.entrant.genotype:
        weights = io.BytesIO()
        torch.save({name: value.cpu() for name, value in trained.state_dict().items()}, weights)
        write_atomic(fit.place / "weights.pt", weights.getvalue())


def read_outcome(fit: Fit, latency_ms: float = 0.0) -> Outcome:
    """Read what an entrant said in a trial."""
    facts = json.loads((fit.place / "fit.json").read_text())
    said = io.BytesIO((fit.place / "chances.npz").read_bytes())
    with np.load(said, allow_pickle=False) as arrays:
        return Outcome(
            fit.entrant.name,
            fit.entrant.reads,
            fit.trial,
            arrays["validation"],
            arrays["targets"],
            arrays["test"],
            facts["parameters"],
            facts["flops"],
            latency_ms,
            facts["epoch"],
            str(fit.place.relative_to(fit.folder.parent)),
        )


def seconds(fit: Fit) -> float:
    """Return how long a training took, whenever that was."""
    return float(json.loads((fit.place / "fit.json").read_text())["seconds"])
