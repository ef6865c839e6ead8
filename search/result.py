"""What a search has to say when it is done, for programs and for people."""

import shlex
from collections.abc import Mapping
from dataclasses import asdict
from importlib.util import find_spec
from itertools import count, takewhile
from pathlib import Path
from typing import Any

import numpy as np

from adf.cache import FeatureCache
from adf.search.families import Found, diagram, digest, read
from adf.search.genotypes.drawing_graph import in_words
from adf.search.genotypes.genotype import Genotype
from adf.search.genotypes.space import FusionSpace
from adf.search.judge import Judge
from adf.search.study import Study


def describe(study: Study, genotype: Found) -> dict[str, Any]:
    """Return what was found and what it cost: the content of ``result.json``."""
    settings, spent = study.settings, asdict(study.budget)
    return {
        "method": settings.method,
        "seed": settings.seed,
        "split": settings.split,
        "genotype": genotype.as_dict(),
        "digest": digest(genotype),
        # Before the last training, which may belong to the answer alone.
        "budget": spent,
        "judged": judged(study, genotype),
        # What a step is: operations of one clip in a network of middle size.
        "unit": study.unit,
        **(of_cells(study.space) if isinstance(genotype, Genotype) else {}),
        "cache": settings.cache,
        "provenance": (study.memory.known("cache") or {})["made"],
        "run": str(study.run.path),
    }


def of_cells(space: FusionSpace) -> dict[str, Any]:
    """Return what there was to choose from."""
    return {
        "space_size": space.size(),
        # What the weights in metrics.jsonl are of, in their order.
        "choices": [[str(level) for level in slot] for slot in space.choices],
        "ops": list(space.ops),
    }


def judged(study: Study, genotype: Found) -> dict[str, Any]:
    """Return how a genotype does when it is trained for good.

    Methods that judge by training know it already; for the others it is trained once.
    """
    epochs, name = study.settings.train.epochs, digest(genotype)
    if study.memory.known("judged", name, epochs, 0) is None:
        Judge(study)(genotype, epochs)
    lines = (study.memory.known("judged", name, epochs, seed) for seed in count())
    known = [line for line in takewhile(lambda line: line is not None, lines) if line]
    return {
        "accuracy": float(np.mean([line["accuracy"] for line in known])),
        "trainings": len(known),
        "epochs": epochs,
        "videos": len(study.halves.judging),
    }


def digests(cache: FeatureCache, modalities: list[str]) -> dict[str, str]:
    """Return what stands for the clips, and for how the features were made."""
    made = {name: cache.provenance(name).digest for name in modalities}
    return {"clips": cache.plan.digest, **made}


def seals(cache: FeatureCache, modalities: list[str]) -> dict[str, str]:
    """Return what stands for the features themselves."""
    found = {name: cache.root.commits(name).read_seal() for name in modalities}
    return {name: seal.digest for name, seal in found.items() if seal}


def as_text(result: Mapping[str, Any]) -> str:
    """Return a result in words."""
    genotype = read(result["genotype"])
    folder, last, spent = Path(result["run"]), result["judged"], result["budget"]
    several = f"mean of {last['trainings']} trainings" if last["trainings"] > 1 else "trained"
    lines = [
        f"{heading(result)}, seed {result['seed']} found {result['digest']}:",
        *(f"  {line}" for line in in_words(diagram(genotype))),
        f"judged accuracy {last['accuracy']:.1%} on {last['videos']} videos from the training"
        f" split, {several} for {last['epochs']} epochs",
        f"spent {in_numbers(spent)}",
        f"{folder / 'genotype.json'}, drawn in {folder / 'genotype.svg'}",
    ]
    if find_spec("adf.evaluate.cli"):
        lines.append(f"next: adf-eval {shlex.join(['--genotype', str(folder)])}")
    return "\n".join(lines)


def heading(result: Mapping[str, Any]) -> str:
    """Return what was done, without the seed."""
    return f"{result['method']} on split {result['split']} of {result['cache']}"


def in_numbers(spent: Mapping[str, Any]) -> str:
    """Return a budget on one line."""
    return (
        f"{spent['samples']:,} samples, {spent['cell_steps']:,.0f} steps of a cell of middle size,"
        f" {spent['seconds']:.1f} s"
    )
