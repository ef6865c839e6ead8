"""Where every number comes from: commands, data, versions and settings."""

import json
from collections.abc import Sequence
from typing import Any

from adf.evaluate.report.markup import Markup, join, tag
from adf.evaluate.report.numbers import whole
from adf.evaluate.report.runs import Run

# What the numbers depend on, of all that is installed.
PACKAGES = ("autodeepfuse", "torch", "torchvision", "numpy", "zarr", "h5py", "optuna")


def provenance(runs: Sequence[Run]) -> Markup:
    """Return a list of facts for every run."""
    return tag("section", tag("h2", "Provenance"), *(_run(run) for run in runs), class_="sources")


def _run(run: Run) -> Markup:
    result, env = run.fields.value, _environment(run)
    made = _mapping(result, "provenance")
    versions, git = _mapping(env, "packages"), _mapping(env, "git")
    changed = " with changes" if git.get("dirty") else ""
    facts: list[tuple[str, str | None]] = [
        ("Folder", run.name),
        ("Command", _code(run.file("command.txt"))),
        ("Cache", _said(result.get("cache"))),
        ("Digests", _digests(made)),
        ("Splits", _said(result.get("splits", result.get("split")))),
        ("Seeds", _said(result.get("seeds", result.get("seed")))),
        ("Table", _said(result.get("table"))),
        ("Seconds", _seconds(result)),
        ("Python", _said(env.get("python"))),
        ("Platform", _said(env.get("platform"))),
        ("Packages", _said([f"{name} {versions[name]}" for name in PACKAGES if name in versions])),
        ("Commit", f"{git['commit']}{changed}" if git.get("commit") else None),
        ("Training", ", ".join(f"{name} {v}" for name, v in _mapping(result, "train").items())),
    ]
    listed = [join(tag("dt", name), tag("dd", value)) for name, value in facts if value]
    config = run.file("config.yaml")
    settings = (
        tag("details", tag("summary", "All settings"), tag("pre", config)) if config else None
    )
    return tag("div", tag("h3", run.name), tag("dl", *listed), settings)


def _environment(run: Run) -> dict[str, Any]:
    try:
        values = json.loads(run.file("env.json") or "{}")
    except (ValueError, RecursionError):
        return {}
    return values if isinstance(values, dict) else {}


def _mapping(values: dict[str, Any], key: str) -> dict[str, Any]:
    """Return a field that should be an object; it is nothing to fail for."""
    found = values.get(key)
    return found if isinstance(found, dict) else {}


def _code(text: str) -> Markup | None:
    return tag("pre", text.strip()) if text.strip() else None


def _said(value: Any) -> str | None:
    """Return what there is on one line; of a mapping its keys."""
    if value is None:
        return None
    return ", ".join(map(str, value)) if isinstance(value, list | dict) else str(value)


def _digests(made: dict[str, Any]) -> Markup:
    return join(
        *(tag("div", f"{name} ", tag("code", str(digest))) for name, digest in made.items())
    )


def _seconds(result: dict[str, Any]) -> str | None:
    """Return how long it took; a search of one seed counts it with what it spent."""
    seconds = result.get("seconds", _mapping(result, "budget").get("seconds"))
    return whole(seconds) if isinstance(seconds, int | float) else None
