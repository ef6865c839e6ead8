"""What can be chosen about optical flow; importing it loads nothing heavy."""

import math
import re
from dataclasses import dataclass
from typing import Literal, get_args

from adf.errors import ConfigError
from adf.registry import nearest

MethodName = Literal["dis", "farneback", "tvl1", "raft", "repflow", "frames"]
Channels = Literal[2, 3]
Steady = Literal["none", "median"]
# Which method needs which of the fields that say where something lies.
NEEDS = {"weights": "raft", "folder": "frames"}
EXAMPLES = {"weights": "FILE, torchvision or random[:SEED]", "folder": "where the pictures lie"}
RANDOM = re.compile(r"random(:\d{1,18})?", re.ASCII)


@dataclass(frozen=True)
class FlowSettings:
    """How motion is found, and how it becomes a picture.

    Motion beyond ``bound`` pixels (of the network's picture) is clipped. ``channels`` 3 adds the
    length of the motion to u and v, for networks with an RGB stem. ``steady`` "median" takes the
    motion of the camera away. ``weights`` are of raft alone, ``folder`` is of frames alone.
    """

    method: MethodName = "dis"
    bound: float = 20.0
    channels: Channels = 2
    steady: Steady = "none"
    weights: str = ""
    folder: str = ""

    def __post_init__(self) -> None:
        require_one_of("method", self.method, get_args(MethodName))
        require_one_of("channels", self.channels, get_args(Channels))
        require_one_of("steady", self.steady, get_args(Steady))
        if not (math.isfinite(self.bound) and self.bound > 0):
            raise ConfigError(f"flow.bound is {self.bound}: give pixels, more than 0, such as 20")
        for field, method in NEEDS.items():
            given: str = getattr(self, field)
            if self.method == method and not given:
                raise ConfigError(
                    f"flow.{field} is empty, and {method} needs it: {EXAMPLES[field]}"
                )
            if self.method != method and given:
                raise ConfigError(
                    f"flow.{field} is for flow.method {method} only: leave it out for {self.method}"
                )
        if re.match(r"random($|:)", self.weights) and not RANDOM.fullmatch(self.weights):
            raise ConfigError(
                f"flow.weights is '{self.weights}': the seed is a whole number, as in random:7"
            )


def require_one_of(field: str, given: object, known: tuple[object, ...]) -> None:
    """Raise ConfigError unless a setting has one of the values known."""
    if given not in known:
        names = [str(name) for name in known]
        raise ConfigError(
            f"flow.{field} is '{given}'.{nearest(str(given), names)} Known: {', '.join(names)}"
        )
