"""From how the features of a model were made to the settings that make such features again."""

from collections.abc import Mapping, Sequence
from typing import Any

from adf.cache import FeatureSpec, Provenance
from adf.errors import ConfigError, InvalidInput, MissingDependency
from adf.evaluate.bundle.document import Bundle
from adf.extract.modalities import MODALITIES
from adf.extract.modalities.flow.settings import FlowSettings
from adf.extract.modalities.pose.settings import NETWORKS, PoseSettings
from adf.extract.settings import ClipSettings, ExtractSettings

# Features are kept in memory, and videos lie anywhere.
NOWHERE = "memory"


def request(
    bundle: Bundle,
    weights: Mapping[str, str],
    folders: Mapping[str, str],
    device: str = "auto",
    decoders: int = 1,
) -> ExtractSettings:
    """Return the settings; that they make the very features is checked with the networks."""
    made = bundle.made
    require_known(weights, [*made, *(f"{name}.weights" for name in own_weights(made))], "weights")
    require_known(folders, made, "folder")
    if strange := [*bundle.strange, *(name for name in made if name not in MODALITIES)]:
        raise InvalidInput(
            f"the features of {strange[0]} were not made by adf-extract: there is no way from a"
            " video to them"
        )
    some = next(iter(made.values()))
    levels = {name: [at.level for at in bundle.inputs if at.modality == name] for name in made}
    return ExtractSettings(
        cache=NOWHERE,
        videos=NOWHERE,
        backend="zarr",
        modality=tuple(made),
        clip=clip_of(some, bundle.flip),
        backbone={name: each.backbone for name, each in made.items()},
        weights={name: weights_of(name, each.weights, weights) for name, each in made.items()},
        levels={name: ",".join(each) for name, each in levels.items()},
        normalisation={n: each.preprocessing["normalisation"]["name"] for n, each in made.items()},
        adapt_stem={name: policy for name, each in made.items() if (policy := adapted(each))},
        flow=flow_of(made, weights, folders),
        pose=pose_of(made, weights, folders),
        pool=pool_of([spec for each in made.values() for spec in each.levels]),
        dtype=some.levels[0].dtype,
        strict=some.preprocessing.get("partial") == "refused",
        device=device,
        decoders=decoders,
    )


def require_known(
    given: Mapping[str, str], known: Sequence[str] | Mapping[str, Any], option: str
) -> None:
    """Refuse a name that the model has no use for."""
    for name in given:
        if name not in known:
            raise ConfigError(
                f"--{option} {name}=...: this model has no such input; it takes: {', '.join(known)}"
            )


def weights_of(name: str, made_with: str, given: Mapping[str, str]) -> str:
    """Return where weights are: those that were drawn by a seed are in no file."""
    if made_with.startswith("random:"):
        return made_with
    if name not in given:
        raise MissingDependency(
            f"weights of {name} are not given: name the file with {made_with} by"
            f" --weights {name}=FILE"
        )
    return given[name]


def adapted(made: Provenance) -> str:
    """Return how the first kernels were brought to other channels, if they were."""
    changes = made.method.get("adapted", {})
    return str(changes.get("adapt_stem", {}).get("policy", ""))


def clip_of(made: Provenance, flip: bool) -> ClipSettings:
    """Return which frames make a clip."""
    frames = made.preprocessing
    side = made.method.get("size") or frames["size"][0]
    return ClipSettings(
        views=frames["views"],
        flip=flip,
        length=frames["clip_length"],
        stride=frames["stride"],
        fps=frames["fps"] or "",
        size=side,
    )


def own_weights(made: Mapping[str, Provenance]) -> dict[str, str]:
    """Return the modalities that are made by a network of their own, with its weights."""
    found = {name: inner_weights(each) for name, each in made.items() if name != "rgb"}
    return {name: weights for name, weights in found.items() if weights}


def inner_weights(made: Provenance) -> str:
    """Return the weights of the network that makes the pictures, if one does."""
    place = made.method.get("parameters", {}) if made.modality == "flow" else made.method
    weights = place.get("weights", "")
    return weights if isinstance(weights, str) else ""


def flow_of(
    made: Mapping[str, Provenance], weights: Mapping[str, str], folders: Mapping[str, str]
) -> FlowSettings:
    """Return how motion is found."""
    if "flow" not in made:
        return FlowSettings()
    method, inner = made["flow"].method, inner_weights(made["flow"])
    return FlowSettings(
        method=method["method"],
        bound=method["bound"],
        channels=method["channels"],
        steady=method["steady"],
        weights=weights_of("flow.weights", inner, weights) if inner else "",
        folder=folders.get("flow", ""),
    )


def pose_of(
    made: Mapping[str, Provenance], weights: Mapping[str, str], folders: Mapping[str, str]
) -> PoseSettings:
    """Return how persons are found and drawn."""
    if "pose" not in made:
        return PoseSettings()
    method, inner = made["pose"].method, inner_weights(made["pose"])
    plain = PoseSettings()
    return PoseSettings(
        method=pose_method(method),
        rendering=method.get("rendering", plain.rendering).partition("/")[0],
        weights=weights_of("pose.weights", inner, weights) if inner else "",
        folder=folders.get("pose", ""),
        scale=method.get("scale", plain.scale),
        threshold=method.get("threshold", plain.threshold),
    )


def pose_method(method: Mapping[str, Any]) -> Any:
    """Return how settings call the way in which persons were found."""
    if method.get("method") == "frames":
        return "frames"
    if "sidecar" in method:
        return "sidecar"
    network = str(method["network"])
    return next((name for name in NETWORKS if network.startswith(name)), "mediapipe")


def pool_of(levels: Sequence[FeatureSpec]) -> str:
    """Return a pooling that leaves of each map what the cache has of it."""
    height, width = (max(spec.shape[axis] for spec in levels) for axis in (2, 3))
    return f"{height}x{width}"
