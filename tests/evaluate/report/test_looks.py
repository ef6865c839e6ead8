"""Colours that can be read, by day and by night, and that never stand alone."""

import re

import pytest

from adf.evaluate.report.evaluation import KINDS
from adf.evaluate.report.kinds import MEANING, SHAPES
from adf.evaluate.report.lines import STYLES
from adf.evaluate.report.style import DARK, GROUND, LIGHT, LINES, Palette, css, tinted
from adf.search.genotypes.drawing_svg import COLOURS, PLAIN
from tests.search.genotypes.test_drawing import contrast

PALETTES = pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])


@PALETTES
def test_words_can_be_read(palette: Palette) -> None:
    for ground in (palette["ground"], palette["raised"]):
        assert contrast(palette["ink"], ground) >= 7
        assert contrast(palette["soft"], ground) >= 4.5
    assert contrast(palette["alarm"], palette["ground"]) >= 4.5
    assert contrast(palette["ink"], palette["alarm-ground"]) >= 7


@PALETTES
def test_marks_can_be_seen_and_their_names_read(palette: Palette) -> None:
    for name in (*KINDS, "right", "wrong"):
        assert contrast(palette[name], palette["ground"]) >= 3
    assert contrast(palette["found"], palette["ground"]) >= 4.5


@pytest.mark.parametrize(("light", "dark", "dashes"), LINES)
def test_names_of_lines_can_be_read(light: str, dark: str, dashes: str) -> None:
    assert contrast(light, LIGHT["ground"]) >= 4.5
    assert contrast(dark, GROUND) >= 4.5


def test_colour_is_never_all_there_is() -> None:
    assert len(set(SHAPES.values())) == len(SHAPES) == len(MEANING) == len(KINDS)
    assert len({dashes for *_, dashes in LINES}) == len(LINES) == STYLES


@pytest.mark.parametrize(("line", "field"), [*COLOURS, PLAIN])
def test_words_of_a_drawing_can_be_read_by_night(line: str, field: str) -> None:
    assert contrast(DARK["ink"], tinted(line)) >= 7
    assert contrast(line, GROUND) >= 3
    assert tinted(line) != field


def test_every_colour_that_is_used_is_one_of_both_palettes() -> None:
    used = set(re.findall(r"var\(--([\w-]+)\)", css()))
    assert used == set(LIGHT) == set(DARK)
    assert DARK["ground"] == GROUND
