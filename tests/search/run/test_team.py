"""Two processes, as ``torchrun`` starts them, train one network and decide alike."""

import os
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
from tests.search.run.samples import words_for


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


@pytest.mark.slow
@pytest.mark.parametrize("method", ["darts", "propose-and-judge"])
def test_two_ranks_find_the_same(cache: Path, tmp_path: Path, method: str) -> None:
    out, port = tmp_path / "run", free_port()
    words = [*words_for(cache, f"method={method}"), "--out", str(out)]
    ranks = [started(rank, port, words) for rank in (0, 1)]
    said = [rank.communicate(timeout=120)[0] for rank in ranks]
    assert [rank.returncode for rank in ranks] == [0, 0], said
    first, second = out, out / "ranks" / "1"
    assert (first / "genotype.json").read_bytes() == (second / "genotype.json").read_bytes()
    lines = [metrics.read(folder / "metrics.jsonl") for folder in (first, second)]
    kinds = [[(line["event"], line.get("key")) for line in each] for each in lines]
    assert kinds[0] == kinds[1]
    assert len(kinds[0]) > 2
    for one, other in zip(*lines, strict=True):
        # Each rank tells the loss of its own half of a batch; all else is decided together.
        for name in ("accuracy", "levels", "ops", "genotype"):
            assert one.get(name) == other.get(name), name


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
    assert join_team(torch.device("cpu"), {}) is ALONE


def test_ranks_have_folders_of_their_own(tmp_path: Path) -> None:
    assert folder_of_rank(tmp_path, {}) == tmp_path
    assert folder_of_rank(tmp_path, {"WORLD_SIZE": "2", "RANK": "0"}) == tmp_path
    other = folder_of_rank(tmp_path, {"WORLD_SIZE": "2", "RANK": "1"})
    assert other == tmp_path / "ranks" / "1"
    with pytest.raises(ConfigError, match="give --out"):
        folder_of_rank(None, {"WORLD_SIZE": "2", "RANK": "1"})
