"""Settings that cannot work are refused with the field and the fix."""

import re
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from adf.errors import ConfigError, Exit, InputNotFound, MissingDependency
from adf.extract.modalities.flow import FlowSettings, make_flow, opencv

WRONG: list[tuple[dict[str, Any], str]] = [
    ({"method": "farnebeck"}, "flow.method is 'farnebeck'. Did you mean 'farneback'? Known: dis"),
    ({"bound": 0.0}, "flow.bound is 0.0: give pixels, more than 0, such as 20"),
    ({"bound": float("nan")}, "flow.bound is nan: give pixels"),
    ({"bound": float("inf")}, "flow.bound is inf: give pixels"),
    ({"channels": 1}, "flow.channels is '1'. Known: 2, 3"),
    ({"steady": "mean"}, "flow.steady is 'mean'."),
    ({"method": "raft"}, "flow.weights is empty, and raft needs it: FILE, torchvision or random"),
    ({"method": "frames"}, "flow.folder is empty, and frames needs it: where the pictures lie"),
    ({"weights": "random"}, "flow.weights is for flow.method raft only: leave it out for dis"),
    ({"folder": "x"}, "flow.folder is for flow.method frames only: leave it out for dis"),
    ({"method": "raft", "weights": "random:x"}, "flow.weights is 'random:x': the seed is a whole"),
]


@pytest.mark.parametrize(("given", "told"), WRONG)
def test_what_cannot_work_is_refused(given: dict[str, Any], told: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(told)) as caught:
        FlowSettings(**given)
    assert caught.value.exit_code == Exit.USAGE
    assert "\n" not in str(caught.value)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputNotFound, match="flow.folder: there is no folder .*nowhere"):
        make_flow(FlowSettings("frames", folder=str(tmp_path / "nowhere")), 32)


def test_pictures_too_small_for_the_method_are_refused() -> None:
    with pytest.raises(ConfigError, match="flow.method dis needs pictures of 12 pixels or more"):
        make_flow(FlowSettings(), 11)


def test_opencv_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> Any:
        raise ModuleNotFoundError(f"No module named '{name}'")

    monkeypatch.setattr(opencv, "import_module", missing)
    with pytest.raises(MissingDependency, match=r"No module named 'cv2'.*'autodeepfuse\[flow\]'"):
        make_flow(FlowSettings(), 32)


def test_opencv_without_its_extra_modules_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    cv2 = pytest.importorskip("cv2")
    monkeypatch.delattr(cv2, "optflow")
    assert import_module("cv2") is cv2
    make_flow(FlowSettings(), 32)
    with pytest.raises(MissingDependency, match=r"without optflow: .*'autodeepfuse\[flow\]'"):
        make_flow(FlowSettings("tvl1"), 32)
