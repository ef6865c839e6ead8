"""Typed settings: a dataclass, then YAML files, the environment, ``--set`` and named options."""

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from adf import sources
from adf.coerce import Refused, coerce, describe
from adf.emit import block, finite, one_line
from adf.errors import ConfigError
from adf.layout import Layout, entry_type
from adf.nodes import shown
from adf.sources import Setting

T = TypeVar("T")


@dataclass(frozen=True)
class Config(Generic[T]):
    """Resolved settings: the dataclass, and every leaf by dotted name with where it came from."""

    value: T
    leaves: Mapping[str, Any]
    origins: Mapping[str, str]

    def to_yaml(self, origins: bool = False) -> str:
        """Return YAML that loads again to an equal object, with origins as comments if asked."""
        return block(self.leaves, self.origins if origins else {})

    def as_json(self) -> dict[str, Any]:
        """Return what JSON can hold: each setting's value, an infinity as YAML spells it."""
        return {
            key: {"value": finite(value), "origin": self.origins[key]}
            for key, value in self.leaves.items()
        }

    def digest(self) -> str:
        """Return a short hash of the values: equal settings have equal digests."""
        lines = sorted(f"{key}: {one_line(value)}" for key, value in self.leaves.items())
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]


def differences(left: Config[Any], right: Config[Any]) -> list[str]:
    """Return the dotted names of the settings that differ."""
    keys = dict.fromkeys((*left.leaves, *right.leaves))
    nothing = object()
    return [key for key in keys if left.leaves.get(key, nothing) != right.leaves.get(key, nothing)]


def load(
    schema: type[T],
    *,
    files: Sequence[str] = (),
    preset: Callable[[str], Path] | None = None,
    prefix: str = "",
    environ: Mapping[str, str] = os.environ,
    variables: Mapping[str, str | None] | None = None,
    sets: Sequence[str] = (),
    options: Iterable[Setting] = (),
) -> Config[T]:
    """Return the settings of ``schema``; each source overrides those named before it.

    ``files`` are paths, or names that ``preset`` finds. With ``prefix``, variables of ``environ``
    count too; ``variables`` are those of the command's options (see :func:`from_environment`).
    """
    layout = Layout(schema)
    values: dict[str, Any] = {}
    origins: dict[str, str] = {}

    def settings() -> Iterator[Setting]:
        yield from sources.from_defaults(layout)
        for name in files:
            yield from sources.from_file(layout, *sources.locate(name, preset))
        if prefix:
            yield from sources.from_environment(layout, prefix, environ, variables or {})
        for text in sets:
            yield from sources.from_assignment(layout, text)
        yield from options

    for setting in settings():
        if setting.key in layout.types:
            values[setting.key] = _converted(setting, layout.types[setting.key])
            origins[setting.key] = setting.origin
        else:
            _add_entry(setting, layout, values, origins)
    ordered = {key: values[key] for key in layout.types if key in values}
    return Config(layout.build(values), ordered, origins)


def _add_entry(
    setting: Setting, layout: Layout[Any], values: dict[str, Any], origins: dict[str, str]
) -> None:
    """Set one entry of a mapping and leave its other entries as they are."""
    parent = next(key for key in layout.types if setting.key.startswith(f"{key}."))
    entry = setting.key.removeprefix(f"{parent}.")
    value = _converted(setting, entry_type(layout.types[parent]))
    values[parent] = {**(values.get(parent) or {}), entry: value}
    before = origins.get(parent, "default")
    origins[parent] = setting.origin if before == "default" else f"{before}, {setting.origin}"


def _converted(setting: Setting, annotation: Any) -> Any:
    try:
        return coerce(setting.node, annotation)
    except Refused as refused:
        raise ConfigError(
            f"'{setting.key}' must be {describe(annotation)}{refused}, not '{shown(setting.node)}'"
            f" ({setting.origin})"
        ) from None
