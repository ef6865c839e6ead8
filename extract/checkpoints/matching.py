"""Comparing a state dict with a backbone, key by key, and guessing whose it is instead."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import torch
from torch import Tensor

from adf.errors import InvalidInput
from adf.extract.backbones import BACKBONES, Backbone
from adf.extract.backbones.stem import stem_key
from adf.extract.checkpoints.dialects import COUNTER

Layout = Mapping[str, tuple[int, ...]]
SHOWN = 10
# Names that only the files of other code bases begin with.
FOREIGN = {
    "s1.pathway0_stem": "a network of PySlowFast",
    "blocks.0.": "a network of pytorchvideo",
    "backbone.": "a network of mmaction2",
    "res_conv1_bn": "a network of Caffe2",
}


def require_match(tensors: Mapping[str, Tensor], backbone: Backbone, path: Path) -> None:
    """Raise with every fault if ``tensors`` are not exactly the state of ``backbone``."""
    own = backbone.state_dict()
    wanted, found = layout(own), layout(tensors)
    shared = [key for key in wanted if key in found]
    faults = [
        listed("missing", [key for key in wanted if key not in found]),
        listed("unexpected", [key for key in found if key not in wanted]),
        listed(
            "misshapen",
            [
                f"{key} ({spelled(found[key])}, not {spelled(wanted[key])})"
                for key in shared
                if found[key] != wanted[key]
            ],
        ),
        listed(
            "of whole numbers",
            [k for k in shared if own[k].is_floating_point() > tensors[k].is_floating_point()],
        ),
    ]
    told = "; ".join(fault for fault in faults if fault)
    if told:
        hint = whose(found, backbone)
        raise InvalidInput(f"weights {path} do not fit {backbone.name}: {told}.{hint}")
    bad = [key for key in shared if not tensors[key].isfinite().all()]
    if bad:
        raise InvalidInput(
            f"weights {path} are not finite: {listed('with NaN or Inf', bad)}; take another file"
        )


def layout(state: Mapping[str, Tensor]) -> Layout:
    """Return the shape of every key."""
    return {key: tuple(value.shape) for key, value in state.items()}


def spelled(shape: tuple[int, ...]) -> str:
    """Return ``64x3x7x7x7``."""
    return "x".join(map(str, shape)) or "a number"


def listed(kind: str, names: list[str]) -> str:
    """Return ``12 missing: a, b and 10 more``, or nothing."""
    if not names:
        return ""
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return f"{len(names)} {kind}: {', '.join(names[:SHOWN])}{more}"


def whose(found: Layout, backbone: Backbone) -> str:
    """Return a sentence about the network ``found`` obviously belongs to, or nothing."""
    for beginning, owner in FOREIGN.items():
        if any(key.startswith(beginning) for key in found):
            return f" It is {owner}, whose layout no backbone has"
    for name in BACKBONES:
        key, plain = fingerprint(name)
        if key not in found:
            continue
        same = {k: v for k, v in found.items() if k in plain or not is_beside(k, name)}
        if bodies(same, key) != bodies(plain, key):
            continue
        channels = found[key][1]
        if name != backbone.name:
            return f" It is of {name} with {channels} input channels: take that backbone"
        if channels == backbone.in_channels:
            return ""
        if backbone.in_channels < channels:
            return f" It takes {channels} channels: give --adapt-stem mean to average its stem"
        return f" It takes {channels} channels, this modality has {backbone.in_channels}"
    return ""


def is_beside(key: str, name: str) -> bool:
    """Return whether a key is no part of the features: classifier, or batch counter."""
    return key.startswith(heads(name)) or key.endswith(COUNTER)


def bodies(shapes: Layout, stem: str) -> Layout:
    """Return the layout with the number of input channels left open."""
    kept = {key: shape for key, shape in shapes.items() if not key.endswith(COUNTER)}
    if len(kept.get(stem, ())) > 1:
        kept[stem] = (kept[stem][0], -1, *kept[stem][2:])
    return kept


@cache
def heads(name: str) -> tuple[str, ...]:
    """Return what the keys of a classifier begin with."""
    with torch.device("meta"):
        return tuple(f"{head}." for head in BACKBONES[name]().head)


@cache
def fingerprint(name: str) -> tuple[str, Layout]:
    """Return the key of the stem and the layout of a registered backbone, without its weights."""
    with torch.device("meta"):
        network = BACKBONES[name]()
    return stem_key(network), layout(network.state_dict())
