"""One modality on its way through its network: what it is made with, and where clips collect."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from numpy.typing import NDArray

from adf.cache import ClipPlan, Provenance
from adf.errors import ConfigError
from adf.extract.backbones import BACKBONES, NORMALISATIONS, Backbone, Normalisation
from adf.extract.engine.engine import Engine, check, chosen_device
from adf.extract.engine.network import chosen_precision
from adf.extract.engine.pooling import Pooling
from adf.extract.modalities import build
from adf.extract.modalities.clip import Modality
from adf.extract.settings import ExtractSettings, chosen, modality_settings
from adf.extract.video.recipe import Recipe
from adf.extract.weights import load_weights
from adf.registry import nearest

Features = Mapping[str, NDArray[Any]]


@dataclass(frozen=True)
class Stream:
    """A modality, the network behind it, and how its features come about."""

    modality: Modality
    backbone: Backbone
    normalisation: Normalisation
    method: Mapping[str, Any]
    weights: str
    notes: tuple[str, ...]

    @property
    def name(self) -> str:
        """The name of the modality."""
        return self.modality.name

    def check(self, settings: ExtractSettings) -> None:
        """Refuse what no engine can be made of, before anything is begun."""
        device = chosen_device(settings.device)
        chosen_precision(settings.precision, device)
        check(self.normalisation, self.backbone, settings.engine, device, settings.batch)

    def engine(self, settings: ExtractSettings, way: str, batch: int) -> Engine:
        """Return what runs the network."""
        return Engine(
            self.backbone,
            normalisation=self.normalisation,
            pooling=Pooling.parse(settings.pool),
            dtype=settings.dtype,
            frames=settings.clip.length,
            size=settings.clip.size,
            batch=batch,
            device=settings.device,
            way=way,
            amp=settings.precision,
        )

    def provenance(
        self, settings: ExtractSettings, plan: ClipPlan, recipe: Recipe, engine: Engine
    ) -> Provenance:
        """Return everything that changes the values."""
        preprocessing = {
            **recipe.provenance(self.modality.geometry.name),
            "normalisation": asdict(self.normalisation),
            **engine.settings(),
        }
        if settings.strict:
            preprocessing["partial"] = "refused"
        return Provenance(
            self.name,
            engine.specs,
            plan.digest,
            self.backbone.name,
            self.weights,
            preprocessing,
            self.method,
        )


def open_stream(settings: ExtractSettings, name: str, device: str) -> Stream:
    """Make a modality and its network, with its weights."""
    modality = build(name, settings.clip.size, modality_settings(settings, name), device)
    levels = [level.strip() for level in chosen(settings.levels, name).split(",") if level.strip()]
    backbone = BACKBONES[chosen(settings.backbone, name)](
        in_channels=modality.channels, levels=levels
    )
    source = chosen(settings.weights, name)
    adapt: Any = chosen(settings.adapt_stem, name, "none")
    loaded = load_weights(backbone, source, adapt)
    method = dict(modality.as_json())
    if loaded.changes:
        method["adapted"] = dict(loaded.changes)
    return Stream(
        modality,
        backbone,
        normalisation(backbone, chosen(settings.normalisation, name)),
        method,
        loaded.weights,
        loaded.notes,
    )


def normalisation(backbone: Backbone, name: str) -> Normalisation:
    """Return a preset by name, by default the one that the backbone's checkpoints want."""
    if not name:
        return backbone.format.normalisation
    if name not in NORMALISATIONS:
        known = ", ".join(NORMALISATIONS)
        hint = nearest(name, list(NORMALISATIONS))
        raise ConfigError(f"normalisation: there is no '{name}'.{hint} Known: {known}")
    preset = NORMALISATIONS[name]
    if len(preset.mean) != backbone.in_channels:
        raise ConfigError(
            f"normalisation: '{name}' is for {len(preset.mean)} channels, and {backbone.name} gets "
            f"{backbone.in_channels} here"
        )
    return preset
