"""A search on features of the size of UCF101: 13,320 clips, 3 modalities with 4 levels of r3d50.

python -m benchmarks.search_scale --json build/bench/search_scale.json

Features are pooled vectors, as the compact search has them. A few steps are timed, and the rest is
arithmetic, which is printed.
"""

from dataclasses import replace

import click
import numpy as np
import torch

from adf.search.data import Loaded
from adf.search.genotypes.genotype import Input
from adf.search.genotypes.space import FusionSpace
from adf.search.methods.darts import Darts
from adf.search.methods.gdas import Gdas
from adf.search.methods.pc_darts import PARTIAL, PcDarts
from adf.search.methods.propose_and_judge import Levels
from adf.search.nets.mixture import Alphas
from adf.search.nets.network import Network
from adf.search.nets.stem import Features
from adf.search.nets.supernet import Supernet
from adf.search.relaxing.relaxation import Relaxation
from adf.search.settings import SpaceSettings
from benchmarks.measure import Way, in_turn, save
from benchmarks.search_step import alpha_step, step_of, weight_step

CLIPS, LEARNING, CLASSES = 13_320, 9_537, 101
WIDTHS = {"layer1": 256, "layer2": 512, "layer3": 1024, "layer4": 2048}
MODALITIES = ("rgb", "flow", "pose")
EPOCHS, CHANNELS = 50, 64


@click.command()
@click.option("--batch", default=64, show_default=True)
@click.option("--rounds", default=9, show_default=True)
@click.option("--json", "path", help="Write the figures to this file.")
def main(batch: int, rounds: int, path: str | None) -> None:
    """Measure, print the arithmetic, and write it."""
    torch.manual_seed(0)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    levels = [Input(name, level) for name in MODALITIES for level in WIDTHS]
    tables = {
        level: torch.randn(CLIPS, WIDTHS[level.level], 1, 1, 1, device=device) for level in levels
    }
    size = sum(table.numel() * 4 for table in tables.values()) / 2**30
    click.echo(f"{CLIPS} clips, {len(levels)} levels: {size:.2f} GiB on {device}")
    source = Loaded(tables, np.arange(CLIPS))
    random = np.random.default_rng(0)

    def batches(_: int) -> Features:
        return next(iter(source.batches([random.choice(CLIPS, batch, replace=False)])))

    ways: dict[str, Way] = {"data": synchronised(batches, device)}
    for name, way in steps(batches(0), batch, device).items():
        ways[name] = synchronised(way, device)
    seconds = in_turn(ways, rounds, {})
    # Weights learn from one half of the training clips, logits from the other.
    count = LEARNING // 2 // batch
    facts = {}
    for name in sorted({name.partition(" ")[0] for name in seconds} - {"data", "found"}):
        pair = seconds[f"{name} weights"] + seconds[f"{name} alphas"] + 2 * seconds["data"]
        total = EPOCHS * count * pair
        share = 2 * seconds["data"] / pair
        facts[name] = {"seconds": total, "data_share": share}
        click.echo(
            f"{name}: {EPOCHS} epochs x {count} steps x {pair * 1e3:.1f} ms = {total / 60:.1f} min,"
            f" {share:.2%} of it for data"
        )
    found = EPOCHS * 2 * count * (seconds["found cell"] + seconds["data"])
    click.echo(
        f"a found cell on all training clips: {EPOCHS} epochs x {2 * count} steps x"
        f" {(seconds['found cell'] + seconds['data']) * 1e3:.1f} ms = {found / 60:.1f} min"
    )
    save(path, {"device": str(device), "seconds": seconds, "searches": facts, "found": found})


def space() -> FusionSpace:
    """Return the space over the levels."""
    choices = tuple(tuple(Input(name, level) for level in WIDTHS) for name in MODALITIES)
    widths = {level: WIDTHS[level.level] for slot in choices for level in slot}
    return FusionSpace(choices, widths, SpaceSettings().ops, (1, 1, 1), CHANNELS)


def steps(features: Features, batch: int, device: torch.device) -> dict[str, Way]:
    """Return the steps of a found cell and of several methods."""
    targets = torch.randint(CLASSES, (batch,), device=device)
    drawn = space().draw(np.random.default_rng(0))
    whole = replace(drawn, inputs=tuple(slot[-1] for slot in space().choices))
    cell = Network(whole, space().widths, CLASSES).to(device)
    ways = {"found cell": step_of(cell, lambda: cell(features), targets)}
    methods: dict[str, tuple[Relaxation, int]] = {
        "propose-and-judge": (Levels(), 1),
        "darts": (Darts(), 1),
        "pc-darts": (PcDarts(), PARTIAL),
        "gdas": (Gdas((10.0, 0.1)), 1),
    }
    for name, (method, partial) in methods.items():
        net = Supernet(space(), CLASSES, partial).to(device)
        alphas = Alphas(space(), with_edges=method.with_edges).to(device)
        ways[f"{name} weights"] = weight_step(net, alphas, method, space(), features, targets)
        ways[f"{name} alphas"] = alpha_step(net, alphas, method, space(), features, targets, True)
    return ways


def synchronised(way: Way, device: torch.device) -> Way:
    """Return ``way`` so that it ends when the device has ended."""

    def run(turn: int) -> None:
        way(turn)
        if device.type == "cuda":
            torch.cuda.synchronize()

    return run


if __name__ == "__main__":
    main()
