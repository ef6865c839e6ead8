"""The dotted names, types and defaults of a tree of dataclasses, and the way back to the tree."""

from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from types import UnionType
from typing import Any, Generic, TypeVar, Union, get_args, get_origin, get_type_hints

from adf.coerce import describe
from adf.errors import ConfigError
from adf.registry import nearest

T = TypeVar("T")


class Layout(Generic[T]):
    """Which settings a schema has: ``types`` and ``defaults`` by dotted name, in their order."""

    def __init__(self, schema: type[T]) -> None:
        self.schema = schema
        self.types: dict[str, Any] = {}
        self.defaults: dict[str, Any] = {}
        self.sections: list[str] = []
        self._walk("", schema, MISSING)
        self._spelling = {key.lower(): key for key in (*self.types, *self.sections)}

    def _walk(self, prefix: str, schema: Any, instance: Any) -> None:
        hints = get_type_hints(schema)
        for field in fields(schema):
            key, hint = prefix + field.name, hints[field.name]
            if not field.init:
                continue
            default = getattr(instance, field.name, MISSING)
            if default is MISSING:
                default = _default_of(field)
            if is_dataclass(hint):
                self.sections.append(key)
                self._walk(f"{key}.", hint, default)
                continue
            describe(hint)
            self.types[key] = hint
            if default is not MISSING:
                self.defaults[key] = default

    def find(self, key: str) -> str | None:
        """Return ``key`` as the schema spells it; an entry of a mapping keeps its own spelling."""
        if found := self._spelling.get(key.lower()):
            return found
        for position in (at for at, character in enumerate(key) if character == "."):
            parent = self._spelling.get(key[:position].lower(), "")
            if entry_type(self.types.get(parent)) is not None:
                return parent + key[position:]
        return None

    def hint(self, key: str, is_mapping: bool = False) -> str:
        """Return the question whether the nearest known setting was meant."""
        mappings = [name for name in self.types if entry_type(self.types[name]) is not None]
        known = [*self.sections, *mappings] if is_mapping else list(self.types)
        last = key.lower().rpartition(".")[2]
        same_end = [name for name in known if name.lower().rpartition(".")[2] == last]
        near = nearest(key, same_end or known)
        return near if near or not same_end else f" Did you mean '{same_end[0]}'?"

    def build(self, values: Mapping[str, Any]) -> T:
        """Return the tree of dataclasses that holds ``values``."""
        missing = [key for key in self.types if key not in values]
        if missing:
            raise ConfigError(
                f"nothing says what {', '.join(missing)} should be:"
                f" add --set {missing[0]}=VALUE, or a configuration file with -c"
            )
        built: T = self._build("", self.schema, values)
        return built

    def _build(self, prefix: str, schema: Any, values: Mapping[str, Any]) -> Any:
        hints = get_type_hints(schema)
        parts = {}
        for field in fields(schema):
            if field.init:
                key = prefix + field.name
                is_section = key in self.sections
                parts[field.name] = (
                    self._build(f"{key}.", hints[field.name], values) if is_section else values[key]
                )
        try:
            return schema(**parts)
        except ValueError as error:
            where = f"section '{prefix[:-1]}'" if prefix else "settings"
            raise ConfigError(f"{where}: {error}") from error


def _default_of(field: Field[Any]) -> Any:
    if field.default_factory is not MISSING:
        return field.default_factory()
    return field.default


def entry_type(annotation: Any) -> Any:
    """Return the type of a mapping's entries, or None where ``annotation`` is no mapping."""
    if get_origin(annotation) in (Union, UnionType):
        return next(filter(None, map(entry_type, get_args(annotation))), None)
    return get_args(annotation)[1] if get_origin(annotation) is dict else None
