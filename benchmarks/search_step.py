"""One training step on cached features, beside the same step with backbones in the loop and beside
the steps of supernets.

python -m benchmarks.search_step --json build/bench/search_step.json
"""

import time
from collections.abc import Callable

import click
import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from adf.search.data import Loaded
from adf.search.genotypes.genotype import Cell, Edge, Genotype, Input
from adf.search.genotypes.space import FusionSpace
from adf.search.methods.darts import Darts
from adf.search.methods.gdas import Gdas
from adf.search.methods.pc_darts import PARTIAL, PcDarts
from adf.search.nets.mixture import Alphas
from adf.search.nets.network import Network
from adf.search.nets.stem import Features
from adf.search.nets.supernet import Supernet
from adf.search.relaxing.relaxation import Relaxation
from adf.search.relaxing.relaxed import frozen
from adf.search.settings import SpaceSettings
from benchmarks.measure import Way, in_turn, save, table

MODALITIES = ("rgb", "flow", "pose")
CLASSES, FRAMES, SIZE, CHANNELS = 51, 16, 112, 64
# layer3 of r3d18 for such clips.
SHAPE = (256, 2, 7, 7)
CLIPS = 256


@click.command()
@click.option("--batch", default=16, show_default=True, help="Of steps on features alone.")
@click.option("--clips", default=2, show_default=True, help="Of steps with backbones.")
@click.option("--rounds", default=7, show_default=True)
@click.option("--json", "path", help="Write the figures to this file.")
def main(batch: int, clips: int, rounds: int, path: str | None) -> None:
    """Measure, print ratios, and write them."""
    torch.manual_seed(0)
    loop = in_turn(backbone_ways(clips), rounds, {"backbones trained too": 3})
    cached = loop.pop("cached")
    slower = {name: seconds / cached for name, seconds in loop.items()}
    click.echo(f"the same cell and {clips} clips, in units of the step on cached features")
    click.echo(table(slower, "x"))
    steps = in_turn(supernet_ways(batch), rounds, {})
    found = steps["found cell"]
    relative = {name: seconds / found for name, seconds in steps.items()}
    click.echo(f"{batch} clips, {CHANNELS} channels, in units of the step of a found cell")
    click.echo(table(relative, "x"))
    share = data_share(batch, rounds)
    click.echo(f"share of the cached step that is spent on data: {share:.2%}")
    facts = {"batch": batch, "clips": clips, "seconds": {**loop, **steps, "cached": cached}}
    save(path, {**facts, "with_backbones": slower, "supernets": relative, "data_share": share})


def one_level_space() -> FusionSpace:
    """Return three modalities with one level each, and all operations."""
    levels = [Input(name, "layer3") for name in MODALITIES]
    return FusionSpace(
        tuple((level,) for level in levels),
        dict.fromkeys(levels, SHAPE[0]),
        SpaceSettings().ops,
        SHAPE[1:],
        CHANNELS,
        nodes=4,
    )


def found_cell() -> Genotype:
    """Return a genotype with eight edges."""
    ops = ("conv_3x3x3", "sep_conv_3x3x3", "conv_2plus1d", "conv_1x1x1")
    nodes = tuple((Edge(op, at), Edge(op, at + 1)) for at, op in enumerate(ops))
    inputs = tuple(Input(name, "layer3") for name in MODALITIES)
    return Genotype(inputs, (Cell(nodes, (3, 4, 5, 6)),), CHANNELS, SHAPE[1:])


def step_of(network: nn.Module, forward: Callable[[], Tensor], targets: Tensor) -> Way:
    """Return a training step."""
    optimizer = torch.optim.AdamW(network.parameters())

    def step(_: int) -> None:
        optimizer.zero_grad(set_to_none=True)
        F.cross_entropy(forward(), targets).backward()  # type: ignore[no-untyped-call]
        optimizer.step()

    return step


def backbone_ways(clips: int) -> dict[str, Way]:
    """Return a step with features given, with backbones before it, and with those trained too."""
    from adf.extract.backbones import BACKBONES

    films = {name: torch.rand(clips, 3, FRAMES, SIZE, SIZE) for name in MODALITIES}
    nets = {name: BACKBONES["r3d18"](levels=("layer3",)) for name in MODALITIES}
    cell = Network(found_cell(), one_level_space().widths, CLASSES)
    targets = torch.randint(CLASSES, (clips,))

    def features() -> Features:
        return {Input(name, "layer3"): nets[name](films[name])["layer3"] for name in MODALITIES}

    def frozen_features() -> Features:
        with torch.no_grad():
            return features()

    cached = frozen_features()
    return {
        "cached": step_of(cell, lambda: cell(cached), targets),
        "backbones without gradients": step_of(cell, lambda: cell(frozen_features()), targets),
        "backbones trained too": step_of(cell, lambda: cell(features()), targets),
    }


def supernet_ways(batch: int) -> dict[str, Way]:
    """Return the steps of several methods on the same features."""
    levels = [Input(name, "layer3") for name in MODALITIES]
    features = {level: torch.randn(batch, *SHAPE) for level in levels}
    targets = torch.randint(CLASSES, (batch,))
    space = one_level_space()
    cell = Network(found_cell(), space.widths, CLASSES)
    ways = {"found cell": step_of(cell, lambda: cell(features), targets)}
    methods: dict[str, tuple[Relaxation, int]] = {
        "DARTS": (Darts(), 1),
        "PC-DARTS": (PcDarts(), PARTIAL),
        "GDAS": (Gdas((10.0, 0.1)), 1),
    }
    for name, (method, partial) in methods.items():
        net = Supernet(space, CLASSES, partial)
        alphas = Alphas(space, with_edges=method.with_edges)
        ways[f"{name} weights"] = weight_step(net, alphas, method, space, features, targets)
        ways[f"{name} alphas"] = alpha_step(net, alphas, method, space, features, targets, True)
        if name == "DARTS":
            ways["DARTS alphas, weights not frozen"] = alpha_step(
                net, alphas, method, space, features, targets, False
            )
    return ways


def weight_step(
    net: Supernet,
    alphas: Alphas,
    method: Relaxation,
    space: FusionSpace,
    features: Features,
    targets: Tensor,
) -> Way:
    """Return a step of the weights of a supernet."""

    def forward() -> Tensor:
        with torch.no_grad():
            mixture = method.mixture(alphas, space, 0.5)
        logits: Tensor = net(features, mixture)
        return logits

    return step_of(net, forward, targets)


def alpha_step(
    net: Supernet,
    alphas: Alphas,
    method: Relaxation,
    space: FusionSpace,
    features: Features,
    targets: Tensor,
    freeze: bool,
) -> Way:
    """Return a step of the logits: as ours, or with the weights' gradients computed as well."""
    step = step_of(alphas, lambda: net(features, method.mixture(alphas, space, 0.5)), targets)

    def frozen_step(turn: int) -> None:
        with frozen(net):
            step(turn)

    return frozen_step if freeze else step


def data_share(batch: int, rounds: int) -> float:
    """Return how much of a step on features in memory goes into making the batch."""
    levels = [Input(name, "layer3") for name in MODALITIES]
    source = Loaded({level: torch.randn(CLIPS, *SHAPE) for level in levels}, np.arange(CLIPS))
    cell = Network(found_cell(), one_level_space().widths, CLASSES)
    optimizer = torch.optim.AdamW(cell.parameters())
    random, targets = np.random.default_rng(0), torch.randint(CLASSES, (batch,))
    data, whole = [], []
    for _ in range(rounds):
        start = time.perf_counter()
        features = next(iter(source.batches([random.choice(CLIPS, batch, replace=False)])))
        data.append(time.perf_counter() - start)
        optimizer.zero_grad(set_to_none=True)
        F.cross_entropy(cell(features), targets).backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        whole.append(time.perf_counter() - start)
    return float(np.median(data) / np.median(whole))


if __name__ == "__main__":
    main()
