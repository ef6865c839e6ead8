"""From a finished evaluation to a bundle."""

from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import torch
from torch import nn

from adf.cache import FeatureCache
from adf.errors import ConfigError, InvalidInput, RunMismatch
from adf.evaluate.bundle.card import card
from adf.evaluate.bundle.choice import Chosen
from adf.evaluate.bundle.document import CARD, MODEL, PROGRAM, TENSORS, Bundle
from adf.evaluate.bundle.head import as_program
from adf.evaluate.bundle.tensors import as_safetensors
from adf.files import translate_os_error, write_atomic
from adf.search.families import read
from adf.search.result import digests

ENGINE = "engine"


def export(result: Mapping[str, Any], chosen: Chosen, out: Path) -> Bundle:
    """Write a bundle into a new folder; its description comes last, when all else is there."""
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise ConfigError(f"--out {out} is there already: give a new folder")
    bundle = described(result, chosen)
    network = trained(bundle, chosen.folder / "weights.pt")
    shapes = [spec.shape for spec in bundle.levels.values()]
    content = {
        TENSORS: as_safetensors(network.state_dict()),
        PROGRAM: as_program(bundle.genotype, network, shapes),
    }
    files = {name: sha256(data).hexdigest() for name, data in content.items()}
    bundle = replace(bundle, files=files)
    content[CARD] = card(bundle, out).encode()
    content[MODEL] = bundle.to_json().encode()
    with translate_os_error(out):
        out.mkdir(parents=True, exist_ok=True)
    for name, data in content.items():
        write_atomic(out / name, data)
    return bundle


def described(result: Mapping[str, Any], chosen: Chosen) -> Bundle:
    """Return what is to be said of a model; the cache must be the one it was trained on."""
    genotype = read(chosen.row["genotype"])
    cache = FeatureCache.open(result["cache"])
    modalities = list(dict.fromkeys(level.modality for level in genotype.inputs))
    for name, sign in digests(cache, modalities).items():
        if result["provenance"].get(name) != sign:
            raise RunMismatch(
                f"cache: {result['cache']} is not what this model was trained on: its {name} was"
                " made otherwise. Give adf-eval the cache that is there now, in a new run"
            )
    return Bundle(
        genotype=genotype,
        classes=tuple(result["classes"]),
        made={name: cache.provenance(name) for name in modalities},
        engines={name: cache.root.versions(name).get(ENGINE, "") for name in modalities},
        flip=bool((cache.clips["flip"] != 0).any()),
        facts=facts_of(result, chosen, cache.plan.dataset),
        files={},
    )


def facts_of(result: Mapping[str, Any], chosen: Chosen, dataset: str) -> dict[str, Any]:
    """Return the numbers of a training, and those of all trainings of its row."""
    row, trial = chosen.row, chosen.trial
    same = ("split", "seed", "epoch", "videos", "top1", "top5", "validation")
    return {
        "row": row["name"],
        "dataset": dataset,
        "cache": result["cache"],
        **{name: trial[name] for name in same},
        "all": {name: row[name] for name in ("top1", "top5", "validation")},
        "chance": result["chance"],
        **{name: row[name] for name in ("parameters", "flops", "latency_ms")},
        "train": result["train"],
        "provenance": result["provenance"],
        "run": result["run"],
    }


def trained(bundle: Bundle, path: Path) -> nn.Module:
    """Return the network with the weights of a training."""
    network = bundle.new_network()
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
        network.load_state_dict(state)
    except (RuntimeError, TypeError, EOFError, UnpicklingError) as error:
        raise InvalidInput(f"{path} does not fit the genotype: {error}") from None
    return network
