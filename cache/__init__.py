"""The feature cache: written once, verified, read by anything. No torch in here.

from adf.cache import FeatureCache
cache = FeatureCache.open("ucf101.cache")
batch = cache.read([3, 1, 4], "rgb", "layer3")
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if not __name__.startswith("adf."):
    raise ImportError("this folder is the package adf.cache: import adf.cache")

if TYPE_CHECKING:
    from adf.cache.appender import Appender as Appender
    from adf.cache.appender import claims as claims
    from adf.cache.appender import until_filled as until_filled
    from adf.cache.draft import Draft as Draft
    from adf.cache.plan import ClipPlan as ClipPlan
    from adf.cache.provenance import Provenance as Provenance
    from adf.cache.reader import FeatureCache as FeatureCache
    from adf.cache.root import Root as Root
    from adf.cache.spec import FeatureSpec as FeatureSpec
    from adf.cache.stores import STORES as STORES

# Loaded when first used, so that a command line can show its help without numpy and pandas.
_HOME = {
    "Appender": "appender",
    "ClipPlan": "plan",
    "Draft": "draft",
    "FeatureCache": "reader",
    "FeatureSpec": "spec",
    "Provenance": "provenance",
    "Root": "root",
    "STORES": "stores",
    "claims": "appender",
    "until_filled": "appender",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'adf.cache' has no attribute '{name}'")
    return getattr(import_module(f"adf.cache.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted(_HOME)
