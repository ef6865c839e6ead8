"""Rows as a genotype: their file, what is refused in one, the one spelling, the picture."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adf.errors import InvalidInput
from adf.search.genotypes.drawing_graph import in_words
from adf.search.genotypes.genotype import Input
from adf.search.mfas.family import canonical, diagram, digest, read, summary
from adf.search.mfas.rows import FusionRows, Row
from tests.search.mfas.samples import choices, paper, space

A, B, C = Input("flow", "low"), Input("rgb", "low"), Input("rgb", "high")
SMALL = FusionRows((Row((B, A), "relu"), Row((C, A), "sigmoid")), 8, alphas=True)


def changed(**fields: Any) -> dict[str, Any]:
    values: dict[str, Any] = json.loads(SMALL.to_json())
    return {**values, **fields}


def with_row(**fields: Any) -> dict[str, Any]:
    row = {"levels": [["rgb", "low"], ["flow", "low"]], "activation": "relu", **fields}
    return changed(rows=[*json.loads(SMALL.to_json())["rows"], row])


def without(name: str) -> dict[str, Any]:
    return {key: value for key, value in changed().items() if key != name}


def test_a_file_is_read_as_it_was_written() -> None:
    for found in (SMALL, paper(), paper(batch_norm=True, width=128)):
        assert read(json.loads(found.to_json())) == found
    assert changed() == {
        "format": "adf.mfas",
        "version": 1,
        "rows": [
            {"levels": [["rgb", "low"], ["flow", "low"]], "activation": "relu"},
            {"levels": [["rgb", "high"], ["flow", "low"]], "activation": "sigmoid"},
        ],
        "width": 8,
        "batch_norm": False,
        "alphas": True,
    }
    assert SMALL.inputs == (A, C, B)
    assert SMALL.grid == (1, 1, 1)


LONG = "x" * 10_000
CASES: list[tuple[Any, str]] = [
    (None, "these are no rows: there is no 'format': 'adf.mfas'"),
    ([], "these are no rows"),
    (without("format"), "these are no rows"),
    (changed(format="adf.genotype"), "these are no rows"),
    (changed(version=2), "version 2 is not 1, which this reads"),
    (changed(version=True), "version True is not 1"),
    (changed(version=LONG), "version 'xxxxxxxxxxxx...xxxxxxxxxxxxx' is not 1"),
    (without("width"), "these fields are missing or unknown: 'width'"),
    (changed(more=1), "these fields are missing or unknown: 'more'"),
    (changed(rows=[]), "rows is empty: one is needed"),
    (changed(rows="ab"), "rows is 'ab': it is a list of rows"),
    (changed(rows=[5]), "row 0 is 5: it has levels, a list, and activation, a name"),
    (changed(rows=[{}]), "row 0 is {}: it has levels"),
    (changed(width=0), "width is 0: it is 1 or more"),
    (changed(width=True), "width is True: it is a whole number"),
    (changed(width=8.0), "width is 8.0: it is a whole number"),
    (changed(width=float("nan")), "width is nan: it is a whole number"),
    (changed(alphas=1), "alphas is 1: it is true or false"),
    (changed(batch_norm=None), "batch_norm is None: it is true or false"),
    (with_row(more=1), "row 2 is {'activation': 'relu', 'levels': "),
    (with_row(activation=0), "row 2 is {'activation': 0, "),
    (with_row(activation="tanh"), "row 2: activation 'tanh' is not one of relu, sigmoid"),
    (with_row(activation=LONG), "row 2: activation 'xxxxxxxxxxxx...xxxxxxxxxxxxx' is not one of"),
    (with_row(levels="ab"), "row 2 is {'activation': 'relu', 'levels': 'ab'}"),
    (with_row(levels=["ab"]), "row 2: 'ab' is no level: it is [modality, level]"),
    (with_row(levels=[["rgb"]]), "row 2: ['rgb'] is no level"),
    (with_row(levels=[["rgb", 2]]), "row 2: ['rgb', 2] is no level"),
    (with_row(levels=[]), "row 2: levels are not of the modalities of row 0, in the same order"),
    (with_row(levels=[["rgb", "low"]]), "row 2: levels are not of the modalities of row 0"),
    (
        with_row(levels=[["flow", "low"], ["rgb", "low"]]),
        "row 2: levels are not of the modalities of row 0, in the same order: 'rgb, flow'",
    ),
    (changed(rows=[{"levels": [], "activation": "relu"}]), "row 0: levels has one level of each"),
    (
        changed(rows=[{"levels": [["rgb", "low"], ["rgb", "high"]], "activation": "relu"}]),
        "row 0: levels has one level of each modality",
    ),
]


@pytest.mark.parametrize(("values", "message"), CASES, ids=range(len(CASES)))
def test_a_wrong_file_is_refused_with_one_line(values: Any, message: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        read(values)
    assert str(caught.value).startswith(f"genotype: {message}")
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 300


anything: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=6,
)


@given(st.sampled_from(sorted(SMALL.as_dict())), anything)
def test_any_value_in_any_field_is_read_or_refused(name: str, value: Any) -> None:
    values = changed(**{name: value})
    try:
        found = read(values)
    except InvalidInput:
        return
    assert json.loads(found.to_json()) == values


def test_the_order_of_modalities_names_no_other_network() -> None:
    turned = FusionRows((Row((A, B), "relu"), Row((A, C), "sigmoid")), 8, alphas=True)
    assert turned != SMALL
    assert canonical(turned) == canonical(SMALL) == canonical(canonical(SMALL)) == turned
    assert digest(turned) == digest(SMALL)
    others = [
        FusionRows(SMALL.rows[::-1], 8, alphas=True),
        FusionRows(SMALL.rows[:1], 8, alphas=True),
        FusionRows(SMALL.rows, 9, alphas=True),
        FusionRows(SMALL.rows, 8, batch_norm=True, alphas=True),
        FusionRows(SMALL.rows, 8),
    ]
    assert len({digest(each) for each in (SMALL, *others)}) == 6


def test_all_networks_of_a_small_space_have_names_of_their_own() -> None:
    found = space(choices(rgb=2, flow=3), fusions=2)
    singles = found.unfolded([()], 0)
    codes = [*singles, *found.unfolded(singles, 1)]
    assert len({digest(found.build(code)) for code in codes}) == len(codes) == found.size()


def test_the_picture_is_a_chain() -> None:
    assert in_words(diagram(SMALL)) == [
        "fusion 0 (relu) = rgb/low, flow/low",
        "fusion 1 (sigmoid) = fusion 0 (relu), rgb/high, flow/low",
        "output = fusion 1 (sigmoid)",
    ]
    shown = diagram(SMALL)
    columns = [box.column for box in shown.boxes]
    assert all(columns[arrow.source] < columns[arrow.target] for arrow in shown.arrows)
    assert summary(SMALL) == (
        "2 fusions of 8 outputs, of means over places, with learned weights of modalities"
    )
