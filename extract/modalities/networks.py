"""Networks of torchvision that find persons or motion, with weights from a file or drawn.

network = built("lraspp_mobilenet_v3_large", seed=0)
digest = filled(network, "weights.pth", "lraspp_mobilenet_v3_large", "pose.weights")
"""

from inspect import signature
from pathlib import Path
from typing import Any

import torch
from torch import nn
from torchvision.models import get_model_builder

from adf.errors import InvalidInput
from adf.extract.checkpoints import read_checkpoint
from adf.extract.checkpoints.dialects import COUNTER, unwrapped
from adf.extract.checkpoints.matching import layout, listed, spelled
from adf.extract.checkpoints.published import published


def built(name: str, seed: int = 0, **arguments: Any) -> nn.Module:
    """Return torchvision's network of a name, frozen, with weights drawn by ``seed``."""
    build = get_model_builder(name)
    # Some have a part that is filled, and downloaded, unless it is told not to be.
    parts = {"weights", "weights_backbone"} & signature(build).parameters.keys()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network: nn.Module = build(**dict.fromkeys(parts), **arguments)
    return network.requires_grad_(False).eval()


def filled(network: nn.Module, source: str, name: str, field: str) -> str:
    """Fill a network from a file, or with ``torchvision``'s own weights; return ``sha256:...``.

    Every key has to fit, but for counters of batches, which nothing reads. ``field`` is the
    setting that ``source`` stands in.
    """
    path = published(name, field)[0] if source == "torchvision" else Path(source).expanduser()
    document, digest = read_checkpoint(path)
    tensors = unwrapped(document, path).tensors
    own = network.state_dict()
    given = {key: value for key, value in tensors.items() if not key.endswith(COUNTER)}
    wanted, found = layout(own), layout(given)
    differ = [key for key, shape in found.items() if wanted.get(key, shape) != shape]
    faults = (
        listed("missing", [k for k in wanted if k not in found and not k.endswith(COUNTER)]),
        listed("unexpected", [k for k in found if k not in wanted]),
        listed(
            "misshapen",
            [f"{k} ({spelled(found[k])}, not {spelled(wanted[k])})" for k in differ],
        ),
        listed("with NaN or Inf", [k for k, v in given.items() if not v.isfinite().all()]),
    )
    if told := "; ".join(filter(None, faults)):
        raise InvalidInput(f"{field}: {path} does not fit {name}: {told}")
    network.load_state_dict({**own, **given})
    return digest
