"""Whole extractions of pictures that other programs made, in both layouts they write."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from adf.extract.video.decoding import decode
from adf.extract.video.geometry import Geometry
from adf.extract.video.recipe import Recipe
from adf.extract.video.sampling import Views, Window
from tests.extract.flow.samples import render_pictures
from tests.extract.pipeline.samples import QUICK, SIZE, opened
from tests.extract.pipeline.test_cli import QUIET, adf
from tests.extract.video.samples import film

FRAMES = 7
# Films, and which flow is written as that along x and y.
MADE = {"one": "xy", "same": "xy", "turned": "yx"}
LAYOUTS = {
    "AutoDeepFuse": ("frames/img_{:05d}.png", "flow_x/x_{:05d}.jpg", "flow_y/y_{:05d}.jpg"),
    "MARS": ("{:05d}.png", "TVL1jpg_x_{:05d}.jpg", "TVL1jpg_y_{:05d}.jpg"),
}


def make_pictures(video: Path, folder: Path, layout: str, axes: str) -> None:
    """Write the frames of a film as pictures of pose, and pictures of flow."""
    pose, *flow = LAYOUTS[layout]
    recipe = Recipe(Views(length=FRAMES), (Geometry("square", SIZE, SIZE),))
    for number, pixels in enumerate(decode(video, [Window()], recipe).arrays["square"][0], 1):
        path = folder / "pose" / "a" / video.stem / pose.format(number)
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels).save(path)
    patterns = dict(zip(axes, flow, strict=True))
    render_pictures(folder / "flow" / "a" / video.stem, patterns, FRAMES - 1)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_pictures_are_taken_for_the_frames(tmp_path: Path, layout: str) -> None:
    (tmp_path / "films" / "a").mkdir(parents=True)
    film(tmp_path / "films" / "a" / "without.mp4", frames=FRAMES)
    for name, axes in MADE.items():
        video = film(tmp_path / "films" / "a" / f"{name}.mp4", frames=FRAMES)
        make_pictures(video, tmp_path, layout, axes)
    words = ["--videos", tmp_path / "films", "--cache", tmp_path / "cache", "--json", *QUIET]
    words += ["--modality", "rgb,flow,pose", "--flow-method", "frames", "--pose-method", "frames"]
    for name, value in {**QUICK, "levels.all": "layer3"}.items():
        words += ["--set", f"{name}={value}"]
    for name in ("flow", "pose"):
        words += ["--set", f"{name}.folder={tmp_path / name}"]
    done = adf(*words)
    assert done.returncode == 5, done.stderr
    facts = json.loads(done.stdout)
    counts = {name: (each["ok"], each["failed"]) for name, each in facts["modalities"].items()}
    assert counts == {"rgb": (8, 0), "flow": (6, 2), "pose": (6, 2)}
    with open(facts["failures"]) as file:
        told = {
            (row["video"], row["reason"].rpartition(" has ")[2]) for row in csv.DictReader(file)
        }
    assert told == {("a/without.mp4", "no folder of without.mp4")}
    cache = opened(tmp_path / "cache")
    rows = {name: np.flatnonzero(cache.clips["video"] == f"a/{name}.mp4") for name in MADE}
    every = np.concatenate(list(rows.values()))
    pose, rgb = (cache.read(every, name, "layer3") for name in ("pose", "rgb"))
    assert np.array_equal(pose, rgb)
    one, same, turned = (cache.read(rows[name], "flow", "layer3") for name in MADE)
    assert np.array_equal(one, same)
    assert not np.array_equal(one, turned)
