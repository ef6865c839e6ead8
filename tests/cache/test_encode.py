"""Values to stored arrays and back: exact, or within the promised error, or refused."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from numpy.typing import NDArray

from adf.cache import FeatureSpec
from adf.cache.encode import Unstorable, decode, encode
from adf.errors import AdfError, InvalidInput
from tests.cache.samples import BYTES, FLOATS, ODD, SERIES, VECTOR, check_values, value

WIDE = FeatureSpec("wide", (64, 4, 7, 7), "uint8")


def restored(spec: FeatureSpec, values: NDArray[Any]) -> NDArray[np.float32]:
    """Return what a reader gets of uint8 values."""
    stored = encode(spec, values)
    out = np.empty((1, *spec.shape), np.float32)
    name = spec.name
    decode(stored[name][None], stored[f"{name}_scale"][None], stored[f"{name}_offset"][None], out)
    read: NDArray[np.float32] = out[0]
    return read


def relative_error(read: NDArray[Any], values: NDArray[Any]) -> float:
    """Return the Frobenius norm of the difference over that of the values."""
    return float(np.linalg.norm(read - values) / np.linalg.norm(values))


def activations(kind: str, seed: int) -> NDArray[np.float32]:
    """Return what levels of a network look like: channels of different scales."""
    generator = np.random.default_rng(seed)
    scales = np.exp(generator.normal(size=(64, 1, 1, 1)))
    values = (generator.standard_normal(WIDE.shape) * scales).astype(np.float32)
    return np.maximum(values, 0) if kind == "relu" else values


@pytest.mark.parametrize("kind", ["relu", "signed"])
@pytest.mark.parametrize("seed", range(5))
def test_uint8_is_off_by_one_percent_at_most(kind: str, seed: int) -> None:
    values = activations(kind, seed)
    assert relative_error(restored(WIDE, values), values) <= 0.01


@given(npst.arrays(np.float32, BYTES.shape, elements=st.floats(-60000, 60000, width=32)))
def test_uint8_is_off_by_half_a_step_of_its_channel_at_most(values: NDArray[np.float32]) -> None:
    read = restored(BYTES, values).astype(np.float64)
    span = np.ptp(values.astype(np.float64), axis=(1, 2)).reshape(-1, 1, 1)
    slack = 4 * np.finfo(np.float32).eps * np.abs(values).max() + 1e-37
    assert (np.abs(read - values) <= span / 255 * 0.5001 + slack).all()


@pytest.mark.parametrize("constant", [0.0, -0.0, 1.0, -3.7, 1e-38, 65504.0])
def test_constant_channels_are_exact(constant: float) -> None:
    values = np.full(BYTES.shape, constant, np.float32)
    values[1] = np.arange(9).reshape(3, 3)
    assert (restored(BYTES, values)[0] == values[0]).all()


def test_the_ends_of_a_channel_are_kept() -> None:
    values = value(BYTES, 0)
    read = restored(BYTES, values)
    assert np.allclose(read.min(axis=(1, 2)), values.min(axis=(1, 2)), rtol=1e-6)
    assert np.allclose(read.max(axis=(1, 2)), values.max(axis=(1, 2)), rtol=1e-6)


@pytest.mark.parametrize("ends", [(-6e4, 6e4), (0, 65504), (1e-45, 2e-45), (0, 1e-44)])
def test_the_widest_and_the_narrowest_channels_are_kept(ends: tuple[float, float]) -> None:
    values = np.zeros(BYTES.shape, np.float32)
    values[0, 0, 0], values[0, 1:] = ends
    read = restored(BYTES, values)
    assert np.isfinite(read).all()
    assert np.abs(read.astype(np.float64) - values).max() <= (ends[1] - ends[0]) / 255 + 1e-44


@pytest.mark.parametrize("level", [FLOATS, SERIES, ODD, VECTOR], ids=str)
@pytest.mark.parametrize("source", ["float16", "float32", "float64", "int8", "uint8", "bool"])
def test_floats_are_rounded_once(level: FeatureSpec, source: str) -> None:
    values = value(level, 0).astype(np.float64) * 1.0001
    given_values = values.astype(source)
    stored = encode(level, given_values)[level.name]
    assert stored.dtype == level.value_dtype
    assert stored.tobytes() == given_values.astype(level.value_dtype).tobytes()


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("level", [FLOATS, BYTES, SERIES], ids=str)
def test_nan_and_infinity_are_refused_with_their_place(level: FeatureSpec, bad: float) -> None:
    values = value(level, 0)
    position = tuple(size - 1 for size in level.shape)
    values[position] = bad
    expected = f"{level.name} has 1 NaN or infinite values, the first at {list(position)}"
    with pytest.raises(Unstorable) as caught:
        encode(level, values)
    assert str(caught.value) == expected


@pytest.mark.parametrize("large", [65520.0, -65520.0, 1e30, -3e38])
def test_what_float16_cannot_hold_is_refused(large: float) -> None:
    values = np.zeros(FLOATS.shape, np.float64)
    values[0, 0, 0, 0] = large
    with pytest.raises(Unstorable, match=r"floats reaches .*, above what float16 holds: store it"):
        encode(FLOATS, values)
    values[0, 0, 0, 0] = 65519.0
    assert np.isfinite(encode(FLOATS, values)["floats"]).all()


def test_what_float32_cannot_hold_is_refused() -> None:
    values = np.zeros(VECTOR.shape)
    values[2] = 1e300
    with pytest.raises(Unstorable):
        encode(VECTOR, values)


@pytest.mark.parametrize("level", [FLOATS, VECTOR], ids=str)
def test_nonfinite_values_are_kept_if_that_is_asked_for(level: FeatureSpec) -> None:
    values = np.full(level.shape, np.nan, np.float32)
    values.flat[0] = np.inf
    stored = encode(level, values, allow_nonfinite=True)
    assert stored[level.name].tobytes() == values.astype(level.dtype).tobytes()


def test_uint8_never_keeps_nonfinite_values() -> None:
    with pytest.raises(Unstorable, match="bytes has 18 NaN"):
        encode(BYTES, np.full(BYTES.shape, np.nan), allow_nonfinite=True)


@pytest.mark.parametrize("shape", [(), (3,), (3, 2, 2), (2, 3, 2, 2), (3, 2, 2, 2, 1)])
def test_another_shape_is_refused_and_is_no_fault_of_the_row(shape: tuple[int, ...]) -> None:
    with pytest.raises(InvalidInput) as caught:
        encode(FLOATS, np.zeros(shape))
    assert str(caught.value) == f"floats has shape {shape}, the cache expects (3, 2, 2, 2)"
    assert not isinstance(caught.value, Unstorable)


@pytest.mark.parametrize("dtype", ["complex64", "U3", "object", "M8[s]"])
def test_what_is_no_real_number_is_refused(dtype: str) -> None:
    with pytest.raises(InvalidInput, match="floats has dtype .*, which is not a real number"):
        encode(FLOATS, np.zeros(FLOATS.shape, dtype))


@pytest.mark.parametrize("level", [FLOATS, BYTES, SERIES, ODD], ids=str)
def test_the_vector_is_the_mean_of_what_was_given(level: FeatureSpec) -> None:
    values = value(level, 0).astype(np.float32) + np.float32(0.0001)
    vector = encode(level, values)[f"{level.name}_vector"]
    wanted = values.reshape(level.channels, -1).mean(axis=1, dtype=np.float64)
    assert vector.dtype == ("float32" if level.dtype == "float32" else "float16")
    assert vector.shape == (level.channels,)
    assert np.allclose(vector, wanted, rtol=1e-3 if vector.dtype == "float16" else 1e-6, atol=1e-6)


def test_a_vector_that_overflows_is_refused() -> None:
    """uint8 holds values that the float16 vector beside them cannot."""
    with pytest.raises(AdfError, match="float16"):
        encode(BYTES, np.full(BYTES.shape, 1e6))


def test_a_vector_of_large_float32_values_is_finite_or_refused() -> None:
    try:
        stored = encode(SERIES, np.full(SERIES.shape, 3e38))
    except Unstorable:
        return
    assert np.isfinite(stored["series_vector"]).all()


@given(
    npst.arrays(
        np.float16, FLOATS.shape, elements=st.floats(-65504, 65504, width=16, allow_nan=False)
    )
)
def test_every_float16_comes_back(values: NDArray[np.float16]) -> None:
    stored = encode(FLOATS, values.astype(np.float32))["floats"]
    check_values(FLOATS, stored[None], values[None])


@pytest.mark.parametrize("order", ["C", "F"])
def test_the_layout_in_memory_does_not_matter(order: Any) -> None:
    values = np.asarray(value(FLOATS, 0), order=order)
    strided = np.repeat(values, 2, axis=3)[..., ::2]
    for given_values in (values, strided, values.astype(">f2"), values.tolist()):
        assert encode(FLOATS, given_values)["floats"].tobytes() == value(FLOATS, 0).tobytes()
