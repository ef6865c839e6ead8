"""RAFT: strict about its weights, exact about padding, the same however pairs are batched."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from adf.errors import InputNotFound, InvalidInput, MissingDependency
from adf.extract.modalities.flow import FlowSettings, make_flow
from adf.extract.modalities.flow.raft import Raft, load, margins, prepared
from tests.extract.flow.samples import SIZE, moving

BIAS = "update_block.flow_head.conv2.bias"


@pytest.fixture(scope="module")
def network() -> Raft:
    return Raft("random:3", "cpu", iterations=2)


def saved(path: Path, state: dict[str, Tensor]) -> Path:
    torch.save(state, path)
    return path


def drawn(seed: int = 3) -> dict[str, Tensor]:
    state: dict[str, Tensor] = load(f"random:{seed}")[0].state_dict()
    return state


def test_pairs_do_not_depend_on_each_other(network: Raft) -> None:
    pixels = moving().pixels
    together = network(pixels[:2], pixels[1:3])
    alone = network(pixels[1:2], pixels[2:3])
    np.testing.assert_allclose(together[1:], alone, atol=1e-3)


def test_the_flow_is_that_of_the_network_on_padded_pictures(network: Raft) -> None:
    clip = moving()
    left, _, top, _ = margins(SIZE, SIZE)
    wide = np.pad(clip.pixels[:2], ((0, 0), (top, top), (left, left), (0, 0)), mode="edge")
    assert wide.shape[1:3] == (128, 128)
    pictures = torch.from_numpy(wide).permute(0, 3, 1, 2) / 255 * 2 - 1
    with torch.inference_mode():
        whole = network.network(pictures[:1], pictures[1:], num_flow_updates=2)[-1]
    wanted = whole[0, :, top:-top, left:-left].permute(1, 2, 0)
    np.testing.assert_allclose(network(clip.pixels[:1], clip.pixels[1:2])[0], wanted, atol=1e-3)


@pytest.mark.parametrize("size", [(1, 1), (112, 112), (127, 130), (128, 136), (240, 321)])
def test_padding_is_the_least_that_the_network_can_take(size: tuple[int, int]) -> None:
    padded = prepared(np.zeros((1, *size, 3), np.uint8), "cpu").shape[2:]
    for side, given in zip(padded, size, strict=True):
        assert side % 8 == 0
        assert side == 128 or (side > 128 and 0 <= side - given < 8)


def test_weights_are_those_of_their_seed() -> None:
    with torch.random.fork_rng():
        torch.manual_seed(99)
        state = torch.random.get_rng_state()
        first = drawn()
        assert torch.equal(torch.random.get_rng_state(), state)
    assert all(torch.equal(value, first[key]) for key, value in drawn().items())
    assert not all(torch.equal(value, first[key]) for key, value in drawn(4).items())


def test_weights_of_a_file_are_used_and_told_by_their_digest(tmp_path: Path) -> None:
    path = saved(tmp_path / "raft.pth", drawn(5))
    flow = make_flow(FlowSettings("raft", weights=str(path)), SIZE)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert flow.as_json()["parameters"]["weights"] == f"sha256:{digest}"
    same = make_flow(FlowSettings("raft", weights="random:5"), SIZE)
    np.testing.assert_array_equal(flow.render(moving()), same.render(moving()))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda state: state.pop(BIAS), f"1 missing: {BIAS}"),
        (lambda state: state.update(extra=torch.ones(1)), "1 unexpected: extra"),
        (lambda state: state.update({BIAS: torch.ones(3)}), f"1 misshapen: {BIAS}"),
        (lambda state: state[BIAS].fill_(float("nan")), f"1 with NaN or Inf: {BIAS}"),
    ],
)
def test_weights_that_do_not_fit_are_refused(
    tmp_path: Path, change: Callable[[dict[str, Tensor]], object], told: str
) -> None:
    state = drawn()
    change(state)
    with pytest.raises(InvalidInput, match=f"does not fit raft_small: {told}"):
        load(str(saved(tmp_path / "raft.pth", state)))


def test_weights_are_taken_out_of_what_a_training_saved_around_them(tmp_path: Path) -> None:
    torch.save({"epoch": 3, "state_dict": drawn(5)}, tmp_path / "raft.pth")
    loaded, _ = load(str(tmp_path / "raft.pth"))
    assert all(torch.equal(value, loaded.state_dict()[key]) for key, value in drawn(5).items())


def test_what_holds_no_weights_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "list.pth"
    torch.save([1, 2], path)
    with pytest.raises(InvalidInput, match="list.pth holds list, no state dict"):
        load(str(path))
    with pytest.raises(InputNotFound, match="none.pth does not exist"):
        load(str(tmp_path / "none.pth"))


def test_published_weights_that_cannot_be_had_say_where_to_put_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def offline(url: str, path: str, progress: bool) -> None:
        raise OSError(f"no way to {url}")

    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(tmp_path))
    monkeypatch.setattr(torch.hub, "download_url_to_file", offline)
    with pytest.raises(MissingDependency, match="put the file at .*raft_small_C_T_V2-01064c6d.pth"):
        load("torchvision")
    path = saved(tmp_path / "checkpoints" / "raft_small_C_T_V2-01064c6d.pth", drawn())
    with pytest.raises(InvalidInput, match="are not those published"):
        load("torchvision")
    assert path.is_file()
