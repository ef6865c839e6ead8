"""The notation of BM-NAS: read, written, and read again; text that is no data is refused."""

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adf.errors import InvalidInput
from adf.search.bm_nas.genotype import BilevelGenotype, Cell, Step
from adf.search.bm_nas.notation import LONGEST, read_published, written
from adf.search.genotypes.genotype import Input
from tests.search.bm_nas.samples import LEVELS, drawn

EIGHT = tuple(Input("rgb", f"v{at}") for at in range(4)) + tuple(
    Input("pose", f"s{at}") for at in range(4)
)
PUBLISHED = (
    "Genotype(edges=[('skip', 3), ('skip', 6), ('skip', 8), ('skip', 6)], "
    "steps=[StepGenotype(inner_edges=[('skip', 1), ('skip', 0), ('skip', 2), ('skip', 0)], "
    "inner_steps=['ScaleDotAttn', 'LinearGLU'], inner_concat=[2, 3]), "
    "StepGenotype(inner_edges=[('skip', 0), ('skip', 1), ('skip', 1), ('skip', 2)], "
    "inner_steps=['ConcatFC', 'Sum'], inner_concat=[2, 3])], concat=[8, 9])"
)


def found(text: str) -> BilevelGenotype:
    return read_published(text, EIGHT, 128, 8, (8, 7, 7))


def test_a_text_is_what_it_says() -> None:
    cells = (
        Cell((0, 1), (Step("ScaleDotAttn", (1, 0)), Step("LinearGLU", (2, 0))), (2, 3)),
        Cell((2, 1), (Step("ConcatFC", (0, 1)), Step("Sum", (1, 2))), (2, 3)),
    )
    inputs = (EIGHT[3], EIGHT[6])
    assert found(PUBLISHED) == BilevelGenotype(inputs, cells, (2, 3), 128, 8, (8, 7, 7))


def test_a_text_comes_back() -> None:
    assert written(found(PUBLISHED), EIGHT) == PUBLISHED
    assert found(f"\n  {PUBLISHED}\n") == found(PUBLISHED)


@pytest.mark.parametrize("seed", range(100))
def test_what_is_written_is_read_as_the_same(seed: int) -> None:
    genotype = drawn(seed)
    text = written(genotype, LEVELS)
    again = read_published(text, LEVELS, genotype.channels, genotype.length, genotype.grid)
    assert written(again, LEVELS) == text
    read = {state for cell in genotype.cells for state in cell.sources}
    levels = {genotype.inputs[state] for state in read if state < len(genotype.inputs)}
    assert set(again.inputs) == levels
    if list(genotype.inputs) == sorted(levels, key=LEVELS.index):
        assert again == genotype


def test_levels_that_the_numbers_do_not_count_are_refused() -> None:
    with pytest.raises(InvalidInput, match="levels lack rgb/v3"):
        written(found(PUBLISHED), EIGHT[4:])


EDGE = "('skip', 3)"
CASES = [
    ("__import__('os')", "the text is not Genotype\\(edges"),
    ("Genotype([], [], [])", "the text is not Genotype\\(edges"),
    ("Genotype(**{})", "'\\*' at character 9 is not of the notation"),
    (PUBLISHED + ".__class__", "'.' at character .* is not of the notation"),
    (PUBLISHED.replace(EDGE, "(lambda: 1)"), "':' at character"),
    (PUBLISHED.replace(EDGE, "exec('1')"), "edges: an edge is not of the form"),
    (PUBLISHED.replace(EDGE, "('skip', exec('1'))"), "edges: an edge is not of the form"),
    (PUBLISHED.replace(EDGE, "('skip', True)"), "edges: a state is a whole number below 1000"),
    (PUBLISHED.replace(EDGE, "('skip', 0x" + "f" * 9000 + ")"), "a whole number below 1000"),
    (PUBLISHED.replace(EDGE, "('skip', " + "9" * 9000 + ")"), "it is no genotype"),
    (PUBLISHED.replace(EDGE, "('skip', 9)"), "cell 0 has source 2"),
    (PUBLISHED.replace(EDGE, "('skip', 10)"), "state 10 is no level that is read, and no cell"),
    (PUBLISHED.replace(EDGE, "('fc_relu', 3)"), "'fc_relu'; only 'skip' was searched over"),
    (PUBLISHED.replace(EDGE, "['skip', 3]"), "edges: an edge is not of the form"),
    (PUBLISHED.replace(f"[{EDGE}, ", "["), "edges has 3 edges; 2 times two are needed"),
    (PUBLISHED.replace("'ConcatFC'", "'eval'"), "cell 1: inner_steps holds something else"),
    (PUBLISHED.replace("'ConcatFC'", "print"), "cell 1: inner_steps holds something else"),
    (PUBLISHED.replace("('skip', 1), ('skip', 0),", ""), "cell 0: inner_edges has 2 edges"),
    (PUBLISHED.replace("[8, 9]", "range(8, 10)"), "concat is not a list"),
    (PUBLISHED.replace("[8, 9]", "[8, x]"), "concat: a state is a whole number"),
    (PUBLISHED.replace("[8, 9]", "[3]"), "concat holds one or more of 2 to 3"),
    (
        PUBLISHED.replace("concat=[8, 9]", "concat=[8, 9], concat=[8]"),
        "no genotype|is not Genotype",
    ),
    (PUBLISHED.replace("StepGenotype", "Genotype"), "cell 0 is not StepGenotype"),
    (PUBLISHED[:-1], "it is no genotype"),
    ("(" * 30_000, "it is no genotype"),
    ("not " * 20_000 + "1", "it is no genotype|is not Genotype"),
    ("\x00", "is not of the notation"),
    ("'\u0661'", "is not of the notation"),
    ("", "it is no genotype"),
    (" " * (LONGEST + 1), f"{LONGEST} at most"),
]


@pytest.mark.parametrize(("text", "reason"), CASES, ids=range(len(CASES)))
def test_what_is_no_data_is_refused_in_one_line(text: str, reason: str) -> None:
    with pytest.raises(InvalidInput, match=reason) as caught:
        found(text)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 400


def test_nothing_is_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InvalidInput):
        found(PUBLISHED.replace(EDGE, "open('mark', 'w')"))
    assert not (tmp_path / "mark").exists()


@given(st.integers(0, len(PUBLISHED)), st.text("GenotypStepskip[](),='09x ", max_size=4))
def test_a_text_that_was_changed_is_a_genotype_or_refused(at: int, put: str) -> None:
    with suppress(InvalidInput):
        genotype = found(PUBLISHED[:at] + put + PUBLISHED[at + 1 :])
        assert written(genotype, EIGHT).startswith("Genotype(edges=[('skip', ")
