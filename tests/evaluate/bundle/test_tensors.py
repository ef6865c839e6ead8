"""Tensors written as safetensors and read back."""

import io
import json
from pathlib import Path

import pytest
import torch
from torch import Tensor

from adf.evaluate.bundle.tensors import as_safetensors
from adf.extract.checkpoints.safetensors import DTYPES, read_safetensors

SHAPES: tuple[tuple[int, ...], ...] = ((), (0,), (3,), (2, 3, 5))


def read(data: bytes) -> dict[str, Tensor]:
    return read_safetensors(io.BytesIO(data), Path("file"))


@pytest.mark.parametrize("kind", [kind for kind in DTYPES.values() if kind != torch.bfloat16])
def test_every_type_and_shape_comes_back(kind: torch.dtype) -> None:
    random = torch.Generator().manual_seed(0)
    given = {
        f"of {shape}": (100 * torch.rand(shape, generator=random)).to(kind) for shape in SHAPES
    }
    found = read(as_safetensors(given))
    assert set(found) == set(given)
    for name, tensor in given.items():
        assert found[name].dtype == kind
        assert torch.equal(found[name], tensor)


def test_a_tensor_that_is_a_view_is_written_as_it_is_seen() -> None:
    seen = torch.arange(12.0).view(3, 4).t()[1:]
    assert torch.equal(read(as_safetensors({"x": seen}))["x"], seen)


def test_tensors_lie_one_after_the_other_where_their_type_may_begin() -> None:
    given = {"b": torch.ones(3, dtype=torch.uint8), "a": torch.ones(3), "c": torch.tensor(7)}
    data = as_safetensors(given)
    length = int.from_bytes(data[:8], "little")
    assert length % 8 == 0
    places = json.loads(data[8 : 8 + length])
    end = 0
    for name, entry in places.items():
        begin, stop = entry["data_offsets"]
        assert begin == end
        assert begin % given[name].element_size() == 0
        end = stop
    assert 8 + length + end == len(data)


def test_equal_tensors_are_equal_bytes_in_whatever_order() -> None:
    tensors = {"a": torch.ones(2), "b": torch.zeros(3)}
    assert as_safetensors(tensors) == as_safetensors(dict(reversed(tensors.items())))
