"""Runs a frozen backbone over batches of clips, on the CPU or a GPU.

engine = Engine(backbone, normalisation=..., pooling=..., dtype="float16", frames=16, size=112)
for key, levels in engine.run(batches_of(engine.batch)): ...
"""

from collections.abc import Iterable, Iterator
from typing import Any

import torch
from numpy.typing import NDArray

from adf.cache import FeatureSpec
from adf.cache.spec import DType
from adf.errors import ConfigError, InvalidInput, MissingDependency
from adf.extract.backbones import Backbone, Normalisation
from adf.extract.engine import cpu, cuda
from adf.extract.engine.network import Network, chosen_precision
from adf.extract.engine.pooling import Pooling
from adf.extract.engine.slots import Clips, Done, Key, Relay

Features = dict[str, NDArray[Any]]


class Engine:
    """A network made ready for clips of one shape, in batches of one size.

    ``way`` and ``batch`` change the last bits of the results: whoever continues the work of
    another engine gives those of that engine. On the CPU the way ``folded`` also depends on the
    number of threads. What else is in its batch changes nothing for a clip.
    """

    def __init__(
        self,
        backbone: Backbone,
        *,
        normalisation: Normalisation,
        pooling: Pooling,
        dtype: DType,
        frames: int,
        size: int,
        batch: int = 0,
        device: str = "cpu",
        way: str = "auto",
        amp: str = "auto",
    ) -> None:
        self.device = chosen_device(device)
        self.precision = chosen_precision(amp, self.device)
        self.specs = pooled_specs(backbone, pooling, dtype, frames, size)
        self.shape = (frames, size, size, backbone.in_channels)
        self.seconds = 0.0
        check(normalisation, backbone, way, self.device, batch)
        on_gpu = self.device.type == "cuda"
        half = on_gpu and dtype == "float16"
        network = Network(
            backbone,
            normalisation,
            pooling,
            compute=torch.float16 if self.precision == "float16" else torch.float32,
            result=torch.float16 if half else torch.float32,
        )
        if on_gpu:
            ready = cuda.prepared(network, self.shape, way, batch, self.device)
        else:
            ready = cpu.prepared(network, self.shape, way, batch)
        self.way, self.batch = ready.way, ready.batch
        self._relay: Relay[Any] = Relay(ready.slots)

    def settings(self) -> dict[str, Any]:
        """Return what changes more than the last bits, for provenance."""
        return {"precision": self.precision}

    def run(self, batches: Iterable[tuple[Key, Clips]]) -> Iterator[tuple[Key, Features]]:
        """Yield the levels of each batch, in order; :meth:`submit` says what stays valid.

        On a GPU the next batch is asked for before the result of this one is there, so what
        makes the batches must not wait for it.
        """
        try:
            for key, clips in batches:
                yield from self.submit(key, clips)
            yield from self.finish()
        finally:
            # Whoever stops early leaves nothing under way that the next run would be given.
            self.finish()

    def submit(self, key: Key, clips: Clips) -> list[tuple[Key, Features]]:
        """Start a batch ``B T H W C`` of 1 to ``batch`` clips; return what is done, in order.

        That is this batch itself, or on a GPU the one before it, with levels ``B C T h w``. They
        are valid until the next call. The array of clips may be reused at once.
        """
        self._check(clips)
        return self._named(self._relay.submit(key, clips))

    def finish(self) -> list[tuple[Key, Features]]:
        """Return the batches that are still under way, after waiting for them."""
        return self._named(self._relay.finish())

    def _named(self, results: list[tuple[Key, Done]]) -> list[tuple[Key, Features]]:
        self.seconds += sum(done.seconds for _, done in results)
        names = [spec.name for spec in self.specs]
        return [(key, dict(zip(names, done.levels, strict=True))) for key, done in results]

    def _check(self, clips: Clips) -> None:
        if clips.dtype != "uint8" or clips.shape[1:] != self.shape:
            wanted = " ".join(map(str, self.shape))
            raise InvalidInput(
                f"clips are {clips.dtype} of shape {clips.shape}: need uint8 B T H W C with "
                f"T H W C = {wanted}"
            )
        if not 1 <= len(clips) <= self.batch:
            raise InvalidInput(f"a batch has {len(clips)} clips: need 1 to {self.batch}")


def pooled_specs(
    backbone: Backbone, pooling: Pooling, dtype: DType, frames: int, size: int
) -> tuple[FeatureSpec, ...]:
    """Return what the cache has to know of each level, for clips of this length and size."""
    specs = []
    for level in backbone.level_shapes(frames, size):
        channels, time, height, width = level.shape
        shape = (channels, time, *pooling.size(height, width))
        specs.append(FeatureSpec(level.name, shape, dtype, pooling.recorded(height, width)))
    return tuple(specs)


def chosen_device(name: str) -> torch.device:
    """Return the device of this name; ``auto`` is the GPU if there is one."""
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    kind, _, index = name.partition(":")
    if kind not in ("cpu", "cuda") or (index and not (kind == "cuda" and index.isdecimal())):
        raise ConfigError(f"--device '{name}' is not known: choose auto, cpu, cuda or cuda:N")
    if kind == "cpu":
        return torch.device("cpu")
    if not torch.cuda.is_available():
        raise MissingDependency(f"--device {name}: torch finds no GPU here; choose --device cpu")
    if int(index or 0) >= torch.cuda.device_count():
        raise ConfigError(f"--device {name}: there are only {torch.cuda.device_count()} GPUs")
    return torch.device("cuda", int(index) if index else torch.cuda.current_device())


def check(
    normalisation: Normalisation, backbone: Backbone, way: str, device: torch.device, batch: int
) -> None:
    """Refuse settings that do not belong together."""
    ways = list(cuda.WAYS if device.type == "cuda" else cpu.WAYS)
    if way != "auto" and way not in ways:
        raise ConfigError(
            f"engine '{way}' is not known on {device.type}: choose auto, {', '.join(ways)}"
        )
    if batch < 0:
        raise ConfigError(f"--batch-size {batch}: need a number of clips, or 0 for the best")
    if len(normalisation.mean) != backbone.in_channels:
        raise ConfigError(
            f"normalisation '{normalisation.name}' is for {len(normalisation.mean)} channels, "
            f"{backbone.name} takes {backbone.in_channels}"
        )
