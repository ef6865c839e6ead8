"""Features the plain way, as many scripts make them: a video at a time, a stack at a time.

python -m benchmarks.extract_plain VIDEO FEATURES.npy --backbone r2plus1d_18
"""

import os
from pathlib import Path

import av
import click
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import interpolate
from torchvision.models import video

from adf.extract.backbones import Normalisation
from adf.extract.backbones.formats import TORCHVISION
from adf.extract.video.geometry import Geometry
from benchmarks.extract_meter import own_thread

STACK, HEIGHT, WIDTH, SIDE = 16, 128, 171, 112


class PlainLoop:
    """All of a video as full-size RGB, then as small floats, then one stack at a time."""

    def __init__(self, network: nn.Module, normalisation: Normalisation) -> None:
        self.network = network.eval()
        shape = (3, 1, 1, 1)
        self.mean = torch.tensor(normalisation.mean).view(shape) / normalisation.top
        self.std = torch.tensor(normalisation.std).view(shape) / normalisation.top
        self.meter = own_thread()
        """What the network cost."""

    def __call__(self, film: Path, out: Path, stacks: int, most: int | None = None) -> None:
        """Write the pooled vectors ``N C`` of the first stacks of a film.

        With ``most`` only so many of them go through the network.
        """
        with torch.no_grad():
            clips = self.transformed(decoded(film, stacks * STACK))
            rows = [self.forward(clips[:, k * STACK :][:, :STACK]) for k in range(stacks)[:most]]
        np.save(out, np.concatenate(rows))

    def transformed(self, frames: Tensor) -> Tensor:
        """Return bytes ``T H W C`` as floats ``C T H W``: small, normalised and cut."""
        floats = frames.permute(0, 3, 1, 2).float() / 255
        small = interpolate(floats, (HEIGHT, WIDTH), mode="bilinear")
        normal = (small.permute(1, 0, 2, 3) - self.mean) / self.std
        top, left = (HEIGHT - SIDE) // 2, round((WIDTH - SIDE) / 2)
        return normal[..., top : top + SIDE, left : left + SIDE]

    def like_ours(self, frames: Tensor) -> Tensor:
        """Return the same of the square that our pipeline sees, every pixel of it counted."""
        width, height, left, top = Geometry().source(frames.shape[2], frames.shape[1])
        seen = frames[:, top : top + height, left : left + width].permute(0, 3, 1, 2).float() / 255
        small = interpolate(seen, (SIDE, SIDE), mode="bilinear", antialias=True)
        return (small.permute(1, 0, 2, 3) - self.mean) / self.std

    def forward(self, stack: Tensor) -> NDArray[np.float32]:
        """Return the pooled vector of a stack ``C T H W``."""
        with self.meter:
            return np.asarray(self.network(stack[None]).numpy(), np.float32)


def plain_network(name: str) -> nn.Module | None:
    """Return torchvision's own network without its last layer, if it has one of this name."""
    if not hasattr(video, name):
        return None
    network: nn.Module = getattr(video, name)()
    network.register_module("fc", nn.Identity())
    return network


def decoded(film: Path, frames: int) -> Tensor:
    """Return the first frames ``T H W C`` of a film in their own size."""
    images: list[NDArray[np.uint8]] = []
    with av.open(str(film)) as container:
        container.streams.video[0].codec_context.thread_count = 1
        for frame in container.decode(video=0):
            images.append(np.asarray(frame.to_ndarray(format="rgb24"), np.uint8))
            if len(images) == frames:
                break
    return torch.from_numpy(np.stack(images))


@click.command()
@click.argument("film", type=click.Path(path_type=Path))
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--backbone", default="r2plus1d_18", show_default=True)
@click.option("--stacks", type=int, required=True, help="Stacks of 16 frames to read.")
@click.option("--most", type=int, help="Stacks that go through the network; all by default.")
def main(film: Path, out: Path, backbone: str, stacks: int, most: int | None) -> None:
    """Write the vectors of one film, with a network as it is drawn."""
    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))
    network = plain_network(backbone)
    if network is None:
        raise click.ClickException(f"torchvision has no video network '{backbone}'")
    PlainLoop(network, TORCHVISION)(film, out, stacks, most)


if __name__ == "__main__":
    main()
