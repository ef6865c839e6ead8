"""Genotype files that are damaged, from elsewhere or made to harm: one line each, of any length."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adf.errors import InvalidInput
from adf.search.genotypes.genotype import Genotype
from tests.search.genotypes.samples import full


def changed(**fields: Any) -> str:
    return json.dumps({**full().as_dict(), **fields})


def with_cell(**fields: Any) -> str:
    return changed(cells=[{"nodes": [[["skip", 0]]], "concat": [3], **fields}])


def without(name: str) -> str:
    return json.dumps({key: value for key, value in full().as_dict().items() if key != name})


WRONG = "a field has the wrong form: "
LONG = "x" * 10_000


CASES: list[tuple[str | bytes, str]] = [
    ("", "this is no JSON: "),
    ("{", "this is no JSON: "),
    ("[" * 100_000, "this is no JSON: "),
    ('{"a":' * 100_000, "this is no JSON: "),
    (b"\xff\xfe\xfd", "this is no JSON: "),
    (changed().replace('"channels": 16', '"channels": ' + "9" * 5000), "this is no JSON: "),
    ("null", "this is no genotype: there is no 'format': 'adf.genotype'"),
    ("[]", "this is no genotype: "),
    ('"adf.genotype"', "this is no genotype: "),
    (without("format"), "this is no genotype: "),
    (changed(format="other"), "this is no genotype: "),
    (without("version"), "version None is not 1, which this reads"),
    (changed(version=2), "version 2 is not 1, which this reads"),
    (changed(version=True), "version True is not 1, which this reads"),
    (changed(version=1.0), "version 1.0 is not 1, which this reads"),
    (changed(version=LONG), "version 'xxxxxxxxxxxx...xxxxxxxxxxxxx' is not 1"),
    (without("grid"), "these fields are missing or unknown: grid"),
    (changed(width=3), "these fields are missing or unknown: width"),
    (changed(channels=True), f"{WRONG}True is no whole number"),
    (changed(channels=16.0), f"{WRONG}16.0 is no whole number"),
    (changed(channels=float("nan")), f"{WRONG}nan is no whole number"),
    (changed(channels=float("inf")), f"{WRONG}inf is no whole number"),
    (changed(copies="3"), f"{WRONG}'3' is no whole number"),
    (changed(stem=None), f"{WRONG}None is no name"),
    (changed(stem=LONG[:20]), "stem 'xxxxxxxxxxxxxxxxxxxx' is not one of adapters, concat"),
    (changed(grid=[2, 7]), f"{WRONG}not enough values"),
    (changed(grid="277"), f"{WRONG}'277' is no list"),
    (changed(grid=[2, 7, None]), f"{WRONG}None is no whole number"),
    (changed(inputs=5), f"{WRONG}5 is no list"),
    (changed(inputs=["ab"]), f"{WRONG}'ab' is no list"),
    (changed(inputs={"ab": 1}), f"{WRONG}{{'ab': 1}} is no list"),
    (changed(inputs=[["rgb"]]), f"{WRONG}not enough values"),
    (changed(inputs=[["rgb", 2]]), f"{WRONG}2 is no name"),
    (changed(inputs=[["rgb", ["a"]]]), f"{WRONG}['a'] is no name"),
    (changed(cells={}), f"{WRONG}{{}} is no list"),
    (changed(cells=[[]]), f"{WRONG}[] is no cell of nodes and concat"),
    (changed(cells=[{"nodes": []}]), f"{WRONG}{{'nodes': []}} is no cell of nodes"),
    (with_cell(more=1), f"{WRONG}{{'concat': [3], 'more': 1, 'nodes': "),
    (with_cell(nodes=None), f"{WRONG}None is no list"),
    (with_cell(nodes=[{}]), f"{WRONG}{{}} is no list"),
    (with_cell(nodes=[["ab"]]), f"{WRONG}'ab' is no list"),
    (with_cell(nodes=[[["skip", True]]]), f"{WRONG}True is no whole number"),
    (with_cell(nodes=[[["skip", 0, 0]]]), f"{WRONG}too many values"),
    (with_cell(nodes=[[[None, 0]]]), f"{WRONG}None is no name"),
    (with_cell(nodes=[[["skip", 10**4000]]]), "cell 0: node 0 has source 1000000000"),
    (with_cell(concat="3"), f"{WRONG}'3' is no list"),
    (with_cell(concat=[[3]]), f"{WRONG}[3] is no whole number"),
    (with_cell(concat=[10**4000]), "cell 0: concat has a state that is not 0 to 3"),
    (with_cell(concat=[LONG]), f"{WRONG}'xxxxxxxxxxxx...xxxxxxxxxxxxx' is no whole number"),
]


@pytest.mark.parametrize(("text", "message"), CASES, ids=range(len(CASES)))
def test_a_wrong_file_is_refused_with_one_line(text: str | bytes, message: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        Genotype.from_json(text)
    assert str(caught.value).startswith(f"genotype: {message}")
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 300


anything: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=6,
)


@given(st.sampled_from(sorted(full().as_dict())), anything)
def test_any_value_in_any_field_is_read_or_refused(name: str, value: Any) -> None:
    text = changed(**{name: value})
    try:
        genotype = Genotype.from_json(text)
    except InvalidInput:
        return
    assert json.loads(genotype.to_json()) == json.loads(text)
