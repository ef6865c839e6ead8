"""Weights files of every kind, right and wrong."""

import io
import pickle
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from adf.extract.backbones import Backbone
from adf.extract.backbones.blocks3d import Plan
from adf.extract.backbones.formats import KENSHOHARA
from adf.extract.backbones.resnet3d import ResNet3D
from adf.extract.weights import draw_weights

NAME = "tiny"


def fresh(**options: Any) -> Backbone:
    """Return a network small enough to be written often, with every kind of key."""
    plan = Plan((1, 1, 1, 1), bottleneck=False, width=4)
    return ResNet3D(NAME, KENSHOHARA, plan).configured(**options)


@cache
def trained() -> Mapping[str, Tensor]:
    """Return a state with a classifier, as published; do not change its tensors."""
    backbone = fresh(num_classes=7)
    draw_weights(backbone, 11)
    state = backbone.state_dict()
    for value in state.values():
        if value.ndim == 1:
            value.add_(torch.linspace(0, 0.5, len(value)))
    return state


def saved(path: Path, document: Any, **options: Any) -> Path:
    torch.save(document, path, **options)
    return path


def bytes_of(document: Any) -> bytes:
    buffer = io.BytesIO()
    torch.save(document, buffer)
    return buffer.getvalue()


class Hostile:
    """Touches a file when it is unpickled by whoever trusts it."""

    def __init__(self, witness: Path) -> None:
        self.witness = witness

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.witness,)


class HostileCode:
    """The same through ``exec``, which every Python has."""

    def __init__(self, witness: Path) -> None:
        self.code = f"open({str(witness)!r}, 'w').close()"

    def __reduce__(self) -> tuple[Any, ...]:
        return exec, (self.code,)


def pickled(document: Any, protocol: int) -> bytes:
    return pickle.dumps(document, protocol=protocol)


def holds(backbone: Backbone, state: Mapping[str, Tensor]) -> bool:
    """Return whether every value of the backbone is that of ``state``."""
    own = backbone.state_dict()
    return all(torch.equal(value, state[key]) for key, value in own.items())
