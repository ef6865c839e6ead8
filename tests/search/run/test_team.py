"""Two processes, as ``torchrun`` starts them, train one network and decide alike."""

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from adf import metrics
from adf.errors import ConfigError
from adf.search.team import ALONE, Team, folder_of_rank, join_team
from tests.house.checkout import ROOT
from tests.search.run.samples import call, learned, words_for


def started(rank: int, port: int, words: list[str]) -> "subprocess.Popen[str]":
    """Start a rank of two; it talks on the loopback interface only."""
    team = {"RANK": str(rank), "LOCAL_RANK": str(rank), "WORLD_SIZE": "2"}
    where = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port), "GLOO_SOCKET_IFNAME": "lo"}
    return subprocess.Popen(
        [sys.executable, "-m", "adf", "search", *words],
        env={**os.environ, **team, **where, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def ended(words: list[str], *also: list[str]) -> list[tuple[int, str]]:
    """Run two ranks, the second with other words if told; return their codes and what they said."""
    port = free_port()
    ranks = [started(rank, port, each) for rank, each in enumerate([words, *also, words][:2])]
    said = [rank.communicate(timeout=120)[0] for rank in ranks]
    return [(rank.returncode, text) for rank, text in zip(ranks, said, strict=True)]


def searched(cache: Path, out: Path, *sets: str) -> tuple[Path, Path]:
    """Search with two ranks, and return their folders."""
    found = ended([*words_for(cache, *sets), "--out", str(out)])
    assert [code for code, _ in found] == [0, 0], found
    # The result is told once.
    assert ["judged accuracy" in text for _, text in found] == [True, False], found
    return out, out / "ranks" / "1"


@pytest.mark.slow
@pytest.mark.parametrize("method", ["darts", "propose-and-judge"])
def test_two_ranks_find_the_same(cache: Path, tmp_path: Path, method: str) -> None:
    first, second = searched(cache, tmp_path / "run", f"method={method}")
    assert (first / "genotype.json").read_bytes() == (second / "genotype.json").read_bytes()
    lines = [metrics.read(folder / "metrics.jsonl") for folder in (first, second)]
    kinds = [[(line["event"], line.get("key")) for line in each] for each in lines]
    assert kinds[0] == kinds[1]
    assert len(kinds[0]) > 2
    for one, other in zip(*lines, strict=True):
        # Each rank tells the loss of its own half of a batch; all else is decided together.
        for name in ("accuracy", "levels", "ops", "genotype"):
            assert one.get(name) == other.get(name), name


def cut(folder: Path, lines: int) -> None:
    """Leave of a run what there was when so many lines were written."""
    path = folder / "metrics.jsonl"
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:lines]))
    for name in ("result.json", "genotype.json"):
        (folder / name).unlink()


@pytest.mark.slow
def test_ranks_that_were_killed_apart_go_on_together(cache: Path, tmp_path: Path) -> None:
    whole, _ = searched(cache, tmp_path / "whole", "method=random")
    for ahead in (-1, 1):
        out = tmp_path / f"run{ahead}"
        shutil.copytree(whole, out)
        first, second = out, out / "ranks" / "1"
        cut(first, 3)
        cut(second, 3 + ahead)
        searched(cache, out, "method=random")
        assert learned(first) == learned(whole)
        assert learned(second) == learned(whole)


@pytest.mark.slow
def test_a_rank_without_a_checkpoint_takes_that_of_the_first(cache: Path, tmp_path: Path) -> None:
    whole, _ = searched(cache, tmp_path / "whole", "method=darts")
    shutil.copytree(whole, tmp_path / "run")
    first, second = tmp_path / "run", tmp_path / "run" / "ranks" / "1"
    # All epochs are behind the first rank, and none behind the second.
    cut(first, 4)
    cut(second, 1)
    (second / "checkpoints" / "relaxation.pt").unlink()
    searched(cache, tmp_path / "run", "method=darts")
    assert learned(first) == learned(whole)
    assert [line["key"] for line in metrics.read(second / "metrics.jsonl")] == [
        line["key"] for line in metrics.read(whole / "metrics.jsonl")
    ]


@pytest.mark.slow
def test_where_one_rank_is_refused_no_other_waits_for_it(cache: Path, tmp_path: Path) -> None:
    out = ["--out", str(tmp_path / "run")]
    (gone, first), (refused, second) = ended(
        [*words_for(cache), *out], [*words_for(tmp_path / "nothing"), *out]
    )
    assert (refused, gone) == (4, 75), (first, second)
    assert "another process of this search has ended" in first
    assert "Traceback" not in first + second


MEANWHILE = """
import torch
from adf.search.families import network
from adf.search.train import score, train
import numpy as np

def search(study):
    torch.manual_seed(0)
    genotype = study.space.draw(np.random.default_rng(0))
    drawn = network(genotype, study.space.widths, study.classes, 0.0)
    learned = train(drawn, study.bench(study.halves.weights), study.settings.train, [0]).eval()
    torch.save(learned.state_dict(), study.run.path / "mean.pt")
    with torch.no_grad():
        for weight in learned.parameters():
            weight += study.team.rank
    found = score(learned, study.bench(study.halves.judging), 8)
    study.memory.tell("scored", accuracy=found.accuracy, loss=found.loss)
    return genotype
"""


@pytest.mark.slow
def test_ranks_have_one_mean_and_one_score(cache: Path, tmp_path: Path) -> None:
    (tmp_path / "own.py").write_text(MEANWHILE)
    sets = (f"method={tmp_path / 'own.py'}", "train={epochs: 2, batch: 8, average: 0.5}")
    folders = searched(cache, tmp_path / "run", *sets)
    one, other = (torch.load(each / "mean.pt", weights_only=True) for each in folders)
    assert any("running_var" in name for name in one)
    assert all(torch.equal(value, other[name]) for name, value in one.items())
    # Though their weights differ by now.
    lines = [metrics.read(each / "metrics.jsonl")[1] for each in folders]
    assert lines[0]["event"] == "scored"
    assert lines[0]["loss"] == lines[1]["loss"]


def test_several_seeds_are_no_work_for_a_team(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORLD_SIZE", "2")
    monkeypatch.setenv("RANK", "1")
    done = call(*words_for(cache), "--seeds", "0-1", "--out", "run")
    assert done.exit_code == 2
    assert "--seeds starts processes of its own: give it without torchrun" in done.stderr
    assert not (tmp_path / "run").exists()


def test_a_batch_is_shared_out() -> None:
    positions = torch.arange(7).numpy()
    parts = [Team(rank, 2).share(positions) for rank in (0, 1)]
    assert sorted([*parts[0], *parts[1]]) == list(range(7))
    assert list(Team(1, 4).share(positions)) == list(range(7))
    assert list(ALONE.share(positions)) == list(range(7))


def test_alone_nothing_is_exchanged() -> None:
    gradient = torch.ones(3)
    ALONE.average([gradient])
    assert gradient.tolist() == [1, 1, 1]
    assert join_team({}) is ALONE


def test_ranks_have_folders_of_their_own(tmp_path: Path) -> None:
    assert folder_of_rank(tmp_path, {}) == tmp_path
    assert folder_of_rank(tmp_path, {"WORLD_SIZE": "2", "RANK": "0"}) == tmp_path
    other = folder_of_rank(tmp_path, {"WORLD_SIZE": "2", "RANK": "1"})
    assert other == tmp_path / "ranks" / "1"
    with pytest.raises(ConfigError, match="give --out"):
        folder_of_rank(None, {"WORLD_SIZE": "2", "RANK": "1"})
