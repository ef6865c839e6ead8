"""The early stop by curvature: what counts as a jump, and to which epoch a search goes back."""

from pathlib import Path

import pytest

from adf import metrics
from adf.search.genotypes.genotype import Genotype
from adf.search.methods.darts import Darts
from adf.search.relaxing.relaxed import Relaxed
from adf.search.relaxing.selection import searched
from adf.search.relaxing.stopping import calm_epoch, curvature_jumped
from tests.search.nets.samples import make_cache, quick, study_of

# Any ratio is above this factor, as soon as there are measurements to compare.
AT_ONCE = "relax.guards.curvature_stop=1e-9"


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a cache in which one level of four tells classes."""
    return make_cache(tmp_path_factory.mktemp("stopping") / "cache")


@pytest.mark.parametrize(
    ("found", "jumped"),
    [
        ([1.0] * 9, False),
        ([1.0] * 4 + [2.0] * 4, False),
        ([1.0] * 5 + [1.3] * 4, False),
        ([1.0] * 5 + [1.4] * 4, True),
        ([9.0] * 20 + [1.0] * 5 + [2.0] * 4, True),
        ([2.0] * 5 + [1.0] * 4, False),
        # The loss curves down: what grows there is no sharp minimum.
        ([-1.0] * 9, False),
        ([-1.0] * 5 + [-9.0] * 4, False),
        ([1.0] * 5 + [-9.0] * 4, False),
        ([-1.0] * 5 + [9.0] * 4, False),
    ],
)
def test_a_jump_is_told_by_means_of_five_four_measurements_apart(
    found: list[float], jumped: bool
) -> None:
    assert curvature_jumped(found, 1.3) is jumped


@pytest.mark.parametrize(
    ("warm_up", "every", "first", "back"),
    [
        (0, 1, 16, 10),
        (5, 1, 16, 10),
        (9, 1, 18, 12),
        (0, 2, 22, 10),
        (5, 2, 22, 10),
        (7, 3, 33, 15),
    ],
)
def test_it_is_gone_back_to_the_middle_of_the_earlier_window_but_not_before_the_tenth_epoch(
    cache: Path, tmp_path: Path, warm_up: int, every: int, first: int, back: int
) -> None:
    sets = (f"relax.warm_up={warm_up}", "relax.epochs=40", "relax.curvature_every=1", AT_ONCE)
    with study_of(quick(cache, *sets), tmp_path / "run") as study:
        relaxed = Relaxed(study, Darts(), study.settings.relax)
        for number in range(1, first + 1):
            measured = {"curvature": 1.0} if number % every == 0 else {}
            study.memory.tell("epoch", number, **measured)
        found = []
        for relaxed.epoch in range(1, first + 1):
            found.append(calm_epoch(relaxed))
    assert found == [None] * (first - 1) + [back]


def test_a_search_ends_with_what_it_had_before_the_jump(cache: Path, tmp_path: Path) -> None:
    sets = ("relax.epochs=20", "relax.curvature_every=1", "relax.alpha_rate=0.3", "space.nodes=2")
    config = quick(cache, *sets, AT_ONCE, "seed=2")
    # One that was killed a moment before its end.
    with study_of(config, tmp_path / "run") as study:
        killed = Relaxed(study, Darts(), config.value.relax)
        killed._stopped = lambda: killed.epoch == 15  # type: ignore[method-assign]
        killed.run()
    results = []
    for _ in range(2):
        with study_of(config, tmp_path / "run") as study:
            found = searched(study, Darts(), config.value.relax)
            results.append((found, study.budget.samples, study.budget.cell_steps))
    lines = metrics.read(tmp_path / "run" / "metrics.jsonl")
    epochs = [Genotype.from_dict(line["genotype"]) for line in lines if line["event"] == "epoch"]
    assert len(epochs) == 16
    assert results[0] == results[1]
    assert results[0][0] == epochs[9] != epochs[15]


def test_without_the_guard_no_curvature_ends_a_search(cache: Path, tmp_path: Path) -> None:
    with study_of(quick(cache, "relax.epochs=40"), tmp_path / "run") as study:
        relaxed = Relaxed(study, Darts(), study.settings.relax)
        for number in range(1, 31):
            study.memory.tell("epoch", number, curvature=10.0**number)
        relaxed.epoch = 30
        assert calm_epoch(relaxed) is None
