"""Everything that changes the values of a modality, and the digest that stands for it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from adf.cache.canonical import canonical, sha256
from adf.cache.spec import FeatureSpec, Part, check_name
from adf.errors import CacheMismatch, ConfigError, CorruptCache

SCHEMA = 1
ABSENT = "(absent)"


@dataclass(frozen=True)
class Provenance:
    """How the features of one modality were made. Two caches agree if all of this agrees.

    ``weights`` names exact bytes: ``sha256:...`` of a file, or ``random:SEED``.
    """

    modality: str
    levels: tuple[FeatureSpec, ...]
    plan: str
    backbone: str
    weights: str
    preprocessing: Mapping[str, Any] = field(default_factory=dict)
    method: Mapping[str, Any] = field(default_factory=dict)
    schema: int = SCHEMA

    def __post_init__(self) -> None:
        check_name("modality", self.modality)
        names = [level.name for level in self.levels]
        if not names or len(set(names)) != len(names):
            raise ConfigError(
                f"modality '{self.modality}' needs levels with unique names, not {names}"
            )
        taken = {dim for part in self.parts() for dim in part.dims} & set(names)
        if taken:
            raise ConfigError(
                f"level name '{taken.pop()}' is the name of a dimension of another level: choose "
                "another"
            )
        try:
            canonical(self.as_json())
        except (TypeError, ValueError) as error:
            raise ConfigError(f"the provenance of {self.modality} is no JSON: {error}") from error

    def as_json(self) -> dict[str, Any]:
        """Return the plain JSON form."""
        document = asdict(self)
        document["levels"] = [
            {**asdict(level), "shape": list(level.shape)} for level in self.levels
        ]
        document["preprocessing"] = dict(self.preprocessing)
        document["method"] = dict(self.method)
        return document

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> "Provenance":
        """Read the plain JSON form."""
        if document.get("schema") != SCHEMA:
            raise CacheMismatch(
                f"the cache has schema {document.get('schema')}, this version of adf reads "
                f"schema {SCHEMA}: use the version that wrote it, or extract again"
            )
        try:
            levels = tuple(FeatureSpec(**level) for level in document["levels"])
            return cls(**{**document, "levels": levels})
        except TypeError as error:
            raise CorruptCache(f"provenance is not of schema {SCHEMA}: {error}") from error

    @property
    def digest(self) -> str:
        """The SHA-256 of the canonical JSON form."""
        return sha256(canonical(self.as_json()))

    def level(self, name: str) -> FeatureSpec | None:
        """Return the spec of a level, or nothing."""
        return next((level for level in self.levels if level.name == name), None)

    def parts(self) -> tuple[Part, ...]:
        """Return all stored arrays of the modality."""
        return tuple(part for level in self.levels for part in level.parts())


def differences(ours: Any, theirs: Any, path: str = "") -> list[str]:
    """Return ``field: ours, not theirs`` for every leaf in which two JSON values differ."""
    if isinstance(ours, Mapping) and isinstance(theirs, Mapping):
        keys = sorted(ours.keys() | theirs.keys())
        pairs = [
            (f"{path}.{key}" if path else key, ours.get(key, ABSENT), theirs.get(key, ABSENT))
            for key in keys
        ]
    elif isinstance(ours, (list, tuple)) and isinstance(theirs, (list, tuple)):
        if len(ours) != len(theirs):
            return [f"{path}: {len(ours)} entries, not {len(theirs)}"]
        pairs = [(f"{path}[{i}]", a, b) for i, (a, b) in enumerate(zip(ours, theirs, strict=True))]
    else:
        return [] if canonical(ours) == canonical(theirs) else [f"{path}: {ours!r}, not {theirs!r}"]
    return [line for key, a, b in pairs for line in differences(a, b, key)]


def refuse_other(stored: Provenance, wanted: Provenance, where: str) -> None:
    """Raise if a cache was made otherwise than wanted, naming every field that differs."""
    if stored.digest == wanted.digest:
        return
    lines = differences(stored.as_json(), wanted.as_json())
    raise CacheMismatch(
        f"{where} was made with other settings ({'; '.join(lines)}): "
        "ask for the same settings, or give another cache folder"
    )
