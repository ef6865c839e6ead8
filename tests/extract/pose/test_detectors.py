"""Torchvision's LR-ASPP: its own output, weights from files, batches."""

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torchvision.models.segmentation import lraspp_mobilenet_v3_large
from torchvision.ops.misc import FrozenBatchNorm2d

from adf.errors import InputNotFound, InvalidInput, MissingDependency
from adf.extract.modalities import networks
from adf.extract.modalities.clip import Clip
from adf.extract.modalities.networks import built, filled
from adf.extract.modalities.pose import PoseSettings, make_pose
from adf.extract.modalities.pose.assembly import Pose
from adf.extract.modalities.pose.detectors import PersonNetwork, with_frozen_norms
from adf.extract.modalities.pose.rendering import masked_rgb, shrunk
from tests.extract.pose.samples import noise

SIDE = 64
LRASPP = "lraspp_mobilenet_v3_large"


def shown(count: int = 2, frames: Any = None) -> Clip:
    numbers = np.arange(count) if frames is None else np.array(frames)
    return Clip(Path("v.avi"), noise(count, SIDE, SIDE, 3)[numbers], numbers)


def images(clip: Clip) -> Tensor:
    return torch.from_numpy(clip.pixels.astype(np.float32) / 255).permute(0, 3, 1, 2)


def modality(size: int = SIDE // 2, **changes: Any) -> Pose:
    made = make_pose(PoseSettings(**{"weights": "random:3", "scale": 2, **changes}), size)
    assert isinstance(made, Pose)
    return made


def state(made: Pose) -> dict[str, Tensor]:
    assert isinstance(made.finder, PersonNetwork)
    return made.finder.network.state_dict()


@cache
def lraspp() -> Pose:
    """Return a network whose answers differ from pixel to pixel more than random ones do."""
    made = modality(rendering="masked-rgb")
    for branch in ("low", "high"):
        state(made)[f"classifier.{branch}_classifier.weight"].mul_(3000)
    return made


def test_lraspp_is_torchvisions() -> None:
    clip = shown()
    own = lraspp_mobilenet_v3_large(weights=None, weights_backbone=None)
    own.load_state_dict(state(lraspp()))
    mean = torch.tensor([0.485, 0.456, 0.406])[:, None, None]
    std = torch.tensor([0.229, 0.224, 0.225])[:, None, None]
    with torch.no_grad():
        masks = own.eval()((images(clip) - mean) / std)["out"].softmax(1)[:, 15].numpy()
    expected = shrunk(masked_rgb(clip.pixels, masks), SIDE // 2)
    assert np.abs(lraspp().render(clip).astype(int) - expected).max() <= 1
    assert masks.std() > 0.05


def test_networks_are_frozen_and_left_alone() -> None:
    before = {key: value.clone() for key, value in state(lraspp()).items()}
    first = lraspp().render(shown())
    assert (lraspp().render(shown()) == first).all()
    finder = lraspp().finder
    assert isinstance(finder, PersonNetwork)
    assert not finder.network.training
    assert not any(parameter.requires_grad for parameter in finder.network.parameters())
    assert all(torch.equal(value, before[key]) for key, value in state(lraspp()).items())


def test_a_seed_decides_the_weights_and_disturbs_no_other() -> None:
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    first, same, other = built(LRASPP, 3), built(LRASPP, 3), built(LRASPP, 4)
    assert torch.equal(torch.rand(3), expected)
    key = "backbone.0.0.weight"
    assert torch.equal(first.state_dict()[key], same.state_dict()[key])
    assert not torch.equal(first.state_dict()[key], other.state_dict()[key])


def test_frames_shown_twice_are_looked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    finder = lraspp().finder
    assert isinstance(finder, PersonNetwork)
    sizes: list[int] = []
    hook = finder.network.register_forward_pre_hook(lambda _, given: sizes.append(len(given[0])))
    monkeypatch.setattr("adf.extract.modalities.pose.detectors.BATCH", 2)
    found = lraspp().render(shown(5, frames=[0, 0, 1, 4, 4, 0, 1]))
    hook.remove()
    assert sizes == [2, 1]
    whole = lraspp().render(shown(5))
    assert np.abs(found.astype(int) - whole[[0, 0, 1, 4, 4, 0, 1]]).max() <= 1


class TestFiles:
    def save(self, path: Path, **changes: Any) -> Path:
        torch.save({**state(lraspp()), **changes}, path)
        return path

    def test_a_file_gives_the_network_it_was_saved_from(self, tmp_path: Path) -> None:
        path = self.save(tmp_path / "w.pth")
        loaded = modality(weights=str(path))
        assert (loaded.render(shown()) == lraspp().render(shown())).all()
        assert loaded.as_json()["weights"].startswith("sha256:")
        assert loaded.as_json() != lraspp().as_json()

    def test_counters_of_batches_may_be_missing(self, tmp_path: Path) -> None:
        kept = {k: v for k, v in state(lraspp()).items() if not k.endswith("num_batches_tracked")}
        torch.save(kept, tmp_path / "w.pth")
        loaded = modality(weights=str(tmp_path / "w.pth"))
        assert (loaded.render(shown()) == lraspp().render(shown())).all()

    def test_every_key_has_to_fit(self, tmp_path: Path) -> None:
        own = state(lraspp())
        wrong = {
            "1 unexpected: extra.weight": {**own, "extra.weight": torch.ones(1)},
            "1 missing: backbone.0.0.weight": {
                k: v for k, v in own.items() if k != "backbone.0.0.weight"
            },
            r"1 misshapen: classifier.low_classifier.bias \(2, not 21\)": {
                **own,
                "classifier.low_classifier.bias": torch.ones(2),
            },
            "1 with NaN or Inf: classifier.low_classifier.bias": {
                **own,
                "classifier.low_classifier.bias": torch.full((21,), torch.nan),
            },
        }
        for message, tensors in wrong.items():
            torch.save(tensors, tmp_path / "w.pth")
            with pytest.raises(InvalidInput, match=f"w.pth does not fit {LRASPP}: {message}$"):
                modality(weights=str(tmp_path / "w.pth"))

    def test_other_files(self, tmp_path: Path) -> None:
        with pytest.raises(InputNotFound, match=r"no.pth does not exist"):
            modality(weights=str(tmp_path / "no.pth"))
        torch.save({"network": nn.Linear(1, 1)}, tmp_path / "program.pth")
        with pytest.raises(InvalidInput, match="was refused and not executed"):
            modality(weights=str(tmp_path / "program.pth"))

    def test_published_weights(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(torch.hub, "get_dir", lambda: str(tmp_path))

        def offline(*_: object, **__: object) -> None:
            raise OSError("no route")

        monkeypatch.setattr(torch.hub, "download_url_to_file", offline)
        path = tmp_path / "checkpoints" / "lraspp_mobilenet_v3_large-d234d4ea.pth"
        with pytest.raises(MissingDependency, match=r"or give it by pose.weights FILE$") as caught:
            modality(weights="torchvision")
        assert f"put the file at {path}," in str(caught.value)
        self.save(path)
        with pytest.raises(InvalidInput, match="are not those published"):
            modality(weights="torchvision")
        monkeypatch.setattr(networks, "published", lambda name, option: (path, name))
        loaded = modality(weights="torchvision")
        assert (loaded.render(shown()) == lraspp().render(shown())).all()


def test_norms_are_frozen_as_the_published_weights_want_them() -> None:
    network = nn.Sequential(nn.Conv2d(3, 4, 1), nn.Sequential(nn.BatchNorm2d(4))).eval()
    with_frozen_norms(network)
    norm = network.get_submodule("1.0")
    assert isinstance(norm, FrozenBatchNorm2d)
    assert norm.eps == 0
    norm.load_state_dict(nn.BatchNorm2d(4).state_dict())


def test_networks_fill_whole_or_not_at_all(tmp_path: Path) -> None:
    network = built(LRASPP, 1)
    before = {key: value.clone() for key, value in network.state_dict().items()}
    torch.save({"classifier.low_classifier.bias": torch.ones(21)}, tmp_path / "w.pth")
    with pytest.raises(InvalidInput, match=r"^x.weights: .* missing: backbone"):
        filled(network, str(tmp_path / "w.pth"), LRASPP, "x.weights")
    assert all(torch.equal(value, before[key]) for key, value in network.state_dict().items())
