"""What is particular to BM-NAS; how long and how fast its supernet learns is told by ``relax``."""

from dataclasses import dataclass
from typing import Literal

from adf.search.require import require

Mode = Literal["repaired", "faithful"]
# The operations that were searched over as published, and the one that was only defined.
SEARCHED = ("Sum", "ScaleDotAttn", "LinearGLU", "ConcatFC")
NAMES = (*SEARCHED, "CatConvMish")


@dataclass(frozen=True)
class BmNasSettings:
    """Which networks BM-NAS can find, and how its architecture parameters learn.

    A state is ``channels`` by ``length``. Each of ``cells`` takes two levels or earlier cells, and
    the last ``outputs`` of them are read by the classifier; each of ``steps`` in a cell takes two
    states by one of ``ops``, and the last ``step_outputs`` of them are joined. ``mode`` faithful
    has the faults of the released search, to compare with.
    """

    mode: Mode = "repaired"
    channels: int = 64
    length: int = 8
    cells: int = 2
    outputs: int = 2
    steps: int = 2
    step_outputs: int = 2
    ops: tuple[str, ...] = SEARCHED
    alpha_rate: float = 3e-4
    alpha_decay: float = 1e-3

    def __post_init__(self) -> None:
        for name in ("channels", "length", "cells", "steps"):
            require(getattr(self, name) >= 1, name, getattr(self, name), "1 or more")
        fits = 1 <= self.outputs <= self.cells
        require(fits, "outputs", self.outputs, f"1 to {self.cells} (cells)")
        fits = 1 <= self.step_outputs <= self.steps
        require(fits, "step_outputs", self.step_outputs, f"1 to {self.steps} (steps)")
        known = bool(self.ops) and set(self.ops) <= set(NAMES)
        require(known, "ops", list(self.ops), f"one or more of {', '.join(NAMES)}")
        once = len(set(self.ops)) == len(self.ops)
        require(once, "ops", list(self.ops), "each of them once")
        require(self.alpha_rate > 0, "alpha_rate", self.alpha_rate, "more than 0, such as 3e-4")
        require(self.alpha_decay >= 0, "alpha_decay", self.alpha_decay, "0 or more")
