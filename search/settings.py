"""What a search can be told; the defaults suit a cache of a few thousand clips."""

from dataclasses import dataclass, field
from typing import Literal

from adf.search.bm_nas.settings import BmNasSettings
from adf.search.genotypes.genotype import ZERO
from adf.search.mfas.settings import MfasSettings
from adf.search.require import require

Optimizer = Literal["adamw", "adam", "sgd"]
Schedule = Literal["cosine", "constant", "restarts"]
# What is asked for of a batch.
PAIR = "2 or more: norms compare the clips of a batch"


@dataclass(frozen=True)
class SpaceSettings:
    """Which networks can be found.

    ``levels`` are candidates for every modality (none given: all in the cache). ``size`` and
    ``frames`` are the grid: finest, coarsest, or a number. ``edges`` 0 keeps all, ``outputs`` 0
    joins all nodes.
    """

    modalities: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    ops: tuple[str, ...] = (
        "zero",
        "skip",
        "conv_1x1x1",
        "conv_2plus1d",
        "conv_3x3x3",
        "dil_conv_3x3x3",
        "sep_conv_3x3x3",
    )
    channels: int = 16
    nodes: int = 2
    edges: int = 2
    cells: int = 1
    outputs: int = 0
    size: str = "finest"
    frames: str = "coarsest"
    stem: Literal["adapters", "concat"] = "adapters"
    copies: int = 3

    def __post_init__(self) -> None:
        require(bool(set(self.ops) - {ZERO}), "ops", list(self.ops), "one besides zero")
        for name in ("channels", "nodes", "cells", "copies"):
            require(getattr(self, name) >= 1, name, getattr(self, name), "1 or more")
        require(self.edges >= 0, "edges", self.edges, "1 or more, or 0 for all")
        outputs = f"1 to {self.nodes} (nodes), or 0 for all"
        require(0 <= self.outputs <= self.nodes, "outputs", self.outputs, outputs)


@dataclass(frozen=True)
class TrainSettings:
    """How a network that was found is trained."""

    epochs: int = 12
    batch: int = 16
    accumulate: int = 1
    optimizer: Optimizer = "adamw"
    rate: float = 1.5e-2
    momentum: float = 0.9
    decay: float = 1e-2
    schedule: Schedule = "cosine"
    warm_up: float = 0.1
    clip: float = 5.0
    dropout: float = 0.1
    smoothing: float = 0.0
    average: float = 0.0

    def __post_init__(self) -> None:
        for name in ("epochs", "accumulate"):
            require(getattr(self, name) >= 1, name, getattr(self, name), "1 or more")
        require(self.batch >= 2, "batch", self.batch, PAIR)
        require(self.rate > 0, "rate", self.rate, "more than 0, such as 0.005")
        for name in ("momentum", "warm_up", "dropout", "average", "smoothing"):
            require(0 <= getattr(self, name) < 1, name, getattr(self, name), "0 or more, below 1")
        for name in ("decay", "clip"):
            require(getattr(self, name) >= 0, name, getattr(self, name), "0 or more")


@dataclass(frozen=True)
class Guards:
    """What keeps a relaxation from its known faults; each may be added to any method.

    ``beta_decay`` weighs a penalty on large logits, rising to its value (beta-DARTS).
    ``auxiliary`` adds a skip to every edge that fades away (DARTS-). ``perturb`` moves the logits
    at random while weights learn, rising to its value (SDARTS-RS). ``partial`` of 4 sends a
    quarter of the channels through the operations (PC-DARTS). ``selection`` by ``perturbation``
    keeps the operation whose loss would hurt most (DARTS-PT). ``curvature_stop`` ends the search
    where the largest eigenvalue of the loss grows by this factor, and goes back to the genotype of
    before it grew (RobustDARTS; 0: never); it needs ``relax.curvature_every``.
    """

    beta_decay: float = 0.0
    auxiliary: bool = False
    perturb: float = 0.0
    partial: int = 1
    selection: Literal["strongest", "perturbation"] = "strongest"
    curvature_stop: float = 0.0

    def __post_init__(self) -> None:
        require(self.partial >= 1, "partial", self.partial, "1 or more")
        for name in ("beta_decay", "perturb", "curvature_stop"):
            require(getattr(self, name) >= 0, name, getattr(self, name), "0 or more")


@dataclass(frozen=True)
class RelaxSettings:
    """How a supernet and its architecture parameters are trained.

    The first ``warm_up`` epochs train weights alone. ``order`` 2 looks one step of the weights
    ahead. ``temperature`` goes from its first to its second value (methods that sample). Every
    ``curvature_every`` epochs the largest eigenvalue of the judging loss is measured (0: never).
    """

    epochs: int = 30
    warm_up: int = 5
    batch: int = 16
    accumulate: int = 1
    optimizer: Optimizer = "adamw"
    rate: float = 1.5e-2
    momentum: float = 0.9
    decay: float = 3e-4
    clip: float = 5.0
    alpha_rate: float = 3e-2
    alpha_decay: float = 1e-3
    order: Literal[1, 2] = 1
    temperature: tuple[float, float] = (10.0, 0.1)
    curvature_every: int = 0
    guards: Guards = field(default_factory=Guards)

    def __post_init__(self) -> None:
        for name in ("epochs", "accumulate"):
            require(getattr(self, name) >= 1, name, getattr(self, name), "1 or more")
        require(self.batch >= 2, "batch", self.batch, PAIR)
        for name in ("rate", "alpha_rate"):
            require(getattr(self, name) > 0, name, getattr(self, name), "more than 0")
        for name in ("decay", "alpha_decay", "clip"):
            require(getattr(self, name) >= 0, name, getattr(self, name), "0 or more")
        require(0 <= self.momentum < 1, "momentum", self.momentum, "0 or more, below 1")
        fewer = f"0, or fewer than the {self.epochs} epochs"
        require(0 <= self.warm_up < self.epochs, "warm_up", self.warm_up, fewer)
        require(min(self.temperature) > 0, "temperature", self.temperature, "two above 0")
        every, stop = self.curvature_every, self.guards.curvature_stop
        require(every >= 0, "curvature_every", every, "0 or more")
        advice = "1 or more, since guards.curvature_stop needs measurements"
        require(every > 0 or not stop, "curvature_every", every, advice)


@dataclass(frozen=True)
class ProposeSettings:
    """How the levels of candidates are proposed: by so many epochs of a relaxation of them."""

    epochs: int = 8
    warm_up: int = 2

    def __post_init__(self) -> None:
        require(self.epochs >= 1, "epochs", self.epochs, "1 or more")
        fits = 0 <= self.warm_up < self.epochs
        require(fits, "warm_up", self.warm_up, "fewer than epochs, or 0")


@dataclass(frozen=True)
class SearchSettings:
    """One search: on which features, in which space, by which method, for how much.

    ``budget`` is what methods that train candidates may spend, in epochs of one candidate;
    ``share`` of the training clips teach weights where the split has no clips for validation.
    """

    cache: str = ""
    method: str = "propose-and-judge"
    split: str = "1"
    seed: int = 0
    budget: int = 600
    share: float = 0.5
    device: str = "auto"
    amp: bool = False
    space: SpaceSettings = field(default_factory=SpaceSettings)
    train: TrainSettings = field(default_factory=TrainSettings)
    relax: RelaxSettings = field(default_factory=RelaxSettings)
    propose: ProposeSettings = field(default_factory=ProposeSettings)
    mfas: MfasSettings = field(default_factory=MfasSettings)
    bm_nas: BmNasSettings = field(default_factory=BmNasSettings)

    def __post_init__(self) -> None:
        require(bool(self.cache), "cache", "not given", "the folder that adf-extract filled")
        require(0 <= self.seed < 2**31, "seed", self.seed, "0 to 2147483647")
        require(self.budget >= 1, "budget", self.budget, "1 or more")
        require(0 < self.share < 1, "share", self.share, "a fraction between 0 and 1")
