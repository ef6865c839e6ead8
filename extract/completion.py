"""What a shell offers for the values of options; what names them is imported when it asks."""

from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from types import MappingProxyType
from typing import Any, get_args, get_type_hints

import click
from click.shell_completion import CompletionItem

from adf.extract.modalities import MODALITIES

# Where the names of a setting are that its type does not tell.
NAMED_IN: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "dataset": ("adf.extract.datasets", "DATASETS"),
        "backbone": ("adf.extract.backbones", "BACKBONES"),
        "normalisation": ("adf.extract.backbones", "NORMALISATIONS"),
        "pool": ("adf.extract.engine.pooling", "PRESETS"),
    }
)
SPELLED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "modality": MODALITIES,
        "weights": ("torchvision", "random"),
        "levels": ("layer1", "layer2", "layer3", "layer4"),
        "adapt_stem": ("none", "mean"),
        "device": ("auto", "cpu", "cuda"),
    }
)


def offers(
    key: str,
) -> Callable[[click.Context, click.Parameter, str], list[CompletionItem]]:
    """Return what completes an option that stands for the setting ``key``."""

    def complete(
        ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        begun, last = _parted(incomplete)
        names = [begun + name for name in values(key) if name.startswith(last)]
        # Shells complete files themselves, and forget what was said before.
        files = [CompletionItem(last, type="file")] if key == "weights" else []
        return files + [CompletionItem(name) for name in names]

    return complete


def values(key: str) -> Iterable[str]:
    """Return the names that a setting may have."""
    if key in SPELLED:
        return SPELLED[key]
    if key in NAMED_IN:
        module, attribute = NAMED_IN[key]
        names: Iterable[str] = getattr(import_module(module), attribute)
        return names
    from adf.extract.settings import ExtractSettings

    kind: Any = ExtractSettings
    for part in key.split("."):
        kind = get_type_hints(kind)[part]
    return get_args(kind)


def _parted(incomplete: str) -> tuple[str, str]:
    """Return what stays, ``flow=`` or ``rgb,``, and the name that is to be completed."""
    ends = [at + 1 for mark in ("=", ",") if (at := incomplete.rfind(mark)) >= 0]
    end = max(ends, default=0)
    return incomplete[:end], incomplete[end:]
