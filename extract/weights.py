"""`--weights FILE | random[:SEED] | torchvision`: the values of a backbone and where they are from.

from adf.extract.weights import load_weights
loaded = load_weights(backbone, "r3d50_K_200ep.pth")
loaded.weights    # sha256:...
"""

import hashlib
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, get_args

import torch
from torch import nn

from adf.errors import ConfigError
from adf.extract.backbones.base import Backbone
from adf.extract.backbones.stem import mean_over_channels, stem_key
from adf.extract.checkpoints import download, read_checkpoint, require_match, translated

AdaptStem = Literal["none", "mean"]


@dataclass(frozen=True)
class Loaded:
    """``weights`` names exact values, ``changes`` what was done to them; both are provenance.

    ``notes`` says how the file was read, which changes no value.
    """

    weights: str
    changes: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def load_weights(backbone: Backbone, source: str, adapt_stem: AdaptStem = "none") -> Loaded:
    """Fill ``backbone`` from ``source``; every key of a file has to fit.

    With ``adapt_stem`` "mean", kernels trained on other channels than the backbone takes are
    averaged over them and repeated, unscaled, for each of its own.
    """
    if adapt_stem not in get_args(AdaptStem):
        raise ConfigError(f"--adapt-stem is none or mean, not '{adapt_stem}'")
    seed = random_seed(source)
    if seed is not None:
        draw_weights(backbone, seed)
        return Loaded(f"random:{seed}")
    if source == "torchvision":
        path, name = download(backbone)
        loaded = load_file(backbone, path, adapt_stem)
        return Loaded(loaded.weights, loaded.changes, (name, *loaded.notes))
    return load_file(backbone, Path(source).expanduser(), adapt_stem)


def random_seed(source: str) -> int | None:
    """Return the seed of ``random[:SEED]``, or nothing for other sources."""
    if source != "random" and not source.startswith("random:"):
        return None
    number = source.removeprefix("random").removeprefix(":") or "0"
    if not re.fullmatch(r"\d{1,18}", number, re.ASCII):
        raise ConfigError(f"--weights {source}: the seed is a whole number, as in random:7")
    return int(number)


def load_file(backbone: Backbone, path: Path, adapt_stem: AdaptStem) -> Loaded:
    """Fill ``backbone`` from a file."""
    document, digest = read_checkpoint(path)
    translation = translated(document, backbone, path)
    tensors, changes = translation.tensors, {}
    stem = stem_key(backbone)
    kernels = tensors.get(stem)
    wanted = backbone.in_channels
    if adapt_stem == "mean" and kernels is not None and kernels.ndim == 5:
        given = kernels.shape[1]
        if given != wanted:
            tensors[stem] = mean_over_channels(kernels, wanted)
            changes["adapt_stem"] = {"policy": "mean", "from": given, "to": wanted}
    require_match(tensors, backbone, path)
    backbone.load_state_dict(tensors)
    return Loaded(digest, changes, tuple(translation.notes))


def draw_weights(backbone: Backbone, seed: int) -> None:
    """Draw all kernels of a new backbone; norms stay as built, biases become 0.

    Each kernel has its own generator, so that its values depend on seed, name and shape alone, and
    whole multiples of 2**-24 are scaled by one multiplication, which every machine rounds alike.
    """
    for name, module in backbone.named_modules():
        if not isinstance(module, nn.Conv3d | nn.Linear):
            continue
        text = hashlib.sha256(f"{seed}:{name}".encode()).digest()
        generator = torch.Generator().manual_seed(int.from_bytes(text[:7], "little"))
        shape = module.weight.shape
        # Even spread of variance 2 / fan-in keeps the size of values through a ReLU.
        bound = math.sqrt(6 / shape[1:].numel())
        drawn = torch.rand(shape, generator=generator).sub_(0.5).mul_(2 * bound)
        module.weight.data.copy_(drawn)
        if module.bias is not None:
            module.bias.data.zero_()
