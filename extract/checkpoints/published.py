"""Weights that torchvision publishes, by the name of the network."""

import re
from pathlib import Path

import torch
from torchvision.models import get_model_weights

from adf.errors import ConfigError, InvalidInput, MissingDependency
from adf.extract.backbones.base import Backbone
from adf.files import file_sha256


def download(backbone: Backbone) -> tuple[Path, str]:
    """Return the file with the best published weights of a backbone, and their name."""
    if backbone.family.name != "torchvision":
        raise ConfigError(
            f"torchvision publishes no weights of {backbone.name}: give --weights FILE or random"
        )
    return published(backbone.name.replace("-", "_"))


def published(network: str, option: str = "--weights") -> tuple[Path, str]:
    """Return the file with the best weights of torchvision's ``network``, fetched if it is not
    there, and their name; ``option`` is how a user names another file.
    """
    weights = get_model_weights(network).DEFAULT
    path = Path(torch.hub.get_dir(), "checkpoints", Path(weights.url).name)
    if not path.is_file():
        fetch(weights.url, path, option)
    require_beginning(path)
    return path, str(weights)


def fetch(url: str, path: Path, option: str = "--weights") -> None:
    """Download ``url`` to ``path``, or say how to do without."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        torch.hub.download_url_to_file(url, str(path), progress=False)
    except (OSError, RuntimeError) as error:
        raise MissingDependency(
            f"cannot download {url} ({error}): put the file at {path}, or give it by {option} FILE"
        ) from error


def require_beginning(path: Path) -> None:
    """Compare the file with the beginning of its SHA-256, which is part of its name."""
    promised = re.search(r"-([0-9a-f]{8,})\.", path.name)
    if promised and not file_sha256(path).startswith(promised[1]):
        raise InvalidInput(f"weights {path} are not those published: delete the file and try again")
