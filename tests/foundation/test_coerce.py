import math
from pathlib import Path
from typing import Any, Literal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from adf.coerce import Refused, coerce, describe
from adf.emit import one_line
from adf.nodes import parse


@pytest.mark.parametrize(
    ("text", "annotation", "value"),
    [
        ("no", str, "no"),
        ("1e3", str, "1e3"),
        ("012", str, "012"),
        ("null", str, "null"),
        ("'x'", str, "x"),
        ("s3://a/b: c #d", str, "s3://a/b: c #d"),
        ("*.mp4", str, "*.mp4"),
        ("[ab]*.mp4", str, "[ab]*.mp4"),
        ("", str, ""),
        ("no", bool, False),
        ("Off", bool, False),
        ("FALSE", bool, False),
        ("0", bool, False),
        ("yes", bool, True),
        ("on", bool, True),
        ("true", bool, True),
        ("1", bool, True),
        ("012", int, 12),
        ("-3", int, -3),
        ("'7'", int, 7),
        ("1e-3", float, 1e-3),
        ("3", float, 3.0),
        ("-.5", float, -0.5),
        (".inf", float, math.inf),
        ("-.INF", float, -math.inf),
        ("~", int | None, None),
        ("null", str | None, None),
        ("", str | None, None),
        ("'null'", str | None, "null"),
        ("4", int | None, 4),
        ("adam", Literal["adam", "sgd"], "adam"),
        ("2", Literal[1, 2], 2),
        ("null", Literal["a", None], None),
        ("a/b", Path, Path("a/b")),
        ("a,b, c", tuple[str, ...], ("a", "b", "c")),
        ("a,", list[str], ["a"]),
        ("", list[str], []),
        ("[1, 2]", list[int], [1, 2]),
        ("['a,b', c]", tuple[str, ...], ("a,b", "c")),
        ("0.9,1", tuple[float, float], (0.9, 1.0)),
        ("[[1], [2, 3]]", tuple[tuple[int, ...], ...], ((1,), (2, 3))),
        ("{a: 1, b: 012}", dict[str, int], {"a": 1, "b": 12}),
        ("{}", dict[str, int], {}),
        ("5", int | str, 5),
        ("five", int | str, "five"),
        ("'5'", int | str, "5"),
        ("5", str | int, "5"),
        ("auto", Literal["auto"] | int, "auto"),
        ("16", Literal["auto"] | int, 16),
    ],
)
def test_text_becomes_the_type(text: str, annotation: Any, value: Any) -> None:
    result = coerce(parse(text), annotation)
    assert result == value
    assert type(result) is type(value)


def test_a_path_may_start_at_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/ada")
    assert coerce(parse("~/data"), Path) == Path("/home/ada/data")


@pytest.mark.parametrize(
    ("text", "annotation", "words"),
    [
        ("two", int, "a whole number"),
        ("1e3", int, "a whole number"),
        ("2.0", int, "a whole number"),
        ("true", int, "a whole number"),
        ("", int, "a whole number"),
        ("fast", float, "a number"),
        ("nan", float, "a number"),
        ("2", bool, "true or false"),
        ("", Path, "a path"),
        ("~nobody-of-that-name/x", Path, "a path"),
        ("adm", Literal["adam", None], "one of adam, null"),
        ("[a]", str, "text"),
        ("null", int, "a whole number"),
        ("1,x", tuple[int, ...], "a list (of a whole number)"),
        ("{a: 1}", list[str], "a list (of text)"),
        ("1", tuple[int, float], "a list of 2 (a whole number, a number)"),
        ("a", dict[str, int], "a mapping (to a whole number)"),
        ("{a: b}", dict[str, int], "a mapping (to a whole number)"),
        ("x", int | float | None, "a whole number or a number or null"),
    ],
)
def test_other_text_is_refused(text: str, annotation: Any, words: str) -> None:
    with pytest.raises(Refused):
        coerce(parse(text), annotation)
    assert describe(annotation) == words


@pytest.mark.parametrize("annotation", [complex, object, set[int], int | bytes, list[complex]])
def test_a_type_that_no_setting_has(annotation: Any) -> None:
    with pytest.raises(TypeError, match="a setting cannot be of type"):
        describe(annotation)


NUMBERS = st.floats(allow_nan=False)
KINDS: list[tuple[Any, st.SearchStrategy[Any]]] = [
    (str, st.text()),
    (str | None, st.none() | st.text()),
    (bool, st.booleans()),
    (int, st.integers(-(2**63), 2**64 - 1)),
    (float, NUMBERS),
    (int | str, st.integers(-(2**63), 2**64 - 1) | st.text()),
    (bool | float | str | None, st.none() | st.booleans() | NUMBERS | st.text()),
    (Path, st.from_regex(r"[\w ./:,#-]+", fullmatch=True).map(Path)),
    (tuple[str, ...], st.lists(st.text()).map(tuple)),
    (list[int | str | None], st.lists(st.integers(-(2**63), 2**64 - 1) | st.text() | st.none())),
    (dict[str, str], st.dictionaries(st.text(), st.text())),
    (dict[str, list[float]], st.dictionaries(st.text(), st.lists(NUMBERS))),
]


@pytest.mark.parametrize(("annotation", "values"), KINDS, ids=[str(kind) for kind, _ in KINDS])
@given(data=st.data())
def test_what_is_written_reads_back(
    annotation: Any, values: st.SearchStrategy[Any], data: st.DataObject
) -> None:
    value = data.draw(values)
    text = one_line(value)
    assert "\n" not in text
    assert coerce(parse(text), annotation) == value


@given(st.text())
@example("---")
@example("a: b")
@example("# note")
@example("\ud800")
def test_any_text_typed_in_a_shell_is_text_or_refused(text: str) -> None:
    try:
        assert isinstance(coerce(parse(text), str), str)
    except Refused:
        assert text.strip()[0] in "[{"


@pytest.mark.parametrize(
    ("text", "annotation"),
    [("9" * 4000, int), ("9" * 9000, int), ("-9223372036854775809", int), ("1e999", float)],
)
def test_a_number_that_overflows_elsewhere(text: str, annotation: Any) -> None:
    with pytest.raises(Refused, match="^ of at most 64 bits$"):
        coerce(parse(text), annotation)
