"""What a user chooses of the modality ``pose``."""

import re
from dataclasses import dataclass
from typing import Literal, get_args

from adf.errors import ConfigError

Method = Literal["lraspp", "maskrcnn", "keypointrcnn", "mediapipe", "sidecar", "frames"]
Rendering = Literal["masked-rgb", "mask", "heatmap"]
NETWORKS = ("lraspp", "maskrcnn", "keypointrcnn")
WITH_KEYPOINTS = ("keypointrcnn", "sidecar")
LARGEST_SCALE = 8


@dataclass(frozen=True)
class PoseSettings:
    """How persons are found and drawn.

    ``weights`` are a FILE, ``torchvision`` or ``random[:SEED]`` for the networks of torchvision,
    which need them; for ``mediapipe`` a .tflite FILE, or nothing to take the one of the package
    mediapipe. ``folder`` is where ``sidecar`` (nothing: beside the video) and ``frames`` look.
    ``scale`` says how many times larger the pictures are in which persons are found than those
    drawn. ``threshold`` is the score above which a detected person counts.
    """

    method: Method = "lraspp"
    rendering: Rendering = "masked-rgb"
    weights: str = ""
    folder: str = ""
    scale: int = 2
    threshold: float = 0.5

    def __post_init__(self) -> None:
        for field, known in (("method", get_args(Method)), ("rendering", get_args(Rendering))):
            if getattr(self, field) not in known:
                text = getattr(self, field)
                raise ConfigError(f"pose.{field} is '{text}': take one of {', '.join(known)}")
        if not 1 <= self.scale <= LARGEST_SCALE:
            raise ConfigError(f"pose.scale is {self.scale}: take 1 to {LARGEST_SCALE}")
        if not 0 <= self.threshold <= 1:
            raise ConfigError(f"pose.threshold is {self.threshold}: take 0 to 1")
        self._check_rendering()
        self._check_sources()

    def _check_rendering(self) -> None:
        if self.method == "frames" and self.rendering != "masked-rgb":
            raise ConfigError(
                f"pose.rendering is '{self.rendering}', and frames are drawn already: leave it out"
            )
        if self.rendering == "heatmap" and self.method not in WITH_KEYPOINTS:
            raise ConfigError(
                f"pose.rendering 'heatmap' needs keypoints, which {self.method} has not: take "
                "pose.method keypointrcnn or sidecar, or pose.rendering masked-rgb or mask"
            )

    def _check_sources(self) -> None:
        if self.folder and self.method not in ("sidecar", "frames"):
            raise ConfigError(
                f"pose.folder is given and {self.method} reads no files: leave it out, or take "
                "pose.method sidecar or frames"
            )
        if self.weights and self.method in ("sidecar", "frames"):
            raise ConfigError(f"pose.weights is given and {self.method} has none: leave it out")
        drawn = self.weights == "torchvision" or self.weights.split(":")[0] == "random"
        if drawn and self.method == "mediapipe":
            raise ConfigError(
                f"pose.weights is '{self.weights}': name a .tflite file, or leave it out to take "
                "the one of the package mediapipe"
            )
        if self.weights.startswith("random:") and self.seed is None:
            raise ConfigError(
                f"pose.weights is '{self.weights}': the seed is a whole number, as in random:7"
            )

    @property
    def seed(self) -> int | None:
        """The seed of random weights, or nothing for others."""
        found = re.fullmatch(r"random(?::(\d{1,18}))?", self.weights, re.ASCII)
        return int(found[1] or 0) if found else None
