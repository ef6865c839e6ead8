"""Ranges of hyper-parameters: how they are written, what they hold, what is refused."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adf.errors import ConfigError
from adf.evaluate.tuning.space import USUAL, read_space

EACH = {
    "rate": "log:1e-5:1e-2",
    "dropout": "0:0.5",
    "channels": "int:4:16",
    "optimizer": "choice:adam,sgd",
    "batch": "choice:8,16",
}


def test_every_form_gives_values_of_the_type_of_the_setting() -> None:
    space = read_space(EACH)
    values = {name: space[name].at(0.5) for name in space}
    assert values["rate"] == pytest.approx(math.sqrt(1e-5 * 1e-2))
    assert values["dropout"] == 0.25
    assert values["channels"] == 10
    assert values["optimizer"] == "sgd"
    assert values["batch"] == 16
    assert type(values["batch"]) is int


@given(st.sampled_from(sorted(EACH)), st.floats(0, 1, exclude_max=True))
def test_every_value_belongs_to_its_dimension(name: str, share: float) -> None:
    dimension = read_space(EACH)[name]
    assert dimension.at(share) in dimension


def test_both_ends_of_whole_numbers_are_met_as_often_as_the_others() -> None:
    dimension = read_space({"batch": "int:2:5"})["batch"]
    assert [dimension.at(step / 8) for step in range(8)] == [2, 2, 3, 3, 4, 4, 5, 5]


def test_what_lies_outside_does_not_belong() -> None:
    space = read_space(EACH)
    assert 0.1 not in space["rate"]
    assert "adamw" not in space["optimizer"]
    assert 32 not in space["batch"]
    assert 3 not in space["channels"]


def test_lr_is_the_rate() -> None:
    assert read_space({"lr": "0.1:0.2"}) == read_space({"rate": "0.1:0.2"})


def test_no_space_is_the_usual_one() -> None:
    assert set(read_space({})) == set(USUAL)


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("rat", "0:1", "Did you mean 'rate'"),
        ("rate", "log:0:1", "more than 0|above 0"),
        ("rate", "1:0.1", "lower one first"),
        ("rate", "int:1:2", "give log:A:B"),
        ("rate", "log:1", "give log:A:B"),
        ("rate", "a:b", "give log:A:B"),
        ("rate", "-1:1", "rate is -1"),
        ("batch", "8:16", "give int:A:B"),
        ("batch", "int:0:16", "batch is 0"),
        ("batch", "choice:8,8", "a value twice"),
        ("batch", "choice:8,x", "give int:A:B"),
        ("channels", "int:0:8", "channels is 0"),
        ("dropout", "0:1", "dropout is 1"),
        ("optimizer", "adam,sgd", "give choice:X,Y"),
        ("optimizer", "choice:adam,rmsprop", "give choice:X,Y"),
        ("rate", "0:.inf", "rate is"),
    ],
)
def test_a_range_that_cannot_be_is_refused_by_name(name: str, text: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said) as caught:
        read_space({name: text})
    assert f"space.{name}" in str(caught.value)


def test_a_setting_under_both_its_names_is_refused() -> None:
    with pytest.raises(ConfigError, match="there twice"):
        read_space({"lr": "0.1:0.2", "rate": "0.1:0.2"})
