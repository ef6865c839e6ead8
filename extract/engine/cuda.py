"""The network on a GPU: captured once for one shape, with copies that overlap the computation."""

import logging
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from types import MappingProxyType

import torch
from torch import Tensor

from adf.errors import ConfigError
from adf.extract.engine.network import Network
from adf.extract.engine.slots import Clips, Done, Prepared

LOG = logging.getLogger("adf.extract")

Shape = tuple[int, int, int, int]
# The algorithms of cuDNN are chosen by rule, the same in every process, or by timing: then the
# last bits of workers can differ. Neither takes one that is not deterministic.
WAYS: Mapping[str, bool] = MappingProxyType({"cuda-graph": False, "cuda-benchmark": True})
DEFAULT = "cuda-graph"
USUAL_BATCH, USUAL_CLIP = 32, 16 * 112 * 112
WARM_UPS = 3

# They have no annotations.
flags: Callable[..., AbstractContextManager[None]] = torch.backends.cudnn.flags
new_stream: Callable[[torch.device], torch.cuda.Stream] = torch.cuda.Stream
new_event: Callable[..., torch.cuda.Event] = torch.cuda.Event


class Card:
    """A captured network: ``replay`` turns what is in ``clips`` into what is in ``levels``."""

    def __init__(self, network: Network, clips: Tensor, benchmark: bool) -> None:
        # The graph knows only addresses: the weights behind them live as long as this does.
        self.network, self.clips = network, clips
        self.inward, self.compute, self.outward = (new_stream(clips.device) for _ in range(3))
        self.graph = torch.cuda.CUDAGraph()
        with (
            torch.cuda.device(clips.device),
            torch.cuda.stream(self.compute),
            torch.inference_mode(),
            flags(enabled=True, benchmark=benchmark, deterministic=True, allow_tf32=False),
        ):
            torch.cuda.synchronize()
            for _ in range(WARM_UPS):
                network(clips)
            with torch.cuda.graph(self.graph, stream=self.compute):
                self.levels: tuple[Tensor, ...] = network(clips)
            torch.cuda.synchronize()


class CudaSlot:
    """Pinned and device buffers of one batch, and the moments others have to wait for."""

    def __init__(self, card: Card) -> None:
        self.card = card
        self.given = torch.zeros(card.clips.shape, dtype=torch.uint8, pin_memory=True)
        self.loaded = torch.empty_like(card.clips)
        self.kept = [torch.empty_like(level) for level in card.levels]
        self.taken = [torch.empty(k.shape, dtype=k.dtype, pin_memory=True) for k in self.kept]
        self.begun, self.computed = (new_event(enable_timing=True) for _ in range(2))
        self.done = new_event()
        self.count = 0

    def start(self, clips: Clips) -> None:
        """Copy the clips ``B T H W C`` to pinned memory, and queue all the rest."""
        card, self.count = self.card, len(clips)
        self.given.numpy()[: self.count] = clips
        with torch.inference_mode():
            with torch.cuda.stream(card.inward):
                self.loaded.copy_(self.given, non_blocking=True)
            card.compute.wait_stream(card.inward)
            with torch.cuda.stream(card.compute):
                self.begun.record()
                card.clips.copy_(self.loaded)
                card.graph.replay()
                # The graph writes to the same place each time: what is copied out must not be it.
                for kept, level in zip(self.kept, card.levels, strict=True):
                    kept.copy_(level)
                self.computed.record()
            card.outward.wait_event(self.computed)
            with torch.cuda.stream(card.outward):
                for taken, kept in zip(self.taken, self.kept, strict=True):
                    taken.copy_(kept, non_blocking=True)
                self.done.record()

    def finish(self) -> Done:
        """Wait until the levels are in pinned memory."""
        self.done.synchronize()
        seconds = self.begun.elapsed_time(self.computed) / 1000
        return Done(tuple(taken.numpy()[: self.count] for taken in self.taken), seconds)


def prepared(
    network: Network, shape: Shape, way: str, batch: int, device: torch.device
) -> Prepared:
    """Make ``network`` ready for clips ``T H W C``; ``batch`` 0 is the usual one."""
    name = DEFAULT if way == "auto" else way
    folded = network.folded().to(device)

    def attempt(size: int) -> Prepared:
        clips = torch.zeros(size, *shape, dtype=torch.uint8, device=device)
        card = Card(folded, clips, WAYS[name])
        return Prepared(name, size, [CudaSlot(card), CudaSlot(card)])

    return fitting(attempt, batch, usual_batch(shape))


def usual_batch(shape: Shape) -> int:
    """Return the batch to begin with: a power of 2, smaller for larger clips ``T H W C``."""
    frames, height, width, _ = shape
    clips = USUAL_BATCH * USUAL_CLIP // (frames * height * width)
    return 1 << max(0, min(clips, 4 * USUAL_BATCH).bit_length() - 1)


def fitting(attempt: Callable[[int], Prepared], asked: int, usual: int) -> Prepared:
    """Return the first attempt for which memory is enough, halving what nobody asked for."""
    size = asked or usual
    while True:
        try:
            return attempt(size)
        except RuntimeError as error:
            if not memory_is_short(error):
                raise
        # Outside of the handler: its traceback keeps what the attempt had already allocated.
        torch.cuda.empty_cache()
        if asked or size == 1:
            raise ConfigError(
                f"the GPU has too little memory for {size} clips at a time: "
                + ("choose a smaller --batch-size" if size > 1 else "choose --device cpu")
            )
        size //= 2
        LOG.warning(
            "the GPU has too little memory for %d clips at a time: trying %d", 2 * size, size
        )


def memory_is_short(error: BaseException | None) -> bool:
    """Return whether memory is the reason, also where ending a capture failed because of it."""
    while error is not None:
        if isinstance(error, torch.cuda.OutOfMemoryError):
            return True
        error = error.__context__
    return False
