"""The operations against their formulas, computed number by number."""

import math

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import nn

from adf.search.bm_nas.ops import OPS
from adf.search.bm_nas.settings import NAMES, SEARCHED
from tests.search.bm_nas.samples import shaken

CHANNELS, LENGTH = 4, 3
Array = NDArray[np.float64]


def normed(op: nn.Module, x: Array) -> Array:
    """Return ``B C L`` in the statistics and the scale of the norm of an operation."""
    mean, var, scale, shift = (
        getattr(op.norm, name).double().detach().numpy()[None, :, None]
        for name in ("running_mean", "running_var", "weight", "bias")
    )
    found: Array = (x - mean) / np.sqrt(var + 1e-5) * scale + shift
    return found


def mixed(op: nn.Module, x: Array, y: Array) -> Array:
    """Return what a layer over both makes at each place."""
    assert isinstance(op.mix, nn.Conv1d)
    assert op.mix.bias is not None
    weight = op.mix.weight.double().detach().numpy()[:, :, 0]
    bias = op.mix.bias.double().detach().numpy()
    out = np.zeros((len(x), len(weight), LENGTH))
    for clip in range(len(x)):
        for place in range(LENGTH):
            both = [*x[clip, :, place], *y[clip, :, place]]
            out[clip, :, place] = weight @ both + bias
    return normed(op, out)


def attention(op: nn.Module, x: Array, y: Array) -> Array:
    assert isinstance(op.norm, nn.LayerNorm)
    scale, shift = (each.double().detach().numpy() for each in (op.norm.weight, op.norm.bias))
    out = np.zeros_like(x)
    for clip in range(len(x)):
        for place in range(LENGTH):
            likes = [x[clip, :, place] @ y[clip, :, other] for other in range(LENGTH)]
            shares = [math.exp(like / math.sqrt(CHANNELS)) for like in likes]
            for other in range(LENGTH):
                out[clip, :, place] += shares[other] / sum(shares) * y[clip, :, other]
        out[clip] = (out[clip] - out[clip].mean()) / math.sqrt(out[clip].var() + 1e-5)
    found: Array = out * scale + shift
    return found


def gate(op: nn.Module, x: Array, y: Array) -> Array:
    both = mixed(op, x, y)
    found: Array = both[:, :CHANNELS] / (1 + np.exp(-both[:, CHANNELS:]))
    return found


def mish(op: nn.Module, x: Array, y: Array) -> Array:
    both = mixed(op, x, y)
    found: Array = both * np.tanh(np.log(1 + np.exp(both)))
    return found


FORMULAS = {
    "Sum": lambda op, x, y: x + y,
    "ScaleDotAttn": attention,
    "LinearGLU": gate,
    "ConcatFC": lambda op, x, y: np.maximum(mixed(op, x, y), 0),
    "CatConvMish": mish,
}


@pytest.mark.parametrize("name", NAMES)
def test_an_operation_is_its_formula(name: str) -> None:
    torch.manual_seed(0)
    op = shaken(OPS[name](CHANNELS, LENGTH, 0.5)).eval()
    x, y = torch.randn(2, 5, CHANNELS, LENGTH)
    wanted = FORMULAS[name](op, x.double().numpy(), y.double().numpy())
    found = op(x, y).detach().numpy()
    assert found.shape == (5, CHANNELS, LENGTH)
    np.testing.assert_allclose(found, wanted, rtol=1e-4, atol=1e-5)


def test_there_is_an_operation_for_every_name_and_four_are_searched() -> None:
    assert tuple(OPS) == NAMES
    assert SEARCHED == ("Sum", "ScaleDotAttn", "LinearGLU", "ConcatFC")


def test_only_attention_asks_which_comes_first() -> None:
    x, y = torch.randn(2, 5, CHANNELS, LENGTH)
    attend = OPS["ScaleDotAttn"](CHANNELS, LENGTH, 0.0).eval()
    assert not torch.allclose(attend(x, y), attend(y, x))
    assert torch.equal(OPS["Sum"](CHANNELS, LENGTH, 0.0)(x, y), y + x)


@pytest.mark.parametrize("name", ["ScaleDotAttn", "LinearGLU", "ConcatFC", "CatConvMish"])
def test_dropout_acts_in_training_alone(name: str) -> None:
    torch.manual_seed(0)
    op = OPS[name](CHANNELS, LENGTH, 0.5)
    x, y = torch.randn(2, 64, CHANNELS, LENGTH)
    assert not torch.equal(op(x, y), op(x, y))
    op.eval()
    assert torch.equal(op(x, y), op(x, y))
