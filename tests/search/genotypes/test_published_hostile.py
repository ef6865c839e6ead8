"""Published genotype strings from strangers: nothing is run, and every refusal is one line."""

import json
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from adf.errors import InvalidInput
from adf.search.genotypes.published import LONGEST, read_published
from tests.search.genotypes.samples import LEVELS

GOOD = "[Genotype(first=[('skip_connect', 0), ('none', 1), ('none', 2)], first_concat=range(3, 4))]"
DEEP = "(" * 2000 + ")" * 2000


def edge(text: str) -> str:
    return GOOD.replace("('none', 1)", text)


CASES = [
    ("__import__('os')", "not a list of 1 to 32 cells"),
    ("[__import__('os')]", "cell 0 is not Genotype"),
    ("[exec('1')]", "cell 0 is not Genotype"),
    ("[Genotype([], range(3, 7))]", "cell 0 is not Genotype"),
    ("[Genotype(*[1])]", "'\\*' at character 10 is not of the notation"),
    ("[().__class__]", "'.' at character 3 is not of the notation"),
    ("[Genotype for Genotype in [1]]", "not a list of 1 to 32 cells"),
    ("[lambda: 1]", "':' at character 7"),
    ("[(x := 1)]", "':' at character 4"),
    ("{}", "'{' at character 0"),
    (edge("(f'x', 1)"), "an edge is not of the form"),
    (edge("(b'none', 1)"), "an edge is not of the form"),
    (edge("__builtins__"), "an edge is not of the form"),
    (edge("('none', True)"), "an edge is not of the form"),
    (edge("('none', False)"), "an edge is not of the form"),
    (edge("('none', None)"), "an edge is not of the form"),
    (edge("('none', 1e2)"), "an edge is not of the form"),
    (edge("('none', print(1))"), "an edge is not of the form"),
    (edge("('none', 0x" + "f" * 9000 + ")"), "an edge is not of the form"),
    (edge("('none', " + "9" * 9000 + ")"), "it is no list of cells"),
    (edge("['none', 1]"), "an edge is not of the form"),
    (edge("('none', 1, 1)"), "an edge is not of the form"),
    (edge("('__class__', 1)"), "'__class__' is not one of none"),
    (edge("('nöne', 1)"), "at character .. is not of the notation"),
    (edge("('none', \u0661)"), "at character .. is not of the notation"),
    (edge("('none', -1)"), "'-' at character .. is not of the notation"),
    (edge("(DEEP)").replace("DEEP", DEEP), "it is no list of cells"),
    ("[" * 150 + "]" * 150, "cell 0 is not Genotype|it is no list of cells"),
    ("[" * 40_000, "it is no list of cells"),
    ("not " * 20_000 + "1", "it is no list of cells|not a list"),
    (GOOD.replace("range(3, 4)", "range(True, 4)"), "first_concat is range"),
    (GOOD.replace("range(3, 4)", "range(3, 4, 1)"), "first_concat is range"),
    (GOOD.replace("range(3, 4)", "range(3, 0x" + "f" * 9000 + ")"), "first_concat is range"),
    (GOOD.replace("range(3, 4)", "range(3, 99)"), "holds all nodes, 1 to 16"),
    (GOOD.replace("first=", "first_concat=range(3, 4), first="), "no list|has the fields"),
    ("\x00", "is not of the notation"),
    ("", "it is no list of cells"),
    ("[" + ", ".join([GOOD[1:-1]] * 33) + "]", "not a list of 1 to 32 cells"),
    (" " * (LONGEST + 1), f"{LONGEST} at most"),
]


@pytest.mark.parametrize("quoted", [False, True], ids=["bare", "json"])
@pytest.mark.parametrize(("text", "reason"), CASES, ids=range(len(CASES)))
def test_what_is_no_data_is_refused(text: str, reason: str, quoted: bool) -> None:
    with pytest.raises(InvalidInput, match=reason) as caught:
        read_published(json.dumps(text) if quoted else text, LEVELS, 8, (1, 1, 1))
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 400


def test_a_string_that_never_ends_is_no_json() -> None:
    with pytest.raises(InvalidInput, match="this is no JSON string"):
        read_published('"[', LEVELS, 8, (1, 1, 1))


def test_nothing_is_run(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    for call in (f"open('{mark}', 'w')", f"[Genotype(first=open('{mark}', 'w'), first_concat=1)]"):
        with pytest.raises(InvalidInput):
            read_published(call, LEVELS, 8, (1, 1, 1))
    assert not mark.exists()


words = st.sampled_from(
    [*"[](),='\" 034", "'none'", "Genotype", "range", "first", "first_concat", "True", "if", "0or"]
)


@given(st.one_of(st.text(max_size=60), st.lists(words, max_size=40).map("".join)))
@example("0or")
def test_any_text_is_read_or_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        read_published(text, LEVELS, 8, (1, 1, 1))
