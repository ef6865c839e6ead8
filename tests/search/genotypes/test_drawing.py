"""Pictures: well-formed, complete, the same bytes each time, and no word on top of another."""

import random
import re
from itertools import combinations
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adf.search.genotypes.drawing import as_dot, as_mermaid, as_svg
from adf.search.genotypes.drawing_svg import COLOURS, INK, LABEL_FIELD, PLAIN
from adf.search.genotypes.genotype import STEMS, Cell, Edge, Genotype, Input
from tests.search.genotypes.samples import LEVELS, drawn, full

NASTY = 'a"b\\N<i>&#x;|]}\n\x00\ud800\u202e'
SVG = "{http://www.w3.org/2000/svg}"


def nasty() -> Genotype:
    edges = (Edge(f"op{NASTY}", 0), Edge("skip", 1))
    inputs = (Input(NASTY, "l"), Input("l", NASTY))
    return Genotype(inputs, (Cell((edges,), (2,)),), 16, (2, 7, 7))


def fields(text: str) -> list[tuple[float, float, float, float]]:
    """Return left, right, top and bottom of every field that a word stands on."""
    found = []
    for rect in ElementTree.fromstring(text).iter(f"{SVG}rect"):
        x, y, wide, high = (float(rect.attrib[k]) for k in ("x", "y", "width", "height"))
        found.append((x, x + wide, y, y + high))
    return found


def levels_of_lines(text: str) -> list[tuple[float, float, float]]:
    """Return left end, right end and height of all straight pieces of lines."""
    pieces = []
    for path in re.findall(r' d="(M[^"]*)" fill="none"', text):
        for x, y, end in re.findall(r"([\d.]+) ([\d.]+)H([\d.]+)", path):
            pieces.append((float(x), float(end), float(y)))
    return pieces


@given(st.randoms(use_true_random=False), st.sampled_from(STEMS), st.integers(1, 3))
def test_no_word_and_no_line_lies_on_a_word(chance: random.Random, stem: str, cells: int) -> None:
    text = as_svg(drawn(chance, stem, cells=cells, nodes=chance.randint(1, 5)))
    words = fields(text)
    for one, two in combinations(words, 2):
        assert one[1] <= two[0] or two[1] <= one[0] or one[3] < two[2] or two[3] < one[2]
    for left, right, y in levels_of_lines(text):
        covered = [w for w in words if w[0] < right and left < w[1] and w[2] < y < w[3]]
        # The label of a line lies on the line itself, in the middle of its height.
        assert all(abs((w[2] + w[3]) / 2 - y) < 0.2 for w in covered)


@given(st.randoms(use_true_random=False), st.sampled_from(STEMS), st.integers(1, 3))
def test_all_lies_within_the_picture(chance: random.Random, stem: str, cells: int) -> None:
    text = as_svg(drawn(chance, stem, cells=cells))
    root = ElementTree.fromstring(text)
    wide, high = float(root.attrib["width"]), float(root.attrib["height"])
    assert all(min(w) > 0 and w[1] < wide and w[3] < high for w in fields(text))


def test_every_word_fits_its_field() -> None:
    root = ElementTree.fromstring(as_svg(full()))
    wide = [float(rect.attrib["width"]) for rect in root.iter(f"{SVG}rect")]
    words = list(root.iter(f"{SVG}text"))
    for room, word in zip(wide, words, strict=True):
        assert 0.6 * float(word.attrib["font-size"]) * len(word.text or "") + 8 < room


@pytest.mark.parametrize("stem", STEMS)
def test_every_edge_is_drawn_once_with_its_operation(stem: str) -> None:
    genotype = full(stem)
    ops = sorted(edge.op for edge in genotype.edges())
    svg, dot, mermaid = as_svg(genotype), as_dot(genotype), as_mermaid(genotype)
    words = [t.text or "" for t in ElementTree.fromstring(svg).iter(f"{SVG}text")]
    assert sorted(word for word in words if word in ops) == ops
    assert sorted(re.findall(r'-> b\d+ \[label="(\w+)"', dot)) == ops
    assert sorted(re.findall(r'\|"(\w+)"\| b\d+', mermaid)) == ops
    skips = ops.count("skip")
    assert svg.count("stroke-dasharray") == skips
    assert dot.count("style=dashed") == skips
    assert mermaid.count("-.->") == skips


def test_boxes_are_named_and_a_second_cell_shows_what_it_reads() -> None:
    first, second = Cell(((Edge("skip", 0),),), (3,)), Cell(((Edge("skip", 3),),), (1, 4))
    genotype = Genotype(LEVELS, (first, second), 16, (2, 7, 7))
    words = [t.text for t in ElementTree.fromstring(as_svg(genotype)).iter(f"{SVG}text")]
    assert sorted(word or "" for word in words) == sorted(
        [*map(str, LEVELS), "flow/layer3", "node 0", "cell 0", "node 0", "output", "skip", "skip"]
    )


def test_the_output_is_furthest_to_the_right_and_inputs_to_the_left() -> None:
    text = as_svg(full())
    found = re.findall(r'<text x="([\d.]+)"[^>]*>([^<]*)<', text)
    ordered = [word for _, word in sorted(found, key=lambda pair: float(pair[0]))]
    assert set(ordered[:3]) == {str(level) for level in LEVELS}
    assert ordered[-1] == "output"


def test_modalities_differ_in_colour_and_keep_it_in_other_pictures() -> None:
    def colour(genotype: Genotype, level: str) -> str:
        found = re.search(rf'stroke="(#\w+)"/><text[^>]*>{level}<', as_svg(genotype))
        assert found
        return found[1]

    cell = Cell(((Edge("skip", 0),),), (1,))
    alone = Genotype((Input("flow", "layer3"),), (cell,), 16, (2, 7, 7))
    shown = {level.modality: colour(full(), str(level)) for level in LEVELS}
    assert len(set(shown.values())) == 3
    assert colour(alone, "flow/layer3") == shown["flow"]
    many = tuple(Input(f"own{number}", "x") for number in range(len(COLOURS)))
    crowd = Genotype(many, (cell._replace(concat=(len(many),)),), 16, (2, 7, 7))
    assert len({colour(crowd, str(level)) for level in many}) == len(COLOURS)


@pytest.mark.parametrize("draw", [as_svg, as_dot, as_mermaid])
def test_equal_genotypes_have_equal_pictures_that_any_file_can_hold(draw: object) -> None:
    assert callable(draw)
    assert draw(full()) == draw(Genotype.from_json(full().to_json()))
    assert "\x00" not in draw(nasty()).encode().decode()


def test_names_are_words_and_never_markup() -> None:
    root = ElementTree.fromstring(as_svg(nasty()))
    assert {element.tag for element in root.iter()} == {
        f"{SVG}{tag}" for tag in ("svg", "title", "desc", "path", "rect", "text")
    }
    shown = NASTY.replace("\n", "\ufffd").replace("\x00", "\ufffd").replace("\ud800", "\ufffd")
    assert f"{shown}/l" in {element.text for element in root.iter()}
    for line in as_dot(nasty()).splitlines():
        outside = re.sub(r'"(?:[^"\\]|\\.)*"', "", line)
        assert '"' not in outside
        assert "\\" not in outside
    for line in as_mermaid(nasty()).splitlines():
        assert re.fullmatch(r'[^"]*("[\w /.,+#;-]*"[^"]*)?', line)
        assert "<" not in line


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, two: str) -> float:
    low, high = sorted((luminance(one), luminance(two)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize(("line", "field"), [*COLOURS, PLAIN])
def test_lines_show_on_light_and_dark_and_words_on_their_field(line: str, field: str) -> None:
    assert min(contrast(line, ground) for ground in ("#ffffff", "#0d1117", "#1e1e1e")) >= 3
    assert min(contrast(INK, field), contrast(INK, LABEL_FIELD)) >= 7
