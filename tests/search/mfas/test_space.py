"""The space of rows: how much there is, its notation, what comes of a network, draws."""

import json
from collections import Counter
from typing import Any

import numpy as np
import pytest

from adf.errors import ConfigError, InvalidInput
from adf.search.genotypes.genotype import Input
from adf.search.mfas.rows import Row
from tests.search.mfas.samples import BEST, PAPER, choices, space

DIGITS = choices(audio=5, image=3)


@pytest.mark.parametrize(
    ("levels", "count"),
    [
        (choices(skeleton=4, rgb=4), 32),
        (DIGITS, 30),
        (choices(rgb=4), 8),
        (choices(rgb=2, flow=3, pose=2), 24),
    ],
)
def test_rows_are_one_level_of_each_modality_and_an_activation(levels: Any, count: int) -> None:
    found = space(levels)
    rows = found.rows()
    assert len(rows) == len(set(rows)) == found.count == count
    most = np.array(rows).max(axis=0).tolist()
    assert most == [*(len(slot) - 1 for slot in levels), 1]


def test_the_space_of_the_paper_has_a_million_networks() -> None:
    assert space().size() - space(fusions=3).size() == 32**4 == 1_048_576
    assert space().size() == 1_082_400
    assert space(DIGITS, fusions=2).size() == 30 + 900


def test_too_many_rows_are_refused() -> None:
    with pytest.raises(ConfigError, match="8 x 8 x 8 x 8 levels with 2 activations make 8192 rows"):
        space(choices(a=8, b=8, c=8, d=8))


@pytest.mark.parametrize("text", [PAPER, BEST, "[[0,2,2]]", "[[3,3,1]]"])
def test_the_published_notation_is_read_and_written(text: str) -> None:
    found = space().read(text)
    assert space().notation(found) == text
    assert [len(found.rows)] == [len(json.loads(text))]


def test_numbers_stand_for_levels_in_their_order() -> None:
    found = space().read(PAPER)
    assert found.rows[1] == Row((Input("skeleton", "layer2"), Input("rgb", "layer4")), "relu")
    assert [row.activation for row in found.rows] == ["relu", "relu", "sigmoid", "relu"]
    assert space().read("[[0,0,2]]").rows[0].activation == "leaky_relu"
    three = space(choices(rgb=2, flow=3, pose=2)).read("[[1,2,0,1]]")
    assert three.inputs == (
        Input("flow", "layer3"),
        Input("pose", "layer1"),
        Input("rgb", "layer2"),
    )


LIMITS = "it has a level of each modality and an activation: 0 to 3, 0 to 3, 0 to 2"
CASES = [
    ("", "this is no JSON"),
    ("[" * 100_000, "this is no JSON"),
    ("[[3,0,0]", "this is no JSON"),
    ("5", "5 is no list of rows, such as [[3, 0, 0]]"),
    ("[3,0,0]", "[3, 0, 0] is no list of rows"),
    ('["300"]', "['300'] is no list of rows"),
    ("[[4,0,0]]", f"row 0 is [4, 0, 0]: {LIMITS}"),
    ("[[3,0,0],[0,0,3]]", f"row 1 is [0, 0, 3]: {LIMITS}"),
    ("[[-1,0,0]]", "row 0 is [-1, 0, 0]"),
    ("[[3,0]]", "row 0 is [3, 0]"),
    ("[[3,0,0,0]]", "row 0 is [3, 0, 0, 0]"),
    ("[[3,0,true]]", "row 0 is [3, 0, True]"),
    ("[[3,0,0.0]]", "row 0 is [3, 0, 0.0]"),
    ('[[3,0,"0"]]', "row 0 is [3, 0, '0']"),
    ("[[]]", "row 0 is []"),
]


@pytest.mark.parametrize(("text", "message"), CASES, ids=range(len(CASES)))
def test_a_wrong_notation_is_refused_with_one_line(text: str, message: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        space().read(text)
    assert str(caught.value).startswith(f"mfas: {message}")
    assert "\n" not in str(caught.value)
    with pytest.raises(InvalidInput, match="rows is empty"):
        space().read("[]")


def test_what_the_space_lacks_has_no_numbers() -> None:
    other = space(choices(skeleton=4, depth=4)).read("[[0,0,0]]")
    with pytest.raises(InvalidInput, match="skeleton/layer1, depth/layer1 are not one level of"):
        space().code(other)


def test_networks_unfold_at_a_row_or_behind_the_last() -> None:
    found = space(choices(rgb=2, flow=2))
    assert found.unfolded([()], 0) == [(row,) for row in found.rows()]
    two = ((0, 0, 0), (1, 1, 1))
    behind = found.unfolded([two], 2)
    assert behind == [(*two, row) for row in found.rows()]
    exchanged = found.unfolded([two, two[::-1]], 0)
    assert len(exchanged) == 16
    assert exchanged[:8] == [(row, two[1]) for row in found.rows()]
    assert exchanged[8:] == [(row, two[0]) for row in found.rows()]


def test_draws_are_even_in_depth_and_rows() -> None:
    found, random = space(choices(rgb=2, flow=2), fusions=3), np.random.default_rng(0)
    codes = [found.code(found.draw(random)) for _ in range(1800)]
    depths = Counter(map(len, codes))
    # Five standard deviations.
    assert all(abs(depths[depth] - 600) < 5 * 400**0.5 for depth in (1, 2, 3))
    rows = Counter(row for code in codes for row in code)
    assert set(rows) == set(found.rows())
    total = sum(rows.values())
    assert all(abs(seen - total / 8) < 5 * (total * 7 / 64) ** 0.5 for seen in rows.values())
