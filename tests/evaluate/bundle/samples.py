"""Rendered videos, their features, and an evaluation on them: the whole way, in small."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from adf.config import load
from adf.demo.factors import load_factors
from adf.demo.make import make
from adf.evaluate.bundle.choice import choose, read_result
from adf.evaluate.bundle.export import export
from adf.extract.backbones import BACKBONES
from adf.extract.run import Mission
from adf.extract.settings import ExtractSettings
from adf.extract.weights import draw_weights
from adf.search.genotypes.genotype import Cell, Edge, Genotype, Input
from tests.evaluate.samples import call

BACKBONE = "r3d10-tiny"
CHANNELS = {"rgb": 3, "flow": 2, "pose": 3}
FACTORS = (
    *("frames=6", "size=64", "knobs.gap=[20, 24]", "knobs.scale=[0.6, 0.7]"),
    "counts={train: 2, val: 1, test: 1}",
)
EXTRACTION: dict[str, Any] = {
    "dataset": "csv",
    "modality": "rgb,flow,pose",
    "backbone.all": BACKBONE,
    "clip": "{length: 4, size: 32, views: 2, flip: true}",
    "flow": "{method: farneback, steady: median, bound: 4}",
    "pose": "{method: sidecar, rendering: heatmap}",
    "pool": "7x7",
    "engine": "frozen",
    "decoders": 0,
    "device": "cpu",
}


@dataclass(frozen=True)
class World:
    """Where all lies."""

    folder: Path

    @property
    def videos(self) -> Path:
        """The rendered videos, in folders of their classes."""
        return self.folder / "videos"

    @property
    def cache(self) -> Path:
        """Their features."""
        return self.folder / "cache"

    @property
    def run(self) -> Path:
        """An evaluation of two genotypes with two seeds."""
        return self.folder / "run"

    @property
    def weights(self) -> dict[str, str]:
        """The files of the backbones."""
        return {name: str(self.folder / f"{name}.pth") for name in CHANNELS}


def make_world(folder: Path) -> World:
    """Make all of it, or return what was made before."""
    world = World(folder)
    if folder.exists():
        return world
    folder.mkdir()
    make(load_factors(sets=FACTORS).value, world.videos, 1, "off")
    for seed, (name, channels) in enumerate(CHANNELS.items()):
        backbone = BACKBONES[BACKBONE](in_channels=channels)
        draw_weights(backbone, seed)
        torch.save(backbone.state_dict(), world.weights[name])
    values = {
        **EXTRACTION,
        "videos": world.videos,
        "lists": world.videos / "clips.csv",
        "cache": world.cache,
        **{f"weights.{name}": path for name, path in world.weights.items()},
    }
    sets = [f"{name}={value}" for name, value in values.items()]
    Mission(load(ExtractSettings, sets=sets, environ={}), "off", folder / "extraction").carry_out()
    genotype = write_genotype(folder)
    words = ["--cache", world.cache, "--genotype", genotype, "--genotype", "random:1"]
    words += ["--seeds", "0-1", "--epochs", 2, "--baselines", "none", "--set", "device=cpu"]
    answer = call(*words, "--out", world.run, "--progress", "off")
    assert answer.exit_code == 0, answer.output
    return world


def make_bundle(world: World, folder: Path) -> Path:
    """Export the genotype that reads three modalities."""
    result = read_result(world.run)
    export(result, choose(world.run, result, "three"), folder)
    return folder


def write_genotype(folder: Path) -> Path:
    """Write a genotype that reads one level of each modality, the last first."""
    levels = (Input("rgb", "layer4"), Input("flow", "layer3"), Input("pose", "layer1"))
    nodes = ((Edge("conv_1x1x1", 0), Edge("skip", 1)), (Edge("sep_conv_3x3x3", 2), Edge("skip", 3)))
    path = folder / "three.json"
    path.write_text(Genotype(levels, (Cell(nodes, (3, 4)),), 8, (1, 4, 4)).to_json())
    return path
