"""What people wrap around a state dict, and how it is taken off again."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from adf.errors import InvalidInput
from adf.extract.backbones.base import Backbone

WRAPPERS = ("state_dict", "model_state", "model_state_dict", "model", "blobs")
PREFIXES = ("module.", "_orig_mod.", "model.")
# What Caffe2 saved beside the weights.
SOLVER = ("_momentum", "lr", "model_iter")
COUNTER = "num_batches_tracked"


@dataclass
class Translation:
    """Tensors under the names of a backbone, and what was done to get there."""

    tensors: dict[str, Tensor]
    notes: list[str] = field(default_factory=list)


def translated(document: Any, backbone: Backbone, path: Path) -> Translation:
    """Return the tensors of a file in the layout of ``backbone``, as far as dialects explain it."""
    translation = unwrapped(document, path)
    for dialect in DIALECTS:
        dialect(translation, backbone)
    return translation


def unwrapped(document: Any, path: Path) -> Translation:
    """Find the state dict in what a training program saved around it."""
    notes = []
    while isinstance(document, Mapping):
        key = next((key for key in WRAPPERS if isinstance(document.get(key), Mapping)), None)
        if key is None:
            break
        document = document[key]
        notes.append(f"taken from '{key}'")
    if not isinstance(document, Mapping):
        raise InvalidInput(
            f"weights {path} holds {type(document).__name__}, no state dict: save "
            "model.state_dict() with torch.save"
        )
    tensors = {str(key): as_tensor(value) for key, value in document.items() if numeric(value)}
    if not tensors:
        beside = ", ".join(f"'{key}'" for key in list(document)[:5]) or "nothing"
        raise InvalidInput(f"weights {path} holds no tensors, only {beside}: save the state dict")
    ignored = sorted(str(key) for key in document if str(key) not in tensors)
    if ignored:
        notes.append(f"no tensors, ignored: {', '.join(ignored[:10])}")
    return Translation(tensors, notes)


def numeric(value: Any) -> bool:
    """Return whether a value is an array of numbers."""
    return isinstance(value, Tensor) or (
        isinstance(value, np.ndarray) and value.dtype.kind in "fiu"
    )


def as_tensor(value: Any) -> Tensor:
    """Return a tensor; bytes in the order of another machine are swapped."""
    if isinstance(value, Tensor):
        return value.detach()
    return torch.from_numpy(np.array(value, value.dtype.newbyteorder("=")))


def without_solver(translation: Translation, backbone: Backbone) -> None:
    """Drop what Caffe2's solver left beside the weights."""
    if "taken from 'blobs'" in translation.notes:
        kept = {k: v for k, v in translation.tensors.items() if not k.endswith(SOLVER)}
        translation.tensors = kept


def without_prefix(translation: Translation, backbone: Backbone) -> None:
    """Take off what wrapper modules put before every name."""
    found = True
    while found:
        found = False
        for prefix in PREFIXES:
            if all(key.startswith(prefix) for key in translation.tensors):
                cut = {k.removeprefix(prefix): v for k, v in translation.tensors.items()}
                translation.tensors = cut
                translation.notes.append(f"prefix '{prefix}' taken off")
                found = True


def without_head(translation: Translation, backbone: Backbone) -> None:
    """Drop a classifier of any size if the backbone has none."""
    heads = tuple(f"{name}." for name in backbone.head)
    if any(key.startswith(heads) for key in backbone.state_dict()):
        return
    dropped = {k: v for k, v in translation.tensors.items() if k.startswith(heads)}
    if dropped:
        outputs = next(iter(dropped.values())).shape[:1].numel()
        translation.tensors = {k: v for k, v in translation.tensors.items() if k not in dropped}
        translation.notes.append(f"classifier of {outputs} outputs dropped")


def with_counters(translation: Translation, backbone: Backbone) -> None:
    """Add the batch counters that files before torch 0.4.1 lack; nothing reads them."""
    own = backbone.state_dict()
    lacking = [k for k in own if k.endswith(COUNTER) and k not in translation.tensors]
    if lacking:
        translation.tensors.update({key: torch.zeros_like(own[key]) for key in lacking})
        translation.notes.append(f"{len(lacking)} batch counters added")


DIALECTS: tuple[Callable[[Translation, Backbone], None], ...] = (
    without_solver,
    without_prefix,
    without_head,
    with_counters,
)
