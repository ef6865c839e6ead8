"""Which device a search takes, and what it refuses; of GPUs, only their number is made up."""

import pytest
import torch

from adf.errors import ConfigError
from adf.search.team import sharers
from adf.search.trial import device_of, require_half_precision


def with_gpus(monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    """Let torch find so many GPUs, of which none is used."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: count > 0)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: count)


@pytest.mark.parametrize(
    "name", ["meta", "mps", "xla", "hip", "vulkan", "cuda:", "cuda:-1", "cuda:1000", "cpu,cuda", ""]
)
def test_what_nothing_here_computes_on(name: str) -> None:
    with pytest.raises(ConfigError, match=f"device is '{name}': give auto, cpu or cuda"):
        device_of(name)


def test_without_gpus(monkeypatch: pytest.MonkeyPatch) -> None:
    with_gpus(monkeypatch, 0)
    assert device_of("auto") == device_of("cpu") == torch.device("cpu")
    for name in ("cuda", "cuda:0"):
        with pytest.raises(ConfigError, match="torch finds no CUDA device: use cpu or auto"):
            device_of(name)


def test_each_rank_takes_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    with_gpus(monkeypatch, 2)
    monkeypatch.delenv("LOCAL_RANK", raising=False)
    assert device_of("auto") == device_of("cuda") == torch.device("cuda:0")
    monkeypatch.setenv("LOCAL_RANK", "1")
    assert device_of("auto") == device_of("cuda") == torch.device("cuda:1")
    assert device_of("cuda:0") == torch.device("cuda:0")
    assert device_of("cpu") == torch.device("cpu")
    monkeypatch.setenv("LOCAL_RANK", "2")
    for name in ("auto", "cuda", "cuda:2", "cuda:300"):
        with pytest.raises(ConfigError, match=r"torch finds no cuda:\d+, its last is cuda:1"):
            device_of(name)


def test_half_precision_only_where_there_is_any(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda: False)
    require_half_precision(True, torch.device("cpu"))
    require_half_precision(False, torch.device("cuda:0"))
    with pytest.raises(ConfigError, match="amp: cuda:0 does not compute in bfloat16"):
        require_half_precision(True, torch.device("cuda:0"))


def test_ranks_share_the_memory_of_the_machine_workers_that_of_a_gpu() -> None:
    environ = {"ADF_SIBLINGS": "3", "LOCAL_WORLD_SIZE": "2"}
    assert sharers(torch.device("cpu"), {}) == 1
    assert sharers(torch.device("cpu"), environ) == 6
    assert sharers(torch.device("cuda:0"), environ) == 3
