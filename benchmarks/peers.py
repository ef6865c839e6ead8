"""A step of MFAS and one of BM-NAS on cached features, beside the same with backbones in the loop.

As released, both run the backbones of two modalities in every step, with their gradients, and
throw these away: that is ``backbones with gradients``. It is measured here with our networks of
rows and cells and 3D ResNets of 50 layers, not with their code.

python -m benchmarks.peers --json build/bench/peers.json
"""

from collections.abc import Callable

import click
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from adf.search.bm_nas.reshape import pooled
from adf.search.bm_nas.settings import BmNasSettings
from adf.search.bm_nas.supernet import Architecture, Supernet
from adf.search.genotypes.genotype import Input
from adf.search.mfas.network import RowsNetwork
from adf.search.mfas.rows import FusionRows, Row
from adf.search.nets.stem import Features
from benchmarks.measure import Way, in_turn, save, table

MODALITIES = ("rgb", "flow")
LEVELS = ("layer2", "layer3", "layer4")
CLASSES, FRAMES, SIZE = 51, 16, 112


@click.command()
@click.option("--backbone", default="r3d50", show_default=True)
@click.option("--clips", default=2, show_default=True, help="In a step.")
@click.option("--rounds", default=5, show_default=True)
@click.option("--json", "path", help="Write the figures to this file.")
def main(backbone: str, clips: int, rounds: int, path: str | None) -> None:
    """Measure, print ratios, and write them."""
    torch.manual_seed(0)
    loop = Loop(backbone, clips)
    found = {}
    for name, (network, pool) in {"mfas": rows(loop), "bm-nas": cells(loop)}.items():
        ways = loop.ways(network, pool)
        # Backbones take seconds: a step on features is far below their noise.
        seconds = in_turn(ways, rounds, dict.fromkeys(list(ways)[1:], 2))
        found[name] = {way: taken / seconds["cached"] for way, taken in seconds.items()}
        click.echo(f"{name}, {clips} clips, two {backbone}, in units of the step on features")
        click.echo(table(found[name], "x"))
    save(path, {"backbone": backbone, "clips": clips, "rounds": rounds, "ratios": found})


class Loop:
    """Two backbones, clips for them, and the levels that they give."""

    def __init__(self, backbone: str, clips: int) -> None:
        from adf.extract.backbones import BACKBONES

        self.nets = {name: BACKBONES[backbone](levels=LEVELS) for name in MODALITIES}
        for net in self.nets.values():
            net.train().requires_grad_(True)
        self.films = {name: torch.rand(clips, 3, FRAMES, SIZE, SIZE) for name in MODALITIES}
        self.targets = torch.randint(CLASSES, (clips,))
        with torch.no_grad():
            self.features = self.levels()
        self.widths = {level: values.shape[1] for level, values in self.features.items()}

    def levels(self) -> Features:
        """Return what the backbones see in the clips."""
        return {
            Input(name, level): values
            for name, net in self.nets.items()
            for level, values in net(self.films[name]).items()
        }

    def ways(
        self,
        network: tuple[nn.Module, Callable[[Features], Tensor]],
        pool: Callable[[Tensor], Tensor],
    ) -> dict[str, Way]:
        """Return a step on cached features, and the same with the backbones before it."""
        made, forward = network
        cached = {level: pool(values) for level, values in self.features.items()}

        def without_gradients() -> Features:
            with torch.no_grad():
                return self.levels()

        return {
            "cached": self.step(made, lambda: forward(cached)),
            "backbones without gradients": self.step(made, lambda: forward(without_gradients())),
            "backbones with gradients": self.step(made, lambda: forward(self.levels())),
        }

    def step(self, network: nn.Module, forward: Callable[[], Tensor]) -> Way:
        """Return a training step of the fusion network alone."""
        optimizer = torch.optim.Adam(network.parameters())

        def step(_: int) -> None:
            optimizer.zero_grad(set_to_none=True)
            F.cross_entropy(forward(), self.targets).backward()  # type: ignore[no-untyped-call]
            optimizer.step()

        return step


Made = tuple[tuple[nn.Module, Callable[[Features], Tensor]], Callable[[Tensor], Tensor]]


def rows(loop: Loop) -> Made:
    """Return four fusions of vectors, as a search of MFAS trains them."""
    levels = tuple(Input(name, LEVELS[-1]) for name in MODALITIES)
    found = FusionRows(tuple(Row(levels, "relu") for _ in range(4)), 16)
    network = RowsNetwork(found, loop.widths, CLASSES)
    return (network, network), lambda x: x.mean(dim=(2, 3, 4), keepdim=True)


def cells(loop: Loop) -> Made:
    """Return the supernet of BM-NAS; its levels are cached as it pools them."""
    settings = BmNasSettings(channels=128)
    net = Supernet(list(loop.widths), loop.widths, CLASSES, settings, 0.0)
    weights = Architecture(len(loop.widths), settings).weights()
    weights = type(weights)(
        [each.detach() for each in weights.cells],
        [[each.detach() for each in cell] for cell in weights.steps],
        [each.detach() for each in weights.ops],
    )
    return (net, lambda features: net(features, weights)), lambda x: pooled(x, settings.length)[
        ..., None, None
    ]


if __name__ == "__main__":
    main()
