"""The search: what learns from which clips, which epoch counts, and how it is taken up again."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from adf import metrics
from adf.errors import ConfigError
from adf.search.bm_nas.bilevel import Bilevel
from adf.search.bm_nas.family import read
from adf.search.bm_nas.genotype import BilevelGenotype
from adf.search.data import Source
from adf.search.families import read_json
from adf.search.nets.stem import Features
from adf.search.relaxing.relaxed import Batch
from adf.search.rows import Rows
from adf.search.study import Study
from tests.search.bm_nas.samples import quick_study

MODES = pytest.mark.parametrize("mode", ["repaired", "faithful"])


@dataclass
class Noting:
    """A source that knows which rows were asked for."""

    source: Source
    seen: set[int]

    def batches(self, rows: Sequence[Rows]) -> Iterator[Features]:
        self.seen.update(int(row) for each in rows for row in each)
        return self.source.batches(rows)


@dataclass
class Ending:
    """A progress that ends a search after so many epochs."""

    after: int

    def advance(self, steps: int = 1, note: str = "") -> None:
        self.after -= 1
        if not self.after:
            raise TimeoutError


def values(module: nn.Module) -> dict[str, Tensor]:
    return {name: value.clone() for name, value in module.state_dict().items()}


def moved(before: Mapping[str, Tensor], module: nn.Module) -> set[str]:
    """Return the names of what is not as it was, but for counts of batches."""
    now = module.state_dict()
    return {
        name
        for name, value in before.items()
        if not torch.equal(value, now[name]) and not name.endswith("num_batches_tracked")
    }


def lines_of(run: Path) -> list[dict[str, Any]]:
    """Return the lines of epochs without what depends on the clock."""
    lines = [line for line in metrics.read(run / "metrics.jsonl") if line["event"] == "epoch"]
    return [
        {name: value for name, value in line.items() if name not in ("time", "seconds")}
        for line in lines
    ]


@MODES
def test_weights_and_architecture_learn_in_turn(cache: Path, tmp_path: Path, mode: str) -> None:
    with quick_study(cache, tmp_path / "run", f"bm_nas.mode={mode}") as study:
        search = Bilevel(study)
        net, architecture = values(search.net), values(search.architecture)
        search._weight_epoch()
        learned = moved(net, search.net)
        weights = {name for name, _ in search.net.named_parameters()}
        reshaping = {name for name in weights if name.startswith("levels.")}
        # A bias before a norm has no influence, but for what rounding makes of it.
        firm = {name for name in weights if name.endswith(("mix.bias", "mix.0.bias"))}
        assert reshaping
        if mode == "faithful":
            assert not learned & reshaping
            assert weights - reshaping - firm <= learned
        else:
            assert weights - firm <= learned
        assert not moved(architecture, search.architecture)

        net = values(search.net)
        search._architecture_epoch()
        statistics = {name for name in net if "running" in name}
        assert moved(net, search.net) == (statistics if mode == "faithful" else set())
        # The edges of the first step are those of the only pair there is.
        free = {f"beta.{cell}.0" for cell in range(2)} if mode == "repaired" else set()
        assert moved(architecture, search.architecture) == set(architecture) - free


@MODES
def test_each_learns_from_clips_of_its_own_and_no_test_clip_is_read(
    cache: Path, tmp_path: Path, mode: str
) -> None:
    with quick_study(cache, tmp_path / "run", f"bm_nas.mode={mode}") as study:
        whole = Noting(study.source, set())
        search = Bilevel(replace(study, source=whole))
        halves = study.halves
        weights, judging = set(halves.weights.rows.tolist()), set(halves.judging.rows.tolist())
        assert whole.seen == weights | judging
        assert not weights & judging
        for run, allowed in (
            (search._weight_epoch, weights),
            (search._architecture_epoch, judging),
        ):
            seen: set[int] = set()
            noting = Noting(search.study.source, seen)
            kept, search.study = search.study, replace(search.study, source=noting)
            run()
            search.study = kept
            assert seen
            assert seen <= allowed


def test_repaired_the_supernet_is_judged_as_it_is_used(cache: Path, tmp_path: Path) -> None:
    with quick_study(cache, tmp_path / "run") as study:
        search = Bilevel(study)
        search._weight_epoch()
        found = search._architecture_epoch()
        part = study.halves.judging
        (features,) = study.source.batches([part.rows])
        with torch.no_grad():
            chances = search.net.eval()(features, search.weights()).softmax(dim=1).numpy()
        right = 0
        for video in range(len(part)):
            views = part.videos == video
            right += int(chances[views].mean(axis=0).argmax() == part.targets[views][0])
        assert found["accuracy"] == pytest.approx(right / len(part))


@MODES
def test_the_epoch_counts_in_which_the_supernet_did_best(
    cache: Path, tmp_path: Path, mode: str
) -> None:
    sets = ("relax.epochs=6", f"bm_nas.mode={mode}", "bm_nas.alpha_rate=1.0")
    with quick_study(cache, tmp_path / "run", *sets) as study:
        found = Bilevel(study).run()
        budget, halves = study.budget, study.halves
    lines = lines_of(tmp_path / "run")
    assert [line["key"] for line in lines] == [[str(number)] for number in range(1, 7)]
    assert "accuracy" not in lines[0]
    ranks = [(line["accuracy"], -line["judging_loss"]) for line in lines[1:]]
    best = lines[1 + max(range(5), key=lambda at: ranks[at])]
    assert read(best["genotype"]) == found
    assert read_json((tmp_path / "run" / "genotype.json").read_text()) == found
    # Otherwise any epoch would do.
    assert len({str(line["genotype"]) for line in lines}) > 2
    for line in lines[1:]:
        assert line["drop"] == pytest.approx(line["accuracy"] - line["kept_accuracy"])
        assert 0 < line["entropy"] <= 1
    samples = [len(halves.weights)] + [len(halves.weights) + len(halves.judging)] * 5
    assert [line["samples"] for line in lines] == samples
    assert budget.samples == sum(samples)
    assert budget.cell_steps == pytest.approx(sum(line["cell_steps"] for line in lines))
    work = {line["cell_steps"] / line["samples"] for line in lines}
    assert max(work) == pytest.approx(min(work))
    assert min(work) > 0


def searched(
    cache: Path, out: Path, mode: str, progress: object = None
) -> tuple[BilevelGenotype, Study]:
    sets = (f"bm_nas.mode={mode}", "bm_nas.alpha_rate=0.5", "relax.epochs=5")
    with quick_study(cache, out, *sets) as study:
        watched = replace(study, progress=progress) if progress else study  # type: ignore[arg-type]
        return Bilevel(watched).run(), study


@pytest.mark.slow
@MODES
def test_a_search_that_was_ended_goes_on_bit_by_bit(
    cache: Path, tmp_path: Path, mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, study = searched(cache, tmp_path / "whole", mode)
    parts = tmp_path / "parts"
    # Once after an epoch, once before its state was kept, and once between two batches.
    with pytest.raises(TimeoutError):
        searched(cache, parts, mode, Ending(1))
    with monkeypatch.context() as patch:
        patch.setattr(Bilevel, "_keep", ended)
        with pytest.raises(TimeoutError):
            searched(cache, parts, mode)
    with monkeypatch.context() as patch:
        calls = iter(range(100))
        step = Bilevel._architecture_step

        def few(self: Bilevel, batch: Batch) -> Tensor:
            return ended() if next(calls) == 1 else step(self, batch)

        patch.setattr(Bilevel, "_architecture_step", few)
        with pytest.raises(TimeoutError):
            searched(cache, parts, mode)
    found, again = searched(cache, parts, mode)
    assert found == whole
    assert lines_of(parts) == lines_of(tmp_path / "whole")
    assert again.budget.samples == study.budget.samples
    assert again.budget.cell_steps == pytest.approx(study.budget.cell_steps)
    assert (parts / "genotype.json").read_bytes() == (
        tmp_path / "whole" / "genotype.json"
    ).read_bytes()


def ended(*_: object) -> Tensor:
    raise TimeoutError


def test_another_seed_is_another_search(cache: Path, tmp_path: Path) -> None:
    losses = []
    for run, seed in (("one", 0), ("same", 0), ("other", 1)):
        with quick_study(cache, tmp_path / run, f"seed={seed}", "relax.epochs=2") as study:
            Bilevel(study).run()
        losses.append([line["loss"] for line in lines_of(tmp_path / run)])
    assert losses[0] == losses[1] != losses[2]


@pytest.mark.parametrize(
    "told", ["order=2", "curvature_every=1", "guards.auxiliary=true", "guards.partial=2"]
)
def test_what_it_would_not_heed_is_refused(cache: Path, tmp_path: Path, told: str) -> None:
    name = told.partition("=")[0].partition(".")[0]
    with (
        quick_study(cache, tmp_path / "run", f"relax.{told}") as study,
        pytest.raises(ConfigError, match=f"relax.{name}: bm-nas is of first order"),
    ):
        Bilevel(study)


def test_levels_are_the_inputs_in_order(cache: Path, tmp_path: Path) -> None:
    sets = ("space.modalities=[pose,rgb]", "space.levels=[vector,low]")
    with quick_study(cache, tmp_path / "run", *sets) as study:
        names = [str(level) for level in Bilevel(study).levels]
    assert names == ["pose/low", "pose/vector", "rgb/low", "rgb/vector"]
    assert np.prod(study.space.grid) == 4 * 4 * 4
