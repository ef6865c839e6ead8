"""Everything that can be asked of an extraction."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Literal

from adf.cache.root import SHARD_ROWS
from adf.cache.spec import DType
from adf.cache.store import Codec
from adf.cache.stores import STORES
from adf.errors import ConfigError
from adf.extract.engine.pooling import Pooling
from adf.extract.modalities import MODALITIES
from adf.extract.modalities.flow.settings import FlowSettings
from adf.extract.modalities.pose.settings import PoseSettings
from adf.extract.video.geometry import LARGEST
from adf.extract.video.sampling import Views

ALL = "all"
PerModality = dict[str, str]
PER_MODALITY = ("backbone", "weights", "levels", "normalisation", "adapt_stem")


@dataclass(frozen=True)
class ClipSettings:
    """Which frames of a video make a clip; ``docs/extract.md`` explains each."""

    views: int = 1
    flip: bool = False
    length: int = 16
    stride: int = 1
    fps: str = ""
    size: int = 112

    def __post_init__(self) -> None:
        for name in ("views", "length", "stride", "size"):
            if getattr(self, name) < 1:
                raise ConfigError(f"clip.{name} is {getattr(self, name)}: at least 1 is needed")
        if self.size > LARGEST:
            raise ConfigError(f"clip.size is {self.size}: at most {LARGEST} pixels are possible")

    def as_views(self) -> Views:
        """Return the views of every segment."""
        try:
            fps = Fraction(self.fps) if self.fps else None
        except (ValueError, ZeroDivisionError):
            raise ConfigError(
                f"clip.fps is {self.fps!r}: give frames a second, such as 25 or 30000/1001"
            ) from None
        return Views(self.views, self.length, self.stride, fps)


@dataclass(frozen=True)
class ExtractSettings:
    """What ``adf-extract`` does. Mappings go from a modality, or ``all``, to its value."""

    cache: str = ""
    dataset: str = "folder"
    videos: str = ""
    lists: str = ""
    unlisted: bool = False
    allow_missing: bool = False
    modality: tuple[str, ...] = ("rgb",)
    clip: ClipSettings = field(default_factory=ClipSettings)
    backbone: PerModality = field(default_factory=lambda: {ALL: "r3d50"})
    weights: PerModality = field(default_factory=dict)
    levels: PerModality = field(default_factory=lambda: {ALL: "layer1,layer2,layer3,layer4"})
    normalisation: PerModality = field(default_factory=dict)
    adapt_stem: PerModality = field(default_factory=dict)
    flow: FlowSettings = field(default_factory=FlowSettings)
    pose: PoseSettings = field(default_factory=PoseSettings)
    pool: str = "standard"
    dtype: DType = "float16"
    backend: Literal["zarr", "hdf5"] = "zarr"
    codec: Codec = "none"
    shard_rows: int = SHARD_ROWS
    strict: bool = False
    device: str = "auto"
    batch: int = 0
    engine: str = "auto"
    precision: str = "auto"
    decoders: int = 1
    decode_seconds: float = 120.0

    def __post_init__(self) -> None:
        for name in ("cache", "videos"):
            if not getattr(self, name):
                raise ConfigError(f"{name} is not given: name a folder by --{name}")
        self._check_modalities()
        for name in PER_MODALITY:
            for key in getattr(self, name):
                if key not in (ALL, *MODALITIES):
                    known = ", ".join((ALL, *MODALITIES))
                    raise ConfigError(f"{name}: there is no modality '{key}'; known: {known}")
        if self.decoders < 0:
            raise ConfigError(f"decoders is {self.decoders}: 0 decodes in the worker itself")
        if not self.decode_seconds > 0:
            raise ConfigError(f"decode_seconds is {self.decode_seconds:g}: more than 0 is needed")
        # Whatever can be known to be wrong is told before a cache is begun.
        self.clip.as_views()
        Pooling.parse(self.pool)
        STORES[self.backend].check(self.codec)

    def _check_modalities(self) -> None:
        known = ", ".join(MODALITIES)
        if not self.modality:
            raise ConfigError(f"modality is empty: choose from {known}")
        if len(set(self.modality)) < len(self.modality):
            raise ConfigError(f"modality: {', '.join(self.modality)} names one of them twice")
        for name in self.modality:
            if name not in MODALITIES:
                raise ConfigError(f"modality: there is no '{name}'; known: {known}")
            if not chosen(self.weights, name):
                raise ConfigError(
                    f"weights: none are given for {name}: name a checkpoint by --weights "
                    f"{name}=FILE, or torchvision for published ones, or random to try things out"
                )


def chosen(values: Mapping[str, str], modality: str, otherwise: str = "") -> str:
    """Return the value for one modality."""
    return values.get(modality, values.get(ALL, otherwise))


def modality_settings(settings: ExtractSettings, modality: str) -> dict[str, Any]:
    """Return the settings of a modality's own, as plain JSON."""
    return dict(vars(getattr(settings, modality))) if hasattr(settings, modality) else {}
