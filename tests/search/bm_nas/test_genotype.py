"""The JSON of BM-NAS: what it holds comes back, and what is damaged or hostile is refused."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adf.errors import InvalidInput
from adf.search.bm_nas.family import FORMAT, read, summary
from tests.search.bm_nas.samples import drawn, plain

LONG = "x" * 10_000
CELL = {"sources": [0, 1], "steps": [{"op": "Sum", "sources": [0, 1]}], "concat": [2]}


def changed(**fields: Any) -> dict[str, Any]:
    values: dict[str, Any] = json.loads(plain().to_json())
    return {**values, **fields}


def with_cell(**fields: Any) -> dict[str, Any]:
    return changed(cells=[{**CELL, **fields}, CELL])


def with_step(**fields: Any) -> dict[str, Any]:
    return with_cell(steps=[{"op": "Sum", "sources": [0, 1], **fields}])


def without(name: str) -> dict[str, Any]:
    return {key: value for key, value in changed().items() if key != name}


@pytest.mark.parametrize("seed", range(50))
def test_a_genotype_comes_back_from_its_json(seed: int) -> None:
    found = drawn(seed)
    text = found.to_json()
    assert text.endswith("}\n")
    again = read(json.loads(text))
    assert again == found
    assert again.to_json() == text


def test_a_file_says_what_it_is() -> None:
    values = json.loads(plain().to_json())
    assert values["format"] == FORMAT == plain().format == "adf.bm-nas"
    assert values["version"] == 1
    assert values["inputs"] == [["flow", "low"], ["pose", "vector"], ["rgb", "high"]]
    assert values["cells"][1] == {
        "sources": [1, 3],
        "steps": [{"op": "Sum", "sources": [0, 1]}],
        "concat": [2],
    }
    assert summary(plain()) == "2 cells of 3 steps in all; 8 channels at 4 places in time"


CASES: list[tuple[Any, str]] = [
    (None, "this is no genotype of BM-NAS"),
    ([], "this is no genotype of BM-NAS"),
    ("adf.bm-nas", "this is no genotype of BM-NAS"),
    (without("format"), "this is no genotype of BM-NAS"),
    (changed(format="adf.genotype"), "this is no genotype of BM-NAS"),
    (changed(version=2), "version 2 is not 1"),
    (changed(version=True), "version True is not 1"),
    (changed(version=1.0), "version 1.0 is not 1"),
    (changed(version=LONG), "version 'xxxxxxxxxxxx...xxxxxxxxxxxxx' is not 1"),
    (without("grid"), "missing or unknown: grid"),
    (changed(width=1), "missing or unknown: width"),
    (changed(**{LONG: 1}), "missing or unknown: x{200}$"),
    (changed(channels=True), "channels: True is no whole number"),
    (changed(channels=8.0), "channels: 8.0 is no whole number"),
    (changed(channels=0), "channels, length and the sizes of grid are 1 or more"),
    (changed(length=-1), "channels, length and the sizes of grid are 1 or more"),
    (changed(length="4"), "length: '4' is no whole number"),
    (changed(grid=[4, 4]), "grid is .4, 4.: give frames, height and width"),
    (changed(grid=[4, 4, 0]), "channels, length and the sizes of grid are 1 or more"),
    (changed(grid="444"), "grid is '444': give a list"),
    (changed(inputs=[]), "inputs need one level or more"),
    (changed(inputs=5), "inputs is 5: give a list"),
    (changed(inputs=["ab"]), "inputs: 'ab' is no pair"),
    (changed(inputs=[["rgb", 1]]), "no pair of a modality and a level"),
    (changed(inputs=[["rgb", "low"]] * 2), "each of them once"),
    (changed(cells=[]), "cells is empty"),
    (changed(cells={}), "cells is {}: give a list"),
    (changed(cells=[1]), "cell 0 is 1: give its fields sources, steps, concat"),
    (with_cell(other=1), "cell 0: these fields are missing or unknown: other"),
    (with_cell(sources=[0]), "cell 0: sources is .0.: give two states"),
    (with_cell(sources="01"), "cell 0: sources is '01': give a list"),
    (with_cell(sources=[0, 3]), "cell 0 has source 3, but only 0 to 2 come before it"),
    (with_cell(sources=[-1, 0]), "cell 0 has source -1"),
    (with_cell(sources=[10**4000, 0]), "cell 0 has source 1000"),
    (with_cell(steps=[]), "cell 0 has no step"),
    (with_cell(steps=["Sum"]), "cell 0: step 0 is 'Sum': give its fields op, sources"),
    (with_step(op=None), "cell 0: step 0: op None is no name"),
    (with_step(op="__class__"), "cell 0: '__class__' is not one of Sum"),
    (with_step(op=LONG), "cell 0: 'x{40}' is not one of Sum"),
    (with_step(sources=[0, 2]), "cell 0: step 0 has source 2, but only 0 to 1 come before it"),
    (with_cell(concat=[]), "cell 0: concat holds one or more of 2 to 2"),
    (with_cell(concat=[0]), "cell 0: concat holds one or more of 2 to 2"),
    (with_cell(concat=[2, 2]), "cell 0: concat holds one or more of 2 to 2, each once"),
    (changed(concat=[0]), "concat holds one or more of 3 to 4"),
    (changed(concat=[3, 3]), "concat holds one or more of 3 to 4, each once"),
    (changed(concat=[False]), "concat: False is no whole number"),
]


@pytest.mark.parametrize(("values", "reason"), CASES, ids=range(len(CASES)))
def test_what_is_no_genotype_is_refused_in_one_line(values: Any, reason: str) -> None:
    with pytest.raises(InvalidInput, match=reason) as caught:
        read(values)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 400


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)


@pytest.mark.slow
@settings(max_examples=50)
@given(field=st.sampled_from(sorted(changed())), value=JUNK)
def test_junk_in_any_field_is_a_genotype_or_refused(field: str, value: Any) -> None:
    values = changed(**{field: value})
    with suppress(InvalidInput):
        found = read(values)
        assert read(json.loads(found.to_json())) == found
