"""Settings of pose that cannot be, and what the errors say."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from adf.errors import ConfigError, InputNotFound
from adf.extract.modalities.pose import PoseSettings, make_pose

WRONG: dict[str, dict[str, Any]] = {
    "pose.method is 'openpose': take one of lraspp, maskrcnn": {"method": "openpose"},
    "pose.rendering is 'bones': take one of masked-rgb, mask, heatmap": {"rendering": "bones"},
    "pose.scale is 0: take 1 to 8": {"scale": 0},
    "pose.threshold is 1.5: take 0 to 1": {"threshold": 1.5},
    "pose.rendering 'heatmap' needs keypoints, which lraspp has not": {"rendering": "heatmap"},
    "pose.rendering 'heatmap' needs keypoints, which mediapipe has not": {
        "method": "mediapipe",
        "rendering": "heatmap",
    },
    "pose.rendering is 'mask', and frames are drawn already: leave it out": {
        "method": "frames",
        "rendering": "mask",
    },
    "pose.folder is given and maskrcnn reads no files": {"method": "maskrcnn", "folder": "x"},
    "pose.weights is given and sidecar has none": {"method": "sidecar", "weights": "random"},
    "pose.weights is 'random:3': name a .tflite file": {
        "method": "mediapipe",
        "weights": "random:3",
    },
    "pose.weights is 'random:x': the seed is a whole number": {"weights": "random:x"},
}


@pytest.mark.parametrize("message", WRONG)
def test_what_cannot_be_is_refused(message: str) -> None:
    with pytest.raises(ConfigError, match="^pose") as caught:
        PoseSettings(**WRONG[message])
    assert str(caught.value).startswith(message)
    assert "\n" not in str(caught.value)


def test_the_defaults_can_be_shown_and_are_refused_when_used() -> None:
    with pytest.raises(ConfigError, match=r"pose.weights is empty and lraspp needs some: FILE"):
        make_pose(PoseSettings(), 16)


def test_seeds() -> None:
    seeds = [PoseSettings(weights=text).seed for text in ("random", "random:7", "net.pth", "")]
    assert seeds == [0, 7, None, None]


def test_folders_have_to_be_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"^pose.folder is empty: name the folder"):
        make_pose(PoseSettings(method="frames"), 16)
    for method in ("frames", "sidecar"):
        settings = PoseSettings(method=method, folder=str(tmp_path / "no"))
        with pytest.raises(InputNotFound, match=r"^pose.folder: there is no folder"):
            make_pose(settings, 16)


@pytest.mark.parametrize("method", ["sidecar", "frames"])
def test_files_are_read_without_torch(method: str, tmp_path: Path) -> None:
    program = (
        "import sys; from adf.extract.modalities.pose import PoseSettings, make_pose; "
        f"modality = make_pose(PoseSettings(method={method!r}, folder={str(tmp_path)!r}), 16); "
        "assert modality.place == 'decoder'; sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_settings_alone_load_no_video_library() -> None:
    program = "import sys, adf.extract.modalities.pose as p; p.PoseSettings(); "
    program += "sys.exit(bool({'torch', 'av', 'PIL', 'numpy'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
