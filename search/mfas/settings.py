"""What MFAS can be told; the defaults are those of its authors, but for the budget."""

from dataclasses import dataclass
from typing import Literal

from adf.search.require import require

Mode = Literal["intent", "faithful", "improved"]


@dataclass(frozen=True)
class MfasSettings:
    """Which networks of rows can be found, and how they are explored.

    A network has up to ``fusions`` rows, each a layer of ``width`` outputs; ``alphas`` lets it
    weigh the modalities, ``batch_norm`` puts a norm before the dropout (``train.dropout``). Each
    step trains ``samples`` candidates; an iteration has a step for every row, and ``iterations`` 0
    go on as long as the budget pays. ``temperature`` goes from its first to its second value, the
    faster the smaller ``cooling`` is. With ``sharing`` layers start from the weights that they
    had in the candidate before.
    """

    mode: Mode = "intent"
    fusions: int = 4
    width: int = 16
    batch_norm: bool = False
    alphas: bool = False
    samples: int = 15
    iterations: int = 0
    temperature: tuple[float, float] = (10.0, 0.2)
    cooling: float = 4.0
    sharing: bool = False

    def __post_init__(self) -> None:
        for name in ("fusions", "width", "samples"):
            require(getattr(self, name) >= 1, name, getattr(self, name), "1 or more")
        advice = "1 or more, or 0 for as many as the budget pays for"
        require(self.iterations >= 0, "iterations", self.iterations, advice)
        require(min(self.temperature) > 0, "temperature", self.temperature, "two above 0")
        require(self.cooling > 0, "cooling", self.cooling, "more than 0, such as 4")
