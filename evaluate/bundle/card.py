"""The page about a model that a person reads first: numbers, limits, commands."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from adf.evaluate.bundle.document import Bundle
from adf.search.families import diagram, digest
from adf.search.genotypes.drawing_graph import in_words

LIMITS = (
    "The numbers hold for videos like those it was tested on; for others, test it.",
    "It always answers with one of its classes, also where none of them is to be seen.",
    "A probability is what the network says, and was not calibrated.",
    "It was chosen by its validation among several trainings: expect the mean, not this one.",
)


def card(bundle: Bundle, folder: Path) -> str:
    """Return the page as Markdown."""
    parts = [
        f"# Fusion model {digest(bundle.genotype)}",
        _summary(bundle),
        "## How good it is",
        _numbers(bundle.facts),
        "## What to keep in mind",
        "\n".join(f"- {line}" for line in LIMITS),
        "## How to use it",
        _commands(bundle, folder),
        "## What its input is made of",
        _modalities(bundle),
        "## The network",
        "```\n" + "\n".join(in_words(diagram(bundle.genotype))) + "\n```",
        "## Classes",
        ", ".join(bundle.classes),
    ]
    return "\n\n".join(parts) + "\n"


def _summary(bundle: Bundle) -> str:
    facts = bundle.facts
    return (
        f"It tells {len(bundle.classes)} classes of videos apart by"
        f" {', '.join(map(str, bundle.inputs))}: {facts['parameters']:,} parameters behind frozen"
        f" networks. Trained on {facts['split']} of {facts['dataset']}"
        f" ({Path(facts['cache']).name}), seed {facts['seed']}."
    )


def _numbers(facts: Mapping[str, Any]) -> str:
    lines = [
        "| | this training | mean of all | standard error | trainings |",
        "|---|--:|--:|--:|--:|",
    ]
    for name, title in (
        ("top1", "test top-1"),
        ("top5", "test top-5"),
        ("validation", "validation"),
    ):
        several = facts["all"][name]
        # One training says nothing of others.
        error = "" if several["error"] is None else f"{several['error']:.1%}"
        lines.append(
            f"| {title} | {facts[name]:.1%} | {several['mean']:.1%} | {error} | {several['n']} |"
        )
    chance = f"Chance is {facts['chance']:.1%}; {facts['videos']} test videos."
    return "\n".join(lines) + f"\n\n{chance}"


def _commands(bundle: Bundle, folder: Path) -> str:
    return "\n".join(
        [
            *(_imported(bundle) if bundle.strange else _on_videos(bundle, folder)),
            "",
            "`head.pt2` is the network alone, without this package: levels as a cache holds them"
            " (`B C T H W` each, in the order below) to log-probabilities.",
            "",
            "```python",
            'head = torch.export.load("head.pt2").module()',
            f"head({', '.join(f'{level.modality}_{level.level}' for level in bundle.inputs)})",
            "```",
        ]
    )


def _imported(bundle: Bundle) -> list[str]:
    names = ", ".join(bundle.strange)
    return [f"The features of {names} were imported: there is no way from a video to them."]


def _on_videos(bundle: Bundle, folder: Path) -> list[str]:
    given = [f"--weights {name}=FILE" for name in bundle.made]
    pairs = ", ".join(f'"{name}": "FILE"' for name in bundle.made)
    return [
        "```sh",
        f"adf-predict VIDEO... --model {folder.name} {' '.join(given)}",
        "```",
        "",
        "```python",
        "from adf.evaluate.prediction import load",
        f'model = load("{folder.name}", weights={{{pairs}}})',
        'model.predict(["VIDEO"])',
        "```",
    ]


def _modalities(bundle: Bundle) -> str:
    lines = ["| | network | weights | read |", "|---|---|---|---|"]
    for name, made in bundle.made.items():
        read = ", ".join(
            f"{spec.name} ({'x'.join(map(str, spec.shape))})"
            for level, spec in bundle.levels.items()
            if level.modality == name
        )
        lines.append(f"| {name} | {made.backbone} | `{made.weights}` | {read} |")
    return (
        "\n".join(lines) + "\n\n`model.json` says the rest: frames, pictures, their normalisation."
    )
