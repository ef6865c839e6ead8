"""Files that are damaged, no weights at all, or made to run code: one line each, and no more."""

import pickle
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from adf.errors import InvalidInput
from adf.extract.checkpoints import read_checkpoint
from adf.extract.weights import load_weights
from tests.extract.files import Hostile, HostileCode, bytes_of, fresh, pickled, saved
from tests.extract.test_weights_files import safetensors

SMALL = {"a": torch.arange(6.0).view(2, 3), "b": torch.ones(4)}


def refused(path: Path) -> str:
    """Return the one line with which the file is refused."""
    with pytest.raises(InvalidInput) as caught:
        load_weights(fresh_once(), str(path))
    text = str(caught.value)
    assert "\n" not in text
    assert str(path) in text
    return text


@cache
def fresh_once() -> Any:
    with torch.device("meta"):
        return fresh()


def zipped(document: Any, path: Path) -> None:
    saved(path, document)


def legacy(document: Any, path: Path) -> None:
    saved(path, document, _use_new_zipfile_serialization=False)


def pickle_of(protocol: int) -> Callable[[Any, Path], None]:
    def write(document: Any, path: Path) -> None:
        path.write_bytes(pickled(document, protocol))

    return write


WRITERS: dict[str, Callable[[Any, Path], None]] = {
    "zip": zipped,
    "legacy": legacy,
    **{f"pickle{protocol}": pickle_of(protocol) for protocol in range(6)},
}


@pytest.mark.parametrize("kind", [Hostile, HostileCode])
@pytest.mark.parametrize("wrapped", [True, False])
@pytest.mark.parametrize("writer", WRITERS)
def test_hostile_code_is_refused_and_not_executed(
    tmp_path: Path, writer: str, wrapped: bool, kind: Callable[[Path], Any]
) -> None:
    witness, path = tmp_path / "witness", tmp_path / "w.pth"
    bomb = kind(witness)
    WRITERS[writer]({"blobs": {"conv1_w": bomb}} if wrapped else bomb, path)
    text = refused(path)
    assert "was refused and not executed: it calls for '" in text
    assert "GLOBAL" not in text
    assert ("exec'" in text) == (kind is HostileCode)
    assert not witness.exists()


@pytest.mark.parametrize("protocol", [0, 2, 4])
def test_the_bomb_of_these_tests_works(tmp_path: Path, protocol: int) -> None:
    for kind in (Hostile, HostileCode):
        witness = tmp_path / kind.__name__
        pickle.loads(pickled(kind(witness), protocol))
        assert witness.exists()


@pytest.mark.parametrize(
    "payload",
    [
        # numpy.core.multiarray is admitted by name only, not with all that it can reach.
        b"cnumpy.core.multiarray\nos\n.",
        b"cnumpy\nload\n(S'x'\ntR.",
        b"\x80\x04\x8c\x05numpy\x8c\x0dndarray.dumps\x93.",
        b"cnumpy.core.multiarray\nfrombuffer\n.",
        b"cbuiltins\ngetattr\n.",
    ],
)
def test_names_near_the_admitted_are_refused(tmp_path: Path, payload: bytes) -> None:
    path = tmp_path / "w.pkl"
    path.write_bytes(payload)
    assert "it calls for '" in refused(path)


def test_a_pickle_cannot_ask_for_memory_it_does_not_bring(tmp_path: Path) -> None:
    path = tmp_path / "w.pkl"
    start = b"cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(L99999999999999L\ntS'd'\ntR"
    path.write_bytes(start + b".")
    assert read_checkpoint(path)[0] is None
    state = b"(I1\n(L99999999999999L\ntcnumpy\ndtype\n(S'f8'\ntRI00\nS'short'\ntb."
    path.write_bytes(start + state)
    assert "is a damaged pickle" in refused(path)


def test_a_pickle_cannot_change_types_of_numpy(tmp_path: Path) -> None:
    path = tmp_path / "w.pkl"
    path.write_bytes(b"cnumpy\ndtype\n(S'f4'\ntR(I3\nS'>'\nNNNI-1\nI-1\nI63\ntb.")
    assert "no state dict" in refused(path)
    assert np.dtype("f4") == np.dtype("=f4")
    path.write_bytes(b"cnumpy\ndtype\n(dS'x'\nI1\nsb.")
    assert "calls for 'a change of a function'" in refused(path)


@pytest.mark.parametrize(
    ("payload", "told"),
    [
        (b"cnumpy\nload\n(S'x'\ntR.", "calls for 'numpy.load'"),
        (b"cnumpy._core.multiarray\n_reconstruct\n.", "calls for 'numpy._core.multiarray._rec"),
        (b"cnumpy._core.multiarray\nscalar\n}b.", "holds more than weights"),
        (b"cnumpy\ndtype\n}b.", "holds more than weights"),
    ],
)
def test_scalars_open_no_other_door_in_a_file_of_torch(
    tmp_path: Path, payload: bytes, told: str
) -> None:
    path = tmp_path / "w.pth"
    with zipfile.ZipFile(saved(path, {})) as whole:
        parts = {name: whole.read(name) for name in whole.namelist()}
    with zipfile.ZipFile(path, "w") as changed:
        for name, data in parts.items():
            changed.writestr(name, b"\x80\x02" + payload if "data.pkl" in name else data)
    open_before = set(torch.serialization.get_safe_globals())
    assert told in refused(path)
    assert set(torch.serialization.get_safe_globals()) == open_before


def test_a_file_of_torch_cannot_change_types_of_numpy(tmp_path: Path) -> None:
    code = "cnumpy\ndtype\n(S'f4'\ntR(I3\nS'>'\nNNNI-1\nI-1\nI63\ntb."
    path = saved(tmp_path / "w.pth", {}, _use_new_zipfile_serialization=False)
    head = path.read_bytes()
    path.write_bytes(head[: head.rindex(b"\x80\x02}")] + b"\x80\x02" + code.encode())
    refused(path)
    assert np.dtype("f4") == np.dtype("=f4")


def test_arrays_of_objects_are_no_weights(tmp_path: Path) -> None:
    path = tmp_path / "w.pkl"
    path.write_bytes(pickled({"blobs": {"a": np.array([{}, None])}}, 2))
    assert "holds no tensors, only 'a'" in refused(path)


WRONG = {
    "is empty": b"",
    "is text, no weights: download the file itself": b"epoch 1 loss 0.3\n" * 9,
    "is a web page, no weights": b"<!DOCTYPE html><html><body>Quota exceeded</body></html>",
    "only a Git LFS pointer": b"version https://git-lfs.github.com/spec/v1\noid sha256:00\n",
    "has no known format": bytes(range(0, 256, 3)) * 9,
    "is damaged or cut short": b"PK\x03\x04" + bytes(500),
    "is a damaged pickle": b"\x80\x02}q\x01(U",
    "is no whole safetensors file": (50).to_bytes(8, "little") + b'{"a":',
}


@pytest.mark.parametrize("told", WRONG)
def test_a_file_that_is_no_weights_is_told_apart(tmp_path: Path, told: str) -> None:
    path = tmp_path / "w.pth"
    path.write_bytes(WRONG[told])
    assert told in refused(path)


@pytest.mark.parametrize(
    ("document", "told"),
    [
        ([1, 2], "holds list, no state dict"),
        (torch.ones(3), "holds Tensor, no state dict"),
        ({}, "holds no tensors, only nothing"),
        ({"epoch": 1, "lr": 0.1}, "holds no tensors, only 'epoch', 'lr'"),
        ({"state_dict": {}}, "holds no tensors, only nothing"),
    ],
)
def test_a_document_without_weights_is_told_apart(tmp_path: Path, document: Any, told: str) -> None:
    assert told in refused(saved(tmp_path / "w.pth", document))


def test_a_whole_module_is_refused_with_the_remedy(tmp_path: Path) -> None:
    text = refused(saved(tmp_path / "w.pth", torch.nn.Linear(2, 2)))
    assert "calls for 'torch.nn.modules.linear.Linear'" in text
    assert "save its state_dict alone" in text


def whole_files() -> dict[str, bytes]:
    old = {"blobs": {key: value.numpy() for key, value in SMALL.items()}}
    return {
        "zip": bytes_of(SMALL),
        "safetensors": safetensors(SMALL),
        "pickle0": pickled(old, 0),
        "pickle2": pickled(old, 2),
    }


@pytest.mark.parametrize("kind", whole_files())
def test_a_file_cut_anywhere_is_one_line(tmp_path: Path, kind: str) -> None:
    path, data = tmp_path / "w.pth", whole_files()[kind]
    for length in range(0, len(data) - 1, max(1, len(data) // 25)):
        path.write_bytes(data[:length])
        refused(path)


@pytest.mark.parametrize("kind", whole_files())
def test_a_file_with_a_changed_byte_never_raises_anything_else(tmp_path: Path, kind: str) -> None:
    path, data = tmp_path / "w.pth", whole_files()[kind]
    for place in range(0, len(data), max(1, len(data) // 50)):
        path.write_bytes(data[:place] + bytes([data[place] ^ 0x55]) + data[place + 1 :])
        refused(path)
