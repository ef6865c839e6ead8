"""What is wrong is told in one line that names the field; the run folder stays as it should be."""

import json
from pathlib import Path

import numpy as np
import pytest

from adf.cache import Appender, ClipPlan, FeatureCache, Root
from tests.cache.samples import TINY, make_plan, make_provenance
from tests.search.nets.samples import make_videos
from tests.search.run.samples import call, learned, rewritten, words_for


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("--method", "dart"), 2, "method: none is called 'dart'. Did you mean 'darts'?"),
        (("--set", "space.ops=skip,cnv_3x3x3"), 2, "space.ops: no operation is called 'cnv_3x3x3'"),
        (("--set", "space.ops=zero"), 2, "section 'space': ops is ['zero']: give one besides zero"),
        (("--set", "space.levels=low,hihg"), 4, "space.levels: no modality has hihg. Did you mean"),
        (("--set", "space.modalities=rgb,sound"), 4, "has no modality 'sound'; it has: flow, rgb"),
        (("--split", "4"), 2, "has no split '4'. Did you mean 'split_1'? It has: 1"),
        (("--cache", "nothing"), 4, "nothing"),
        (("--device", "tpu"), 2, "device is 'tpu': give auto, cpu or cuda[:N]"),
        (("--epochs", "0"), 2, "section 'train': epochs is 0: give 1 or more"),
        (("--budget", "-1"), 2, "budget is -1: give 1 or more"),
        (("--seed", "-1"), 2, "seed is -1: give 0 to 2147483647"),
        (("--set", "space.channels=0"), 2, "section 'space': channels is 0"),
        (("--set", "space.outputs=3"), 2, "section 'space': outputs is 3: give 1 to 1 (nodes)"),
        (("--set", "space.size=big"), 2, "space.size is 'big': give finest, coarsest or a number"),
        (("--set", "train.rate=0"), 2, "section 'train': rate is 0"),
        (("--set", "train.batch=0"), 2, "section 'train': batch is 0"),
        (("--set", "relax.warm_up=3"), 2, "section 'relax': warm_up is 3: give 0, or fewer than"),
        (("--set", "relax.guards.partial=0"), 2, "partial is 0: give 1 or more"),
        (("--method", "pc-darts", "--set", "space.channels=6"), 2, "space.channels is 6: give a"),
        (("--workers", "0"), 2, "--workers 0: at least 1"),
        (("--seeds", "3-1"), 2, "--seeds 3-1: give numbers such as 0-3 or 0,2,5"),
        (("--seeds", "0-1000000"), 2, "1000 at most"),
        (("--seeds", "0-1", "--seed", "1"), 2, "--seeds and --seed: give one of them"),
        (("--set", "train.epoch=1"), 2, "epochs"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_one_line(cache: Path, words: tuple[str, ...], code: int, told: str) -> None:
    done = call(*words_for(cache), *words, "--out", "run")
    assert told in done.stderr
    assert done.stderr.splitlines()[-1].startswith("error: ")
    assert sum(line.startswith("error: ") for line in done.stderr.splitlines()) == 1
    assert "Traceback" not in done.stderr
    assert done.exit_code == code


def test_no_cache_named() -> None:
    done = call("--method", "darts")
    assert done.exit_code == 2
    assert "cache is not given: give the folder that adf-extract filled" in done.stderr


def cache_of(place: Path, plan: ClipPlan, rows: int = 10**6) -> Path:
    """Fill a cache of one modality; not all of it, if told."""
    root = Root.create(place, plan, shard_rows=4)
    appender = Appender(root, make_provenance(plan, *TINY))
    for draft in appender.drafts():
        if draft.shard * 4 >= rows:
            break
        with draft:
            for row in draft.rows:
                draft.put(row, {"tiny": np.ones(TINY[0].shape)})
    else:
        appender.seal()
    return place


def one_class(plan: ClipPlan) -> ClipPlan:
    frame = plan.frame.copy()
    frame.loc[frame["split_1"] == "train", "label"] = "run"
    return ClipPlan.from_frame(frame, classes=plan.classes, dataset="sample")


def no_training(plan: ClipPlan) -> ClipPlan:
    frame = plan.frame.copy()
    frame["split_1"] = "test"
    return ClipPlan.from_frame(frame, classes=plan.classes, dataset="sample")


@pytest.mark.parametrize(
    ("plan", "rows", "told"),
    [
        (
            make_plan(12),
            4,
            "is not complete (1 of 3 shards): run the command that fills it",
        ),
        (
            one_class(make_plan(12)),
            12,
            "'split_1' has training clips of one class only (run)",
        ),
        (no_training(make_plan(12)), 12, "split 'split_1' has no training clips"),
    ],
    ids=["not sealed", "one class", "no training clips"],
)
def test_caches_that_cannot_be_searched(
    tmp_path: Path, plan: ClipPlan, rows: int, told: str
) -> None:
    done = call(*words_for(cache_of(tmp_path / "cache", plan, rows)), "--out", "run")
    assert told in done.stderr
    assert done.exit_code == 4


def test_a_batch_larger_than_the_set_is_the_set(cache: Path) -> None:
    sets = ("train.batch=4096", "relax.batch=4096")
    for method in ("darts", "random"):
        words = words_for(cache, *sets, f"method={method}")
        assert call(*words, "--out", method).exit_code == 0


@pytest.mark.parametrize("method", ["darts", "random"])
@pytest.mark.parametrize("row", [0, 5, 33])
def test_a_row_that_is_no_number_is_named(
    cache: Path, tmp_path: Path, method: str, row: int
) -> None:
    assert FeatureCache.open(cache).clips["split_1"][row] == "train"
    spoilt = rewritten(cache, tmp_path / "spoilt", spoilt=[row])
    done = call(*words_for(spoilt, f"method={method}"), "--out", "run")
    assert f"the features of flow/low are not finite in rows {row}: extract them" in done.stderr
    assert done.exit_code == 4
    assert (tmp_path / "run" / "config.yaml").exists()
    assert not (tmp_path / "run" / "result.json").exists()
    # Mended, it goes on.
    spoilt.rename(tmp_path / "old")
    rewritten(cache, spoilt)
    assert call(*words_for(spoilt, f"method={method}"), "--out", "run").exit_code == 0


def test_a_rate_that_is_too_high_is_named(cache: Path) -> None:
    words = words_for(cache, "method=random", "train.rate=1e30", "train.optimizer=sgd")
    done = call(*words, "--set", "train.clip=0", "--out", "run")
    assert "the loss is not finite, in the batch of rows" in done.stderr
    assert done.exit_code == 4


@pytest.mark.parametrize(
    ("plan", "spoilt", "changed"),
    [(make_videos(val=True), [], "clips, flow, rgb"), (None, [12], "flow, rgb")],
    ids=["other clips", "other values"],
)
def test_a_run_goes_on_only_with_the_cache_it_began_with(
    cache: Path, tmp_path: Path, plan: ClipPlan | None, spoilt: list[int], changed: str
) -> None:
    copy = rewritten(cache, tmp_path / "copy")
    assert call(*words_for(copy, "method=random"), "--out", "run").exit_code == 0
    before = (tmp_path / "run" / "result.json").read_bytes()
    copy.rename(tmp_path / "old")
    rewritten(cache, copy, plan, spoilt)
    done = call(*words_for(copy, "method=random"), "--out", "run")
    assert f"copy is not what this run began with: its {changed} changed since" in done.stderr
    assert done.exit_code == 4
    assert (tmp_path / "run" / "result.json").read_bytes() == before


def test_force_starts_anew_with_the_cache_that_was_made_anew(cache: Path, tmp_path: Path) -> None:
    copy = rewritten(cache, tmp_path / "copy")
    words = words_for(copy, "method=random")
    assert call(*words, "--out", "run").exit_code == 0
    copy.rename(tmp_path / "old")
    rewritten(cache, copy, make_videos(val=True))
    assert call(*words, "--out", "run").exit_code == 4
    first = list((tmp_path / "run" / "tensorboard").iterdir())
    assert call(*words, "--out", "run", "--force").exit_code == 0
    assert call(*words, "--out", "new").exit_code == 0
    assert learned(tmp_path / "run") == learned(tmp_path / "new")
    assert not any(file.exists() for file in first)
    # The same again goes on: a search that was forced and killed does not lose what it has.
    before = (tmp_path / "run" / "metrics.jsonl").read_bytes()
    assert call(*words, "--out", "run", "--force").exit_code == 0
    assert (tmp_path / "run" / "metrics.jsonl").read_bytes() == before


def test_json_of_an_error(cache: Path) -> None:
    done = call(*words_for(cache), "--split", "4", "--json", "--out", "run")
    facts = json.loads(done.stdout)
    assert (facts["ok"], facts["exit_code"]) == (False, 2)


def test_the_folder_of_an_error_is_there_to_go_on_with(cache: Path, tmp_path: Path) -> None:
    words = [*words_for(tmp_path / "later", "method=random"), "--out", "run"]
    assert call(*words).exit_code == 4
    rewritten(cache, tmp_path / "later")
    assert call(*words).exit_code == 0
