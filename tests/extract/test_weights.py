"""Where the values of a backbone come from: drawn by seed, from torchvision, from a file."""

import hashlib
from pathlib import Path
from urllib.error import URLError

import pytest
import torch
from torch import nn

from adf.errors import ConfigError, InputNotFound, InvalidInput, MissingDependency
from adf.extract.backbones import BACKBONES
from adf.extract.backbones.stem import mean_over_channels
from adf.extract.checkpoints import published
from adf.extract.weights import load_weights
from tests.extract.files import NAME, fresh, holds, saved, trained


@pytest.mark.parametrize(("source", "recorded"), [("random", "random:0"), ("random:7", "random:7")])
def test_random_weights_are_those_of_their_seed(source: str, recorded: str) -> None:
    first, second = fresh(), fresh()
    with torch.random.fork_rng():
        torch.manual_seed(5)
        loaded = load_weights(first, source)
    assert loaded.weights == recorded == load_weights(second, source).weights
    assert holds(first, second.state_dict())
    load_weights(second, "random:8")
    assert not holds(first, second.state_dict())


def test_random_weights_are_the_same_on_every_machine() -> None:
    backbone = fresh(num_classes=2)
    load_weights(backbone, "random:3")
    digest = hashlib.sha256()
    for key in ("conv1.weight", "layer2.0.downsample.0.weight", "fc.weight", "fc.bias"):
        digest.update(backbone.state_dict()[key].numpy().astype("<f4").tobytes())
    assert digest.hexdigest()[:16] == "1010ba1fc09f8506"


def test_other_layers_do_not_change_what_is_drawn() -> None:
    small, large = fresh(), BACKBONES["mc3_18"]()
    load_weights(small, "random")
    load_weights(large, "random")
    drawn = {
        network.name: network.state_dict()["layer2.0.downsample.0.weight"].flatten()
        for network in (small, large)
    }
    # Only the bound differs: 4 inputs here, 64 there.
    torch.testing.assert_close(drawn["tiny"], drawn["mc3-18"][:32] * 4)


@pytest.mark.parametrize("source", ["random:", "random:x", "random:-1", "random:1.5", "random:٣"])
def test_a_seed_is_a_whole_number(source: str) -> None:
    if source == "random:":
        assert load_weights(fresh(), source).weights == "random:0"
        return
    with pytest.raises(ConfigError, match="the seed is a whole number, as in random:7"):
        load_weights(fresh(), source)


def test_a_file_is_recorded_by_its_bytes(tmp_path: Path) -> None:
    path = saved(tmp_path / "w.pth", dict(trained()))
    backbone = fresh(num_classes=7)
    loaded = load_weights(backbone, str(path))
    assert loaded.weights == "sha256:" + hashlib.sha256(path.read_bytes()).hexdigest()
    assert loaded.changes == {}
    assert loaded.notes == ()
    assert holds(backbone, trained())
    assert not any(parameter.requires_grad for parameter in backbone.parameters())


def test_a_stem_is_averaged_over_rgb(tmp_path: Path) -> None:
    path = saved(tmp_path / "rgb.pth", dict(trained()))
    flow = fresh(in_channels=2)
    loaded = load_weights(flow, str(path), adapt_stem="mean")
    assert loaded.changes == {"adapt_stem": {"policy": "mean", "from": 3, "to": 2}}
    stem = flow.get_submodule("conv1")
    assert isinstance(stem, nn.Conv3d)
    r, g, b = trained()["conv1.weight"].unbind(1)
    for channel in (0, 1):
        torch.testing.assert_close(stem.weight[:, channel], (r + g + b) / 3)
    others = {k: v for k, v in flow.state_dict().items() if k != "conv1.weight"}
    assert all(torch.equal(value, trained()[key]) for key, value in others.items())


def test_a_stem_that_fits_is_not_adapted(tmp_path: Path) -> None:
    path = saved(tmp_path / "rgb.pth", dict(trained()))
    backbone = fresh()
    assert load_weights(backbone, str(path), adapt_stem="mean").changes == {}
    assert holds(backbone, trained())


def test_the_mean_keeps_the_answer_to_grey() -> None:
    kernels = torch.randn(4, 3, 1, 3, 3)
    assert mean_over_channels(kernels, 3).shape == kernels.shape
    grey = torch.randn(1, 1, 1, 5, 5).repeat(1, 3, 1, 1, 1)
    torch.testing.assert_close(
        nn.functional.conv3d(grey, mean_over_channels(kernels, 3)),
        nn.functional.conv3d(grey, kernels),
        rtol=1e-4,
        atol=1e-5,
    )


def test_policies_have_names() -> None:
    with pytest.raises(ConfigError, match="--adapt-stem is none or mean, not 'max'"):
        load_weights(fresh(), "random", adapt_stem="max")  # type: ignore[arg-type]


def test_a_file_that_is_not_there_has_neighbours(tmp_path: Path) -> None:
    (tmp_path / "r3d18_K_200ep.pth").touch()
    with pytest.raises(InputNotFound, match=r"does not exist. Did you mean 'r3d18_K_200ep.pth'"):
        load_weights(fresh(), str(tmp_path / "r3d18_K_20ep.pth"))
    with pytest.raises(InputNotFound, match=r"does not exist. Give a file, random\[:SEED\]"):
        load_weights(fresh(), str(tmp_path / "nowhere" / "x"))
    with pytest.raises(InvalidInput, match="is a folder: name a file in it"):
        load_weights(fresh(), str(tmp_path))


class TestTorchvision:
    @pytest.fixture(autouse=True)
    def _own_folder(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(torch.hub, "get_dir", lambda: str(tmp_path))
        self.path = tmp_path / "checkpoints" / "r3d_18-b3b3357e.pth"

    def test_others_are_not_published(self) -> None:
        with pytest.raises(ConfigError, match=f"no weights of {NAME}: give --weights FILE"):
            load_weights(fresh(), "torchvision")

    def test_without_a_network_it_says_what_to_do(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def fail(*_: object, **__: object) -> None:
            raise URLError("no route")

        monkeypatch.setattr(torch.hub, "download_url_to_file", fail)
        with pytest.raises(MissingDependency) as caught:
            load_weights(BACKBONES["r3d_18"](), "torchvision")
        assert f"put the file at {self.path}, or give it by --weights FILE" in str(caught.value)
        assert "\n" not in str(caught.value)

    def test_a_file_that_is_there_is_taken(self, monkeypatch: pytest.MonkeyPatch) -> None:
        theirs = BACKBONES["r3d_18"](num_classes=400)
        load_weights(theirs, "random:4")
        self.path.parent.mkdir()
        saved(self.path, theirs.state_dict())
        with pytest.raises(InvalidInput, match="not those published: delete the file"):
            load_weights(BACKBONES["r3d_18"](), "torchvision")
        monkeypatch.setattr(published, "require_beginning", lambda path: None)
        ours = BACKBONES["r3d_18"]()
        loaded = load_weights(ours, "torchvision")
        assert loaded.weights.startswith("sha256:")
        assert loaded.notes == (
            "R3D_18_Weights.KINETICS400_V1",
            "classifier of 400 outputs dropped",
        )
        assert holds(ours, theirs.state_dict())
