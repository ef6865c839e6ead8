"""Every dialect of a weights file is understood, every other difference is named."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from adf.errors import InvalidInput
from adf.extract.backbones import BACKBONES
from adf.extract.checkpoints import read_checkpoint
from adf.extract.weights import load_weights
from tests.extract.files import bytes_of, fresh, holds, pickled, saved, trained

State = dict[str, Tensor]


def optimizer_beside(state: State) -> Any:
    parameter = torch.nn.Parameter(torch.zeros(2))
    optimizer = torch.optim.SGD([parameter], lr=0.1, momentum=0.9)
    scheduler = torch.optim.lr_scheduler.MultiStepLR(optimizer, [5])
    return {
        "epoch": 200,
        "arch": "resnet-18",
        "state_dict": state,
        "optimizer": optimizer.state_dict(),
        "scheduler": scheduler.state_dict(),
    }


def prefixed(*prefixes: str) -> Callable[[State], State]:
    def change(state: State) -> State:
        return {"".join(prefixes) + key: value for key, value in state.items()}

    return change


def without_counters(state: State) -> State:
    return {key: value for key, value in state.items() if "num_batches" not in key}


def numpy_beside(state: State) -> Any:
    best = {"top1": np.float64(0.5), "epoch": np.int64(3), "name": np.str_("x"), "ok": np.True_}
    return {"state_dict": {**state, "best": np.float32(0.5)}, "best": best, "kind": np.dtype("f4")}


DIALECTS: dict[str, tuple[Callable[[State], Any], str]] = {
    "plain": (lambda state: state, "classifier of 7 outputs dropped"),
    "state_dict": (lambda state: {"state_dict": state}, "taken from 'state_dict'"),
    "model_state": (lambda s: {"model_state": s, "cfg": "A: 1"}, "taken from 'model_state'"),
    "model": (lambda state: {"model": state, "best": 0.5}, "taken from 'model'"),
    "nested": (lambda state: {"model": {"state_dict": state}}, "taken from 'state_dict'"),
    "optimizer": (optimizer_beside, "taken from 'state_dict'"),
    "numpy": (numpy_beside, "no tensors, ignored: best"),
    "module.": (prefixed("module."), "prefix 'module.' taken off"),
    "compiled": (prefixed("module.", "_orig_mod."), "prefix '_orig_mod.' taken off"),
    "counters": (without_counters, "13 batch counters added"),
    "beside": (lambda state: {**state, "epoch": 3}, "no tensors, ignored: epoch"),
}


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_dialect_is_understood_and_noted(tmp_path: Path, dialect: str) -> None:
    change, note = DIALECTS[dialect]
    path = saved(tmp_path / "w.pth", change(dict(trained())))
    backbone = fresh()
    assert note in load_weights(backbone, str(path)).notes
    assert holds(backbone, trained())


def test_the_format_of_old_torch_is_read(tmp_path: Path) -> None:
    document = numpy_beside(dict(trained()))
    path = saved(tmp_path / "w.pth", document, _use_new_zipfile_serialization=False)
    backbone = fresh()
    load_weights(backbone, str(path))
    assert holds(backbone, trained())
    # As NumPy 1 called its module.
    path.write_bytes(path.read_bytes().replace(b"numpy._core", b"numpy.core"))
    load_weights(backbone, str(path))


@pytest.mark.parametrize("outputs", [700, 400, 1139])
def test_a_classifier_of_any_size_is_dropped(tmp_path: Path, outputs: int) -> None:
    state = dict(trained()) | {
        "fc.weight": torch.ones(outputs, 32),
        "fc.bias": torch.ones(outputs),
    }
    loaded = load_weights(fresh(), str(saved(tmp_path / "w.pth", state)))
    assert loaded.notes == (f"classifier of {outputs} outputs dropped",)
    with pytest.raises(InvalidInput, match=f"2 misshapen: fc.weight \\({outputs}x32, not 7x32"):
        load_weights(fresh(num_classes=7), str(tmp_path / "w.pth"))


def test_half_precision_is_widened(tmp_path: Path) -> None:
    half = {k: v.half() if v.is_floating_point() else v for k, v in trained().items()}
    backbone = fresh()
    load_weights(backbone, str(saved(tmp_path / "w.pth", half)))
    assert holds(backbone, {k: v.float() if k.endswith("t") else v for k, v in half.items()})
    assert backbone.state_dict()["conv1.weight"].dtype == torch.float32


def safetensors(state: State) -> bytes:
    header: dict[str, Any] = {"__metadata__": {"format": "pt"}}
    data = b""
    for key, value in state.items():
        raw = value.numpy().tobytes()
        kind = "F32" if value.is_floating_point() else "I64"
        end = len(data) + len(raw)
        entry = {"dtype": kind, "shape": list(value.shape), "data_offsets": [len(data), end]}
        header[key] = entry
        data += raw
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text + data


def test_safetensors_are_read(tmp_path: Path) -> None:
    path = tmp_path / "w.safetensors"
    few = {key: value for key, value in trained().items() if not key.startswith("layer4")}
    path.write_bytes(safetensors(few))
    with pytest.raises(InvalidInput, match=r"15 missing: layer4.0.conv1.weight") as caught:
        load_weights(fresh(), str(path))
    assert "unexpected" not in str(caught.value)
    path.write_bytes(safetensors(dict(trained())))
    backbone = fresh()
    load_weights(backbone, str(path))
    assert holds(backbone, trained())


@pytest.mark.parametrize("protocol", range(6))
@pytest.mark.parametrize("order", ["<", ">"])
def test_pickles_of_arrays_are_read(tmp_path: Path, protocol: int, order: str) -> None:
    arrays: dict[str, Any] = {
        key: np.asfortranarray(value.numpy()).astype(f"{order}f4", order="A")
        for key, value in trained().items()
        if "num_batches" not in key
    }
    arrays |= {"conv1.weight_momentum": np.zeros(3), "lr": np.float32(0.1)}
    path = tmp_path / "w.pkl"
    path.write_bytes(pickled({"blobs": arrays}, protocol))
    backbone = fresh()
    assert "taken from 'blobs'" in load_weights(backbone, str(path)).notes
    assert holds(backbone, trained())


def test_pickles_of_python_2_are_read(tmp_path: Path) -> None:
    raw = np.array([1.5, -2.0], "<f4").tobytes()
    spelled = b"U" + bytes([len(raw)]) + raw
    path = tmp_path / "w.pkl"
    path.write_bytes(
        b"\x80\x02}U\x05blobs}U\x07conv1_wcnumpy.core.multiarray\n_reconstruct\n"
        b"cnumpy\nndarray\nK\x00\x85U\x01b\x87R"
        b"(K\x01K\x02\x85cnumpy\ndtype\nU\x02f4K\x00K\x01\x87R"
        b"(K\x03U\x01<NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb\x89" + spelled + b"tbss."
    )
    document, _ = read_checkpoint(path)
    assert document["blobs"]["conv1_w"].tolist() == [1.5, -2.0]


def test_every_difference_is_named_up_to_ten(tmp_path: Path) -> None:
    state = {key: value for key, value in trained().items() if not key.startswith("layer4")}
    state |= {f"extra{index}": torch.ones(1) for index in range(3)}
    state["conv1.weight"] = torch.ones(64, 3, 3, 7, 7)
    state["bn1.weight"] = torch.ones(64, dtype=torch.int64)
    state |= {"layer3.0.bn1.bias": torch.ones(1, 256)}
    with pytest.raises(InvalidInput) as caught:
        load_weights(fresh(), str(saved(tmp_path / "w.pth", state)))
    text = str(caught.value)
    assert "15 missing: layer4.0.conv1.weight, layer4.0.bn1.weight, " in text
    assert "and 5 more; 3 unexpected: extra0, extra1, extra2; 2 misshapen: " in text
    assert "conv1.weight (64x3x3x7x7, not 64x3x7x7x7), layer3.0.bn1.bias (1x256, not 16)" in text
    assert "1 of whole numbers: bn1.weight" in text
    assert "\n" not in text


def test_numbers_that_are_none_are_found(tmp_path: Path) -> None:
    state = dict(trained()) | {"bn1.bias": torch.full((64,), torch.nan)}
    with pytest.raises(InvalidInput, match="not finite: 1 with NaN or Inf: bn1.bias"):
        load_weights(fresh(), str(saved(tmp_path / "w.pth", state)))


@pytest.mark.parametrize(
    ("theirs", "channels", "ours", "wanted", "hint"),
    [
        ("r3d101", 3, "resnext101", 3, "It is of r3d101 with 3 input channels: take that backbone"),
        ("resnext101", 2, "r3d101", 3, "It is of resnext101 with 2 input channels: take that"),
        ("r2p1d18", 3, "r3d18", 3, "It is of r2p1d18 with 3 input channels: take that backbone"),
        ("r3d_18", 3, "r3d18", 3, "It is of r3d-18 with 3 input channels: take that backbone"),
        ("r3d18", 3, "r3d18", 2, "It takes 3 channels: give --adapt-stem mean to average its"),
        ("resnext101", 2, "resnext101", 3, "It takes 2 channels, this modality has 3"),
    ],
)
def test_the_right_backbone_is_named(
    tmp_path: Path, theirs: str, channels: int, ours: str, wanted: int, hint: str
) -> None:
    with torch.device("meta"):
        layout = BACKBONES[theirs](in_channels=channels, num_classes=400).state_dict()
        backbone = BACKBONES[ours](in_channels=wanted)
    # One number, seen as a tensor of any shape, keeps the file small.
    state = {key: torch.zeros(()).expand(value.shape) for key, value in layout.items()}
    path = saved(tmp_path / "w.pth", {"state_dict": state})
    with pytest.raises(InvalidInput) as caught:
        load_weights(backbone, str(path))
    assert hint in str(caught.value)


def test_other_code_bases_are_recognised(tmp_path: Path) -> None:
    state = {"s1.pathway0_stem.conv.weight": torch.ones(1)}
    path = saved(tmp_path / "w.pyth", {"model_state": state})
    with pytest.raises(InvalidInput, match="It is a network of PySlowFast, whose layout no"):
        load_weights(fresh(), str(path))


def test_bytes_of_a_state_dict_are_stable() -> None:
    assert bytes_of({"a": torch.ones(2)}) == bytes_of({"a": torch.ones(2)})
