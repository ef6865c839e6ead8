"""Every way on the CPU gives the levels of the plain network, whatever else is in a batch."""

import gc

import numpy as np
import pytest
import torch

from adf.errors import MissingDependency
from adf.extract.engine import cpu
from adf.extract.engine.cpu import WAYS, CpuSlot
from adf.extract.engine.pooling import Pooling
from tests.extract.engine.samples import (
    FRAMES,
    NAMES,
    SIZE,
    backbone,
    batches,
    clips,
    engine,
    errors,
    joined,
    plain,
    same_bits,
)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", NAMES)
def test_levels_are_those_of_the_plain_network(name: str, way: str) -> None:
    given = clips(5)
    found = engine(backbone(name), way=way, batch=2)
    levels = joined(found.run(batches(given, 2)))
    assert max(errors(levels, plain(backbone(name), given)).values()) < 1e-5
    for spec in found.specs:
        assert levels[spec.name].shape == (5, *spec.shape)
        assert levels[spec.name].dtype == spec.dtype == "float32"


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", NAMES)
def test_a_clip_does_not_depend_on_its_batch(name: str, way: str) -> None:
    made = engine(backbone(name), way=way, batch=4)
    given = clips(4)
    wanted = joined(made.run([(0, given)]))
    alone = [joined(made.run([(0, given[i : i + 1])])) for i in range(4)]
    for shift in range(1, 4):
        turned = joined(made.run([(0, np.roll(given, shift, axis=0))]))
        turned = {name: np.roll(level, -shift, axis=0) for name, level in turned.items()}
        assert same_bits(turned, wanted)
    for index, found in enumerate(alone):
        assert same_bits(found, {n: level[index : index + 1] for n, level in wanted.items()})


@pytest.mark.parametrize("way", WAYS)
def test_flow_has_two_channels(way: str) -> None:
    network = backbone("r3d18", 2)
    given = clips(2, channels=2)
    levels = joined(engine(network, way=way).run(batches(given, 1)))
    assert max(errors(levels, plain(network, given)).values()) < 1e-5


@pytest.mark.parametrize("way", WAYS)
def test_levels_keep_their_full_size_if_asked(way: str) -> None:
    network = backbone("r3d18")
    found = engine(network, way=way, pooling=Pooling.parse("full"))
    levels = joined(found.run([(0, clips(1))]))
    assert max(errors(levels, plain(network, clips(1), SIZE, SIZE)).values()) < 1e-5
    assert levels["stem"].shape == (1, 64, FRAMES, SIZE // 2, SIZE // 2)
    assert {spec.pooling for spec in found.specs} == {"none"}
    assert all(level.flags.c_contiguous for level in levels.values())


def test_the_same_engine_made_again_gives_the_same_bits() -> None:
    one, two = (engine(backbone("r3d18"), way="frozen") for _ in range(2))
    assert same_bits(joined(one.run([(0, clips(1))])), joined(two.run([(0, clips(1))])))


def test_the_faster_way_is_taken_and_the_other_one_released() -> None:
    older = slots()
    made = engine(backbone("r3d18"), way="auto")
    assert made.way in WAYS
    assert made.batch == WAYS[made.way].batch
    assert len(slots() - older) == 1


def slots() -> set[CpuSlot]:
    """Return all that are alive, held so that no new one can pass for an old one."""
    gc.collect()
    return {thing for thing in gc.get_objects() if type(thing) is CpuSlot}


def test_time_is_counted_for_each_clip(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [0.0]

    def slot(seconds: float, batch: int) -> CpuSlot:
        def forward(given: torch.Tensor) -> tuple[torch.Tensor, ...]:
            clock[0] += seconds
            return (given,)

        return CpuSlot(forward, batch, (1, 1, 1, 3))

    monkeypatch.setattr(cpu, "process_time", lambda: clock[0])
    assert cpu.fastest({"one": slot(1.0, 1), "four": slot(3.9, 4)}) == "four"
    assert cpu.fastest({"one": slot(1.0, 1), "four": slot(4.1, 4)}) == "one"
    spent = clock[0]
    assert cpu.fastest({"one": slot(1.0, 1), "four": slot(8.0, 4)}) == "one"
    # Far behind after its first pass, it gets no second one.
    assert clock[0] == spent + 1 + 1 + 8


@pytest.mark.parametrize("gone", ["trace", "optimize_for_inference"])
def test_a_torch_without_tracing_still_works(gone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(torch.jit, gone)
    assert engine(backbone("r3d18"), way="auto").way == "folded"
    with pytest.raises(MissingDependency, match="choose auto or folded"):
        engine(backbone("r3d18"), way="frozen")
