"""The GPU gives what the CPU gives, within the precision asked for, and the same bits each time."""

import gc
import logging
from collections.abc import Iterator

import numpy as np
import pytest
import torch

from adf.errors import ConfigError
from adf.extract.engine.slots import Clips
from tests.extract.engine.samples import (
    NAMES,
    backbone,
    batches,
    clips,
    engine,
    errors,
    joined,
    plain,
    same_bits,
)

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="torch finds no GPU"),
]
TOLERANCE = {"float32": 1e-5, "float16": 1e-2}


@pytest.mark.parametrize("way", ["cuda-graph", "cuda-benchmark"])
@pytest.mark.parametrize("amp", TOLERANCE)
@pytest.mark.parametrize("name", NAMES)
def test_levels_are_those_of_the_cpu(name: str, amp: str, way: str) -> None:
    given = clips(7)
    found = engine(backbone(name), device="cuda", amp=amp, way=way, batch=2)
    levels = joined(found.run(batches(given, 2)))
    wanted = plain(backbone(name), given)
    assert found.settings() == {"precision": amp}
    assert max(errors(levels, wanted).values()) < TOLERANCE[amp]
    for level, values in wanted.items():
        one, two = levels[level].reshape(7, -1).astype(np.float64), values.reshape(7, -1)
        cosines = (one * two).sum(1) / np.linalg.norm(one, axis=1) / np.linalg.norm(two, axis=1)
        assert cosines.min() > 0.999


@pytest.mark.parametrize("name", NAMES)
def test_a_second_engine_gives_the_same_bits(name: str) -> None:
    given = clips(6)
    one, two = (
        engine(backbone(name), device="cuda", way="auto", dtype="float16", batch=4)
        for _ in range(2)
    )
    assert one.way == "cuda-graph"
    wanted = joined(one.run(batches(given, 4)))
    assert same_bits(joined(two.run(batches(given, 4))), wanted)
    assert same_bits(joined(two.run(batches(given, 1))), wanted)
    assert {level.dtype.name for level in wanted.values()} == {"float16"}
    assert one.seconds > 0


def test_many_batches_do_not_get_mixed_up() -> None:
    made = engine(backbone("r3d18"), device="cuda", way="auto", batch=2)
    given = np.concatenate([clips(8, seed=seed) for seed in range(4)])
    array = np.empty_like(given[:2])
    alone = {i: joined(made.run([(0, given[i : i + 1])])) for i in range(len(given))}

    def reused() -> Iterator[tuple[int, Clips]]:
        for key, batch in batches(given, 2):
            array[:] = batch
            yield key, array

    for _ in range(5):
        found = joined(made.run(reused()))
        for index, wanted in alone.items():
            assert same_bits({n: v[index : index + 1] for n, v in found.items()}, wanted)


def test_who_stops_early_can_begin_again() -> None:
    made = engine(backbone("r3d18"), device="cuda", way="auto", batch=1)
    given = clips(5)
    wanted = joined(made.run(batches(given, 1)))
    for _ in made.run(batches(given, 1)):
        break
    assert same_bits(joined(made.run(batches(given, 1))), wanted)


def test_a_batch_that_does_not_fit_is_halved(caplog: pytest.LogCaptureFixture) -> None:
    gc.collect()
    torch.cuda.empty_cache()
    # A clip of this size takes more than 100 MB; the first attempt is made with 4.
    room = torch.cuda.memory_reserved() + 400e6
    torch.cuda.set_per_process_memory_fraction(room / torch.cuda.mem_get_info()[1])
    try:
        with caplog.at_level(logging.WARNING):
            made = engine(backbone("r3d18"), device="cuda", way="auto", frames=32, size=224)
        assert "trying" in caplog.text
        assert 1 <= made.batch < 4
        with pytest.raises(ConfigError, match="choose a smaller --batch-size"):
            engine(backbone("r3d18"), device="cuda", way="auto", frames=32, size=224, batch=64)
    finally:
        torch.cuda.set_per_process_memory_fraction(1.0)
