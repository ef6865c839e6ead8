"""A sheet to look at: what the clips of each class show in each stream."""

import io
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from adf.demo.factors import load_factors
from adf.demo.make import FACTORS, LIST
from adf.errors import InputNotFound
from adf.extract.datasets import DATASETS
from adf.extract.decoders.rendering import Decoder
from adf.extract.video.geometry import Geometry, Pixels
from adf.extract.video.recipe import Made, Recipe
from adf.extract.video.sampling import Views, Window
from adf.files import translate_os_error, write_atomic

ZOOM = 2
LINE = 16
EXPLAINED = "first frame, last frame, the torsos' middle rows with time downwards, pose"
SHOULDERS = [1, 2]
# From the shoulders to the middle of the torso, and half the width shown of it.
DOWN, AROUND = 9, 16


def contact_sheet(folder: Path, file: Path, clips: int = 2) -> None:
    """Draw the first clips of each class of a folder that ``make`` filled into a PNG."""
    if not (folder / LIST).is_file():
        raise InputNotFound(f"{folder} has no {LIST}: run adf demo make, to its end")
    factors = load_factors([str(folder / FACTORS)]).value
    recipe = Recipe(
        Views(length=factors.frames),
        (Geometry("seen", factors.size, factors.size),),
        (Made("pose", "seen", factors.size, 3, {"method": "sidecar", "rendering": "heatmap"}),),
    )
    decoder, rows = Decoder(recipe), []
    for label, videos in DATASETS["csv"](folder, lists=folder / LIST).frame.groupby("label"):
        names = sorted(videos["video"])[:clips]
        shown = np.concatenate([_strip(decoder, folder / name) for name in names], 1)
        rows.append(_titled(f"{label}: {EXPLAINED}", shown))
    with translate_os_error(file):
        file.parent.mkdir(parents=True, exist_ok=True)
    sheet = io.BytesIO()
    Image.fromarray(np.concatenate(rows)).save(sheet, "png")
    write_atomic(file, sheet.getvalue())


def _strip(decoder: Decoder, video: Path) -> Pixels:
    """Return what is shown of a clip, ``H W 3``."""
    arrays = decoder(video, [Window()]).arrays
    frames, pose = arrays["seen"][0], arrays["pose"][0]
    middle = len(frames) // 2
    panes = [frames[0], frames[-1], _scrolls(frames, video.with_suffix(".npz")), pose[middle]]
    return np.concatenate([_enlarged(pane, *frames.shape[1:3]) for pane in panes], 1)


def _scrolls(frames: Pixels, sidecar: Path) -> Pixels:
    """Return a row through the middle of each torso over time, ``T W 3``, from left to right."""
    with np.load(sidecar, allow_pickle=False) as file:
        joints = file["keypoints"][:, :, SHOULDERS]
    found = joints[..., 2] > 0
    total = np.maximum(found.sum((0, 2)), 1)[:, None]
    places = (joints[..., :2] * found[..., None]).sum((0, 2)) / total
    rows = []
    for x, y in np.rint(places[places[:, 0].argsort()]).astype(int):
        columns = np.arange(x - AROUND, x + AROUND).clip(0, frames.shape[2] - 1)
        rows.append(frames[:, min(y + DOWN, frames.shape[1] - 1), columns])
    return np.concatenate(rows, 1)


def _enlarged(pane: Pixels, height: int, width: int) -> Pixels:
    size = (ZOOM * width, ZOOM * height)
    return np.asarray(Image.fromarray(pane).resize(size, Image.Resampling.NEAREST))


def _titled(text: str, shown: Pixels) -> Pixels:
    """Return a picture ``H W 3`` with a line of text above it."""
    image = Image.new("RGB", (shown.shape[1], shown.shape[0] + LINE))
    image.paste(Image.fromarray(shown), (0, LINE))
    ImageDraw.Draw(image).text((4, 2), text, "white")
    return np.asarray(image)
