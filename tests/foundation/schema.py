"""A small tree of settings that the tests load."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from adf.config import Config, load


@dataclass(frozen=True)
class Optimiser:
    kind: Literal["adam", "sgd"] = "adam"
    lr: float = 0.1
    betas: tuple[float, float] = (0.9, 0.999)


@dataclass(frozen=True)
class Train:
    epochs: int = 3
    optimiser: Optimiser = Optimiser(lr=0.5)
    note: str | None = None

    def __post_init__(self) -> None:
        if self.epochs < 1:
            raise ValueError(f"epochs must be 1 or more, not {self.epochs}")


@dataclass(frozen=True)
class Settings:
    train: Train = Train()
    out: Path = Path("runs")
    levels: tuple[str, ...] = ("layer3", "layer4")
    slurm: dict[str, str] = field(default_factory=dict)
    amp: bool = True
    seed: int | str = 0


def loaded(folder: Path, text: str = "", *sets: str, **more: Any) -> Config[Settings]:
    """Load ``text`` from a file ``x.yaml`` in ``folder``, then ``sets``."""
    path = folder / "x.yaml"
    path.write_text(text)
    return load(Settings, files=[str(path)], sets=sets, **more)
