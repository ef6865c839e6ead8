"""The cache on generated features: filled, damaged, mended, and fused, with the known answer."""

from collections.abc import Callable
from pathlib import Path
from shutil import rmtree
from typing import Any

from adf.errors import ConfigError, CorruptCache

ALONE, TOGETHER = 1 / 3, 1.0


def tour(out: Path, say: Callable[[str], Any]) -> dict[str, Any]:
    """Go the whole way in a folder, saying what happens; return what was found."""
    from adf.cache import FeatureCache
    from adf.demo.features import write_features

    folder = fresh(out)
    names = write_features(folder / "features")
    say(f"1. generated features and clips.csv in {folder}/features")
    facts = fill(folder, names)
    say(f"2. imported them: adf cache info {folder}/cache\n\n{facts}\n")
    found = damage_and_mend(folder, names)
    say(
        f"3. flipped one bit; adf cache verify said:\n   {found}\n   dropped it and filled it again"
    )
    cache = FeatureCache.open(folder / "cache")
    scores, clips = measure(cache), int((cache.clips["split_1"] == "test").sum())
    say(f"4. a linear probe on the cached vectors, on {clips} clips of other films:\n")
    for name, (score, ceiling) in scores.items():
        spread = (ceiling * (1 - ceiling) / clips) ** 0.5
        say(f"   {name:<12} {score:6.1%}   ceiling {ceiling:.1%} +- {spread:.1%}")
    say(f"\nOpen {folder}/cache with adf, zarr, xarray or h5py: docs/cache.md shows how.")
    return {"ok": True, "damage": found, "accuracy": {k: v[0] for k, v in scores.items()}}


def fresh(folder: Path) -> Path:
    """Return an empty folder, replacing what an earlier demo left."""
    mark = folder / ".adf-demo"
    if folder.exists() and not mark.is_file():
        raise ConfigError(f"out: {folder} exists and was not made by adf demo: give another folder")
    rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    mark.touch()
    return folder


def fill(folder: Path, names: list[str]) -> str:
    """Do as ``adf cache import`` does, and return the summary; done twice, it fills what lacks."""
    from adf.cache.arrays import ImportConfig, import_arrays, parse_features
    from adf.cache.info import as_text, describe
    from adf.cache.plan import read_plan
    from adf.cache.root import Root

    plan = read_plan(folder / "features" / "clips.csv", "look-and-move")
    import_arrays(folder / "cache", plan, parse_features(names), ImportConfig())
    return as_text(describe(Root.open(folder / "cache")))


def damage_and_mend(folder: Path, names: list[str]) -> str:
    """Flip a bit of the cache, find it, and put things right; return what was found."""
    from adf.cache.mend import collect
    from adf.cache.root import Root
    from adf.cache.verify import verify

    shard = folder / "cache" / "rgb" / "layer3" / "c.2.0.0.0.0"
    data = bytearray(shard.read_bytes())
    data[len(data) // 2] ^= 1
    shard.write_bytes(data)
    root = Root.open(folder / "cache")
    (found,) = map(str, verify(root))
    collect(root, damaged=True)
    fill(folder, names)
    if verify(root):
        raise CorruptCache(f"{folder}/cache could not be mended")
    return found


def measure(cache: Any) -> dict[str, tuple[float, float]]:
    """Return accuracy and ceiling of each modality and of both."""
    from adf.demo.probe import accuracy

    return {
        "rgb": (accuracy(cache, ["rgb"]), ALONE),
        "flow": (accuracy(cache, ["flow"]), ALONE),
        "rgb x flow": (accuracy(cache, ["rgb", "flow"]), TOGETHER),
    }
