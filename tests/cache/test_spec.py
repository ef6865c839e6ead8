"""What a level may be called and look like."""

from typing import Any

import pytest

from adf.cache import FeatureSpec
from adf.errors import ConfigError
from tests.cache.samples import BYTES, FLOATS, SERIES, VECTOR, make_plan, make_provenance


@pytest.mark.parametrize("name", ["", "a/b", "..", "é", "a b", "_a", "-a", "x" * 65, "a.b", "a\n"])
def test_names_that_are_no_safe_folder_are_refused(name: str) -> None:
    with pytest.raises(ConfigError, match="level name .* is not allowed: use up to 64 letters"):
        FeatureSpec(name, (3,))
    with pytest.raises(ConfigError, match="modality name .* is not allowed"):
        make_provenance(make_plan(), modality=name)


@pytest.mark.parametrize("name", ["clips", "commits", "leases", "journal", "shards", "staging"])
def test_names_the_cache_needs_itself_are_refused(name: str) -> None:
    with pytest.raises(ConfigError, match=f"level name '{name}' is used by the cache itself"):
        FeatureSpec(name, (3,))


@pytest.mark.parametrize("ending", ["_vector", "_scale", "_offset"])
def test_names_of_companions_are_refused(ending: str) -> None:
    with pytest.raises(ConfigError, match=f"level name 'c5{ending}' is kept for a companion array"):
        FeatureSpec(f"c5{ending}", (3,))
    make_provenance(make_plan(), modality=f"rgb{ending}")


@pytest.mark.parametrize("shape", [(), (0,), (3, 0), (3, -1), (1, 2, 3, 4, 5)])
def test_shapes_of_no_level_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ConfigError, match="level 'c5' has shape .*: need 1 to 4 sizes above 0"):
        FeatureSpec("c5", shape)


@pytest.mark.parametrize("dtype", ["float64", "int8", "bfloat16", "", "Float16"])
def test_dtypes_that_are_not_stored_are_refused(dtype: Any) -> None:
    with pytest.raises(
        ConfigError, match=f"has dtype '{dtype}': choose one of float16, float32, u"
    ):
        FeatureSpec("c5", (3,), dtype)


def test_a_uint8_vector_is_refused() -> None:
    with pytest.raises(ConfigError, match="is a vector: uint8 keeps one scale a channel"):
        FeatureSpec("c5", (3,), "uint8")


def test_parts_are_the_arrays_that_are_stored() -> None:
    names = {level: [part.name for part in level.parts()] for level in (FLOATS, BYTES, VECTOR)}
    assert names[FLOATS] == ["floats", "floats_vector"]
    assert names[BYTES] == ["bytes", "bytes_scale", "bytes_offset", "bytes_vector"]
    assert names[VECTOR] == ["vector"]
    assert [part.dtype.name for part in SERIES.parts()] == ["float32", "float32"]
    assert [part.dtype.name for part in FLOATS.parts()] == ["float16", "float16"]
    assert FLOATS.parts()[0].row_bytes == 3 * 2 * 2 * 2 * 2


def test_a_spec_is_told_in_a_word() -> None:
    assert str(FLOATS) == "floats 3x2x2x2 float16"
    assert FLOATS.channels == 3
    assert BYTES.value_dtype == "float32"
