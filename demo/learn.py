"""A tiny backbone learns what flies in clips, and is examined on others.

All that is random comes from the seed, and one thread does the arithmetic: the same settings give
the same bytes on one machine.
"""

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from functools import partial
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from adf.demo.pretrain import ABOUT, BACKBONE, PretrainSettings
from adf.demo.shapes import TOLD, Pixels, Scene, outlines, pixels, questions, scene
from adf.extract.backbones import BACKBONES, Backbone
from adf.extract.engine.network import Network
from adf.extract.engine.pooling import Pooling
from adf.extract.modalities.clip import Clip
from adf.extract.modalities.flow import make_flow
from adf.extract.weights import draw_weights

CHANNELS = {"rgb": 3, "flow": 2, "pose": 3}
LAST = "layer4"
LEARN, EXAM = 0, 1
WARM_UP = 0.25


def learned(settings: PretrainSettings, modality: str) -> bytes:
    """Return the file of weights of a modality."""
    with one_thread():
        pupil = Pupil(modality, settings.seed)
        pupil.train(*filmed(settings, modality, LEARN, settings.clips), settings)
        clips, truth = filmed(settings, modality, EXAM, settings.held_out)
        answers = pupil.examined(clips, settings.batch)
        document = {
            "state_dict": {k: v.contiguous() for k, v in pupil.backbone.state_dict().items()},
            "about": ABOUT,
            "settings": asdict(settings),
            "scores": marks(modality, answers.numpy(), truth.numpy() > 0),
        }
    file = io.BytesIO()
    torch.save(document, file)
    return file.getvalue()


@contextmanager
def one_thread() -> Iterator[None]:
    """Let torch use one thread: sums of several differ in their last bits."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def filmed(
    settings: PretrainSettings, modality: str, part: int, count: int
) -> tuple[Tensor, Tensor]:
    """Return clips ``N T H W C`` as bytes, and what is in them ``N L``, 0 or 1."""
    show = camera(settings, modality)
    scenes = [
        scene((settings.seed, part, number), settings.frames, settings.size)
        for number in range(count)
    ]
    labels = torch.tensor([each.labels(modality) for each in scenes])
    return torch.from_numpy(np.stack([show(each) for each in scenes])), labels.float()


def camera(settings: PretrainSettings, modality: str) -> Callable[[Scene], Pixels]:
    """Return what shows a scene ``T H W C`` as extraction would show it to a network."""
    if modality == "rgb":
        return pixels
    if modality == "pose":
        return partial(outlines, side=built(modality).format.size)
    flow = make_flow(settings.flow, settings.size)
    frames = np.arange(settings.frames)
    return lambda scene: flow.render(Clip(Path(), pixels(scene), frames))


def built(modality: str, classes: int = 0) -> Backbone:
    """Return the untrained backbone of a modality, with the global generator as it was."""
    with torch.random.fork_rng(devices=[]):
        return BACKBONES[BACKBONE](
            in_channels=CHANNELS[modality], num_classes=classes, levels=(LAST,)
        )


class Pupil:
    """A backbone with a classifier; it sees clips as the engine shows them."""

    def __init__(self, modality: str, seed: int) -> None:
        self.backbone = built(modality, len(questions(modality)))
        draw_weights(self.backbone, seed)
        # The clips have this layout already; training takes half the time of the other.
        self.backbone.to(memory_format=torch.channels_last_3d)  # type: ignore[call-overload]
        preset = self.backbone.format.normalisation
        self.network = Network(self.backbone, preset, Pooling.parse("full"))

    def __call__(self, clips: Tensor) -> Tensor:
        """Return the logits ``B L`` of clips ``B T H W C``."""
        level = self.backbone(self.network.normalised(clips))[LAST]
        logits: Tensor = self.backbone.get_submodule("fc")(level.mean((2, 3, 4)))
        return logits

    def train(self, clips: Tensor, labels: Tensor, settings: PretrainSettings) -> None:
        """Learn the labels ``N L`` of clips, the rate rising to its peak and falling to nothing."""
        self.backbone.train().requires_grad_(True)
        optimiser = torch.optim.AdamW(self.backbone.parameters(), settings.rate)
        course = torch.optim.lr_scheduler.OneCycleLR(
            optimiser, settings.rate, settings.steps, pct_start=WARM_UP
        )
        for chosen in batches(len(clips), settings):
            loss = F.binary_cross_entropy_with_logits(self(clips[chosen]), labels[chosen])
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            course.step()
        self.backbone.eval().requires_grad_(False)

    def examined(self, clips: Tensor, batch: int) -> Tensor:
        """Return the logits ``N L`` of clips, learning nothing."""
        with torch.inference_mode():
            return torch.cat([self(part) for part in torch.split(clips, batch)])


def batches(count: int, settings: PretrainSettings) -> tuple[Tensor, ...]:
    """Return the numbers of the clips of every step; all are seen before one is seen again."""
    chance = torch.Generator().manual_seed(settings.seed)
    wanted = settings.steps * settings.batch
    rounds = [torch.randperm(count, generator=chance) for _ in range(-(-wanted // count))]
    return torch.split(torch.cat(rounds)[:wanted], settings.batch)


def marks(
    modality: str, answers: NDArray[np.float32], truth: NDArray[np.bool_]
) -> dict[str, dict[str, float]]:
    """Return the area under the ROC curve of each label, by factor, from ``N L`` of both.

    A label that all of the clips have, or none, cannot be scored and is left out.
    """
    found: dict[str, dict[str, float]] = {factor: {} for factor in TOLD[modality]}
    columns = zip(questions(modality), answers.T, truth.T, strict=True)
    for (factor, name), answer, true in columns:
        if 0 < true.mean() < 1:
            found[factor][name] = area(answer, true)
    return found


def area(answers: NDArray[np.float32], truth: NDArray[np.bool_]) -> float:
    """Return how often a clip that has something is ranked above one that has not."""
    beyond = answers[truth][:, None] - answers[~truth]
    return float(((beyond > 0) + (beyond == 0) / 2).mean())
