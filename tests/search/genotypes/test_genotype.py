"""The file of a genotype: read back as it was, and refused with one line where it is wrong."""

import json
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adf.errors import InvalidInput
from adf.search.genotypes.genotype import STEMS, Cell, Edge, Genotype, Input, fan_in
from tests.search.genotypes.samples import LEVELS, drawn, full


@given(st.randoms(use_true_random=False), st.sampled_from(STEMS), st.integers(1, 3))
def test_a_file_gives_the_same_genotype(chance: random.Random, stem: str, cells: int) -> None:
    genotype = drawn(chance, stem, cells=cells)
    back = Genotype.from_json(genotype.to_json())
    assert back == genotype
    assert hash(back) == hash(genotype)
    assert back.to_json() == genotype.to_json()
    assert Genotype.from_dict(genotype.as_dict()) == genotype
    assert isinstance(back.inputs[0], Input)
    assert isinstance(back.cells[0], Cell)
    assert isinstance(back.edges()[0], Edge)


def test_the_bytes_of_a_file_stay_as_they_are() -> None:
    cell = Cell(((Edge("skip", 0),),), (0, 1))
    genotype = Genotype((Input("rgb", "é"),), (cell,), 16, (2, 7, 7))
    compact = json.dumps(json.loads(genotype.to_json()), separators=(",", ":"))
    assert compact == (
        '{"format":"adf.genotype","version":1,"inputs":[["rgb","\\u00e9"]],'
        '"cells":[{"nodes":[[["skip",0]]],"concat":[0,1]}],'
        '"channels":16,"grid":[2,7,7],"stem":"adapters","copies":3}'
    )
    assert genotype.to_json().isascii()
    assert genotype.to_json().endswith("}\n")
    assert Genotype.from_json(genotype.to_json().encode()) == genotype


def test_a_cell_has_the_inputs_of_its_stem() -> None:
    assert [fan_in("adapters", 4, 3, number) for number in range(3)] == [4, 5, 5]
    assert [fan_in("concat", 4, 2, number) for number in range(3)] == [2, 2, 2]
    assert [full(stem).fan_in(1) for stem in STEMS] == [4, 3]


def test_edges_come_node_by_node() -> None:
    assert len(full().edges()) == 18
    assert [edge.source for edge in full().edges()[:7]] == [0, 1, 2, 0, 1, 2, 3]


def test_an_input_reads_as_a_path() -> None:
    assert str(LEVELS[0]) == "rgb/layer2"


ROW = (Edge("skip", 0),)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"stem": "late"}, "stem 'late' is not one of adapters, concat"),
        ({"inputs": ()}, "inputs need one level or more, each of them once"),
        ({"inputs": LEVELS[:1] * 2}, "inputs need one level or more, each of them once"),
        ({"channels": 0}, "channels, copies and the sizes of grid are 1 or more"),
        ({"copies": 0}, "channels, copies and the sizes of grid are 1 or more"),
        ({"grid": (2, -1, 7)}, "channels, copies and the sizes of grid are 1 or more"),
        ({"cells": ()}, "cells is empty: one is needed"),
        ({"cells": (Cell(((),), (0,)),)}, "cell 0: node 0 has no edge"),
        (
            {"cells": (Cell((ROW, (Edge("skip", 4),)), (3,)),)},
            "cell 0: node 1 has source 4, but only 0 to 3 come before it",
        ),
        (
            {"cells": (Cell(((Edge("skip", -1),),), (3,)),)},
            "cell 0: node 0 has source -1, but only 0 to 2 come before it",
        ),
        (
            {"cells": (Cell((ROW,), (3,)), Cell((ROW, (Edge("zero", 4),)), (4,)))},
            "cell 1: an edge that is 'zero' is no edge",
        ),
        ({"cells": (Cell((ROW,), ()),)}, "cell 0: concat needs one state or more, each once"),
        ({"cells": (Cell((ROW,), (3, 3)),)}, "cell 0: concat needs one state or more, each once"),
        ({"cells": (Cell((ROW,), (4,)),)}, "cell 0: concat has a state that is not 0 to 3"),
        ({"cells": (Cell((ROW,), (-1,)),)}, "cell 0: concat has a state that is not 0 to 3"),
    ],
)
def test_what_cannot_be_built_is_refused(changes: dict[str, Any], message: str) -> None:
    wrong = {"inputs": LEVELS, "cells": (Cell((ROW,), (3,)),), "channels": 8, "grid": (2, 7, 7)}
    with pytest.raises(InvalidInput) as caught:
        Genotype(**{**wrong, **changes})
    assert str(caught.value) == f"genotype: {message}"
