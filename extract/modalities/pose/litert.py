"""Persons found by a small segmentation network in TensorFlow Lite's format, on the CPU.

The package mediapipe brings one in its releases up to 0.10.21 (Apache-2.0). Nothing else of that
package is used, or imported: ``pip install --no-deps mediapipe==0.10.21`` is enough.
"""

import hashlib
import importlib
import importlib.util
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from adf.errors import InputNotFound, InvalidInput, MissingDependency
from adf.extract.modalities.clip import Clip, Place
from adf.extract.modalities.pose.skeleton import Floats
from adf.extract.video.geometry import Geometry, Pixels

BUNDLED = Path("modules", "selfie_segmentation", "selfie_segmentation.tflite")
BEGINNING = b"TFL3"


@dataclass(frozen=True)
class PersonModel:
    """A model file; every process that decodes opens it for itself."""

    path: Path
    digest: str
    place: Place = "decoder"

    def find(self, clip: Clip, geometry: Geometry) -> Floats:
        """Return the probability of a person, ``T H W``."""
        return np.stack([self._mask(picture) for picture in clip.pixels])

    def _mask(self, picture: Pixels) -> Floats:
        from PIL import Image

        model = opened(self.path)
        place, result = model.get_input_details()[0], model.get_output_details()[0]
        high, wide = place["shape"][1:3]
        shown = Image.fromarray(picture).resize((wide, high), Image.Resampling.BILINEAR)
        model.set_tensor(place["index"], np.asarray(shown, np.float32)[None] / 255)
        model.invoke()
        mask = Image.fromarray(model.get_tensor(result["index"])[0, :, :, 0])
        scaled = mask.resize(picture.shape[1::-1], Image.Resampling.BILINEAR)
        return np.asarray(scaled, np.float32).clip(0, 1)

    def as_json(self) -> Mapping[str, Any]:
        """Return which model it is."""
        return {"network": "tflite", "reader": 1, "weights": self.digest}


def person_model(weights: str) -> PersonModel:
    """Return the model of a file, or the one that the package mediapipe brings."""
    if importlib.util.find_spec("ai_edge_litert") is None:
        raise MissingDependency(
            "pose.method mediapipe needs ai-edge-litert: pip install 'autodeepfuse[pose]'"
        )
    path = Path(weights).expanduser() if weights else bundled()
    if not path.is_file():
        raise InputNotFound(f"pose.weights: there is no file {path}; name a .tflite file")
    data = path.read_bytes()
    if data[4:8] != BEGINNING:
        raise InvalidInput(f"pose.weights: {path} is no TensorFlow Lite file")
    require_mask(path)
    return PersonModel(path, f"sha256:{hashlib.sha256(data).hexdigest()}")


def bundled() -> Path:
    """Return the model within the package mediapipe, without importing that."""
    package = importlib.util.find_spec("mediapipe")
    path = Path(package.origin).parent / BUNDLED if package and package.origin else None
    if path is None or not path.is_file():
        raise MissingDependency(
            "pose.method mediapipe needs a model: pip install --no-deps mediapipe==0.10.21, or "
            "name a .tflite file in pose.weights"
        )
    return path


@lru_cache(maxsize=1)
def opened(path: Path) -> Any:
    """Return the interpreter of a model."""
    make = importlib.import_module("ai_edge_litert.interpreter").Interpreter
    with unheard():
        model = make(model_path=str(path), num_threads=1)
        model.allocate_tensors()
    return model


@contextmanager
def unheard() -> Iterator[None]:
    """Send nowhere what a library writes to standard error for everybody; its errors it raises."""
    if sys.stderr is None:
        yield
        return
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def require_mask(path: Path) -> None:
    """Raise if a model does not turn one picture into one mask."""
    try:
        model = opened(path)
    except (ValueError, RuntimeError) as error:
        raise InvalidInput(f"pose.weights: {path} is damaged: download it again") from error
    given, made = model.get_input_details(), model.get_output_details()
    shapes = [tuple(each["shape"]) for each in (*given, *made)]
    fits = len(given) == len(made) == 1 and all(len(shape) == 4 for shape in shapes)
    if not fits or [(s[0], s[3]) for s in shapes] != [(1, 3), (1, 1)]:
        raise InvalidInput(
            f"pose.weights: {path} makes no mask of a picture, 1 H W 3 to 1 H W 1: take a model "
            "of segmentation, like selfie_segmentation.tflite"
        )
