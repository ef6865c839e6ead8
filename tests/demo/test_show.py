"""The sheet of clips: a picture that shows what is in the folder."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from adf.demo.factors import load_factors
from adf.demo.make import make
from adf.demo.show import LINE, ZOOM, contact_sheet
from adf.errors import InputNotFound
from adf.extract.video.decoding import decode
from adf.extract.video.geometry import Geometry
from adf.extract.video.recipe import Recipe
from adf.extract.video.sampling import Views, Window

SIZE = 80


def test_a_sheet_has_a_line_for_each_class(tmp_path: Path) -> None:
    factors = load_factors(
        sets=[f"size={SIZE}", "frames=8", "counts={train: 2, val: 1, test: 0}"]
    ).value
    make(factors, tmp_path / "made", 1, "off")
    contact_sheet(tmp_path / "made", tmp_path / "new" / "sheet.png")
    with Image.open(tmp_path / "new" / "sheet.png") as image:
        sheet = np.asarray(image)
    row, pane = ZOOM * SIZE + LINE, ZOOM * SIZE
    assert sheet.shape == (12 * row, 2 * 4 * pane, 3)
    recipe = Recipe(Views(length=8), (Geometry("square", SIZE, SIZE),))
    for number, label in enumerate(sorted(cues.label for cues in factors.classes())):
        line = sheet[number * row + LINE : (number + 1) * row]
        for at in range(2):
            video = tmp_path / "made" / label / f"{at:04d}.mp4"
            frames = decode(video, [Window()], recipe).arrays["square"][0]
            panes = line[::ZOOM, 4 * at * pane : 4 * (at + 1) * pane : ZOOM]
            assert (panes[:, :SIZE] == frames[0]).all()
            assert (panes[:, SIZE : 2 * SIZE] == frames[-1]).all()
            # Joints are strokes on black.
            assert 0.01 < (panes[:, 3 * SIZE :] > 128).any(-1).mean() < 0.3


def test_a_folder_that_is_not_complete_has_no_sheet(tmp_path: Path) -> None:
    with pytest.raises(InputNotFound, match=r"clips\.csv"):
        contact_sheet(tmp_path, tmp_path / "sheet.png")
