"""What a bundle holds, written and read: the model itself, and how its input is made."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torch import nn

from adf import __version__
from adf.cache import FeatureSpec, Provenance
from adf.errors import InputNotFound, InvalidInput
from adf.evaluate.bundle.tensors import from_safetensors
from adf.files import file_sha256
from adf.search.families import Found, digest, network, read
from adf.search.genotypes.genotype import Input

FORMAT, VERSION = "autodeepfuse-bundle", 1
MODEL, TENSORS, PROGRAM, CARD = "model.json", "model.safetensors", "head.pt2", "README.md"


@dataclass(frozen=True)
class Bundle:
    """A model: which network, of which classes, on features that are made how.

    ``made`` says it for each modality; ``engines`` what calculated them, to the last bits. ``flip``
    is whether each view was also seen mirrored. ``facts`` are numbers for people.
    """

    genotype: Found
    classes: tuple[str, ...]
    made: Mapping[str, Provenance]
    engines: Mapping[str, str]
    flip: bool
    facts: Mapping[str, Any]
    files: Mapping[str, str]

    @property
    def levels(self) -> dict[Input, FeatureSpec]:
        """What each level that the network reads looks like."""
        found = {level: self.made[level.modality].level(level.level) for level in self.inputs}
        return {level: spec for level, spec in found.items() if spec}

    @property
    def inputs(self) -> tuple[Input, ...]:
        """The levels that the network reads."""
        return self.genotype.inputs

    @property
    def strange(self) -> list[str]:
        """The modalities of which nothing says how frames become features: they were imported."""
        return [name for name, made in self.made.items() if "clip_length" not in made.preprocessing]

    def new_network(self) -> nn.Module:
        """Return the network without its weights."""
        widths = {level: spec.channels for level, spec in self.levels.items()}
        return network(self.genotype, widths, len(self.classes)).eval()

    def to_json(self) -> str:
        """Return the text of ``model.json``."""
        modalities = {
            name: {"provenance": made.as_json(), "engine": self.engines[name]}
            for name, made in self.made.items()
        }
        document = {
            "format": FORMAT,
            "version": VERSION,
            "adf": __version__,
            "genotype": self.genotype.as_dict(),
            "digest": digest(self.genotype),
            "classes": list(self.classes),
            "flip": self.flip,
            "modalities": modalities,
            "facts": dict(self.facts),
            "files": dict(self.files),
        }
        return json.dumps(document, indent=1) + "\n"


def read_bundle(folder: Path) -> Bundle:
    """Read what a bundle says, and check that its files are those it names."""
    path = folder / MODEL
    if not path.is_file():
        raise InputNotFound(f"there is no {path}: give a folder that adf-eval export wrote")
    try:
        bundle = _parsed(json.loads(path.read_bytes()))
    except InvalidInput as error:
        raise InvalidInput(f"{path}: {error}") from None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise InvalidInput(f"{path} is no bundle of a model: {error!r}") from None
    for name, sign in bundle.files.items():
        if not (folder / name).is_file() or file_sha256(folder / name) != sign:
            raise InvalidInput(f"{folder / name} is not what {MODEL} names: copy the bundle again")
    return bundle


def read_network(folder: Path, bundle: Bundle) -> nn.Module:
    """Return the network of a bundle with its weights."""
    network = bundle.new_network()
    tensors = from_safetensors(folder / TENSORS)
    try:
        network.load_state_dict(tensors)
    except RuntimeError as error:
        raise InvalidInput(f"{folder / TENSORS} does not fit {MODEL}: {error}") from None
    return network


def _parsed(document: Any) -> Bundle:
    if document["format"] != FORMAT or document["version"] != VERSION:
        told = f"{document['format']} {document['version']}"
        raise InvalidInput(f"this is '{told}', and '{FORMAT} {VERSION}' can be read")
    modalities = document["modalities"]
    bundle = Bundle(
        genotype=read(document["genotype"]),
        classes=tuple(map(str, document["classes"])),
        made={name: Provenance.from_json(each["provenance"]) for name, each in modalities.items()},
        engines={name: str(each["engine"]) for name, each in modalities.items()},
        flip=bool(document["flip"]),
        facts=dict(document["facts"]),
        files={name: str(document["files"][name]) for name in (TENSORS, PROGRAM)},
    )
    if lacking := [str(level) for level in bundle.inputs if level not in bundle.levels]:
        raise InvalidInput(f"it does not say how {', '.join(lacking)} is made")
    return bundle
