"""Batches are the same whether features lie in memory or are read as they are needed."""

import logging
from pathlib import Path

import numpy as np
import pytest
import torch

from adf.cache import FeatureCache
from adf.children import SIBLINGS
from adf.search import data
from adf.search.data import Loaded, Reading, down_to, free_in_group, load_level, open_source
from adf.search.team import share_processor
from tests.search.nets.samples import SIZES, WIDTHS, make_cache
from tests.threads import one_thread

GRID = (1, 4, 4)
CPU = torch.device("cpu")
LEVELS = tuple(WIDTHS)
ROWS = np.array([40, 3, 7, 8, 21, 22, 0, 13])


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> FeatureCache:
    """Return a cache of two levels each of two modalities."""
    return FeatureCache.open(make_cache(tmp_path_factory.mktemp("data") / "cache"))


def test_reading_and_loaded_give_equal_batches(cache: FeatureCache) -> None:
    loaded = Loaded({each: load_level(cache, ROWS, each, GRID, CPU) for each in LEVELS}, ROWS)
    reading = Reading(cache, LEVELS, GRID, CPU)
    batches = [ROWS[:3], ROWS[[5, 5, 1]], ROWS[7:], ROWS[::-1], ROWS[:1]]
    for count in (0, 1, 2, 5):
        ours, theirs = list(loaded.batches(batches[:count])), list(reading.batches(batches[:count]))
        assert len(ours) == len(theirs) == count
        for rows, one, other in zip(batches, ours, theirs, strict=False):
            assert one.keys() == other.keys() == set(LEVELS)
            for level, values in one.items():
                assert torch.equal(values, other[level])
                assert values.dtype == torch.float32
                assert values.shape == (len(rows), WIDTHS[level], 1, *SIZES[level.level][2:])


def test_values_are_those_of_the_cache_pooled_to_the_grid(cache: FeatureCache) -> None:
    (found,) = Reading(cache, LEVELS, GRID, CPU).batches([ROWS])
    for level, values in found.items():
        stored = torch.from_numpy(cache.read(ROWS, *level)).float()
        torch.testing.assert_close(values, stored.mean(2, keepdim=True))
        assert torch.equal(values, down_to(stored, GRID))


def test_an_epoch_that_is_broken_off_leaves_nothing_behind(cache: FeatureCache) -> None:
    reading = Reading(cache, LEVELS, GRID, CPU)
    many = reading.batches([ROWS] * 50)
    first = next(many)
    many.close()  # type: ignore[attr-defined]
    (again,) = reading.batches([ROWS])
    assert all(torch.equal(again[level], first[level]) for level in LEVELS)


def test_what_does_not_fit_is_read_as_it_is_needed(
    cache: FeatureCache, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "adf.search")
    kinds = []
    for free in (2**40, 1000):
        monkeypatch.setattr(data, "free_memory", lambda device, free=free: free)
        kinds.append(type(open_source(cache, LEVELS, ROWS, GRID, CPU)))
    assert kinds == [Loaded, Reading]
    assert [line.split(":")[0] for line in caplog.messages] == [
        "features in memory",
        "reading features batch by batch",
    ]


def test_loading_piece_by_piece_changes_nothing(
    cache: FeatureCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = [load_level(cache, ROWS, level, GRID, CPU) for level in LEVELS]
    monkeypatch.setattr(data, "CHUNK", 3)
    parts = [load_level(cache, ROWS, level, GRID, CPU) for level in LEVELS]
    assert all(torch.equal(*pair) for pair in zip(whole, parts, strict=True))


def test_the_memory_that_is_needed_is_what_it_takes(cache: FeatureCache) -> None:
    for level in LEVELS:
        found = load_level(cache, ROWS, level, GRID, CPU)
        needed = len(ROWS) * data.level_bytes(cache, level, GRID)
        assert needed == found.numel() * found.element_size()
    assert data.free_memory(CPU) > 2**20


def container(place: Path, limit: str) -> Path:
    """Write what a system tells of a container that has taken 700 bytes, 200 for files."""
    for name, text in (("max", limit), ("current", "700"), ("stat", "anon 500\ninactive_file 200")):
        (place / f"memory.{name}").write_text(f"{text}\n")
    return place


def test_a_container_has_no_more_than_its_limit(tmp_path: Path) -> None:
    assert free_in_group(container(tmp_path, "1000")) == 500
    assert free_in_group(container(tmp_path, "300")) == 0
    assert free_in_group(container(tmp_path, "max")) == float("inf")
    assert free_in_group(tmp_path / "none") == float("inf")


@one_thread()
def test_processes_beside_each_other_share_what_is_free(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What is set within is taken back at the end.
    monkeypatch.setenv(SIBLINGS, "1")
    monkeypatch.setattr(data, "GROUP", container(tmp_path, "1000"))
    assert data.free_memory(CPU) == 500
    share_processor(2)
    assert data.free_memory(CPU) == 250
