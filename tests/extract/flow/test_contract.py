"""What holds for flow by every method."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import get_args

import numpy as np
import pytest

from adf.extract.modalities.clip import Clip, Modality
from adf.extract.modalities.flow import METHODS, Flow, FlowSettings, make_flow, opencv
from adf.extract.modalities.flow.motion import between_frames, painted
from adf.extract.modalities.flow.settings import MethodName
from adf.extract.video.geometry import Geometry, Pixels
from tests.extract.flow.known import shifted
from tests.extract.flow.samples import EVERY, FRAMES, SIZE, flow_of, moving, settings_of

COMPUTED = tuple(name for name in EVERY if name != "frames")
# Drawn weights know nothing of motion: what follows from its being found cannot hold for them.
ABLE = tuple(name for name in COMPUTED if name != "raft")


@pytest.fixture(scope="module", params=EVERY)
def flow(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Flow:
    return flow_of(request.param, tmp_path_factory.mktemp("flow"))


@pytest.fixture(scope="module")
def pictures(flow: Flow) -> Pixels:
    return flow.render(moving())


def changed(clip: Clip, frames: list[int], flip: bool = False) -> Clip:
    """Return a clip that shows other frames of the same video."""
    pixels = clip.pixels[frames]
    return Clip(clip.path, pixels[:, :, ::-1] if flip else pixels, np.array(frames), flip)


def test_settings_know_the_methods() -> None:
    assert get_args(MethodName) == tuple(METHODS)


def test_pictures_are_bytes_of_the_size_asked_for(flow: Flow, pictures: Pixels) -> None:
    modality: Modality = flow
    assert pictures.shape == (FRAMES, SIZE, SIZE, 2)
    assert pictures.dtype == np.uint8
    assert pictures.std() > 0
    assert (modality.name, modality.channels) == ("flow", 2)
    assert modality.geometry == Geometry("square", SIZE, SIZE)
    np.testing.assert_array_equal(modality.render(moving()), pictures)


def test_a_third_channel_is_the_length_of_the_motion(flow: Flow, pictures: Pixels) -> None:
    three = replace(flow, settings=replace(flow.settings, channels=3))
    rendered = three.render(moving())
    assert three.channels == 3
    np.testing.assert_array_equal(rendered[..., :2], pictures)
    apart = np.linalg.norm(pictures - np.float64(flow.estimator.still), axis=-1)
    whole = apart < 255 - flow.estimator.still
    assert whole.any()
    assert abs(rendered[..., 2] - flow.estimator.still - apart)[whole].max() < 1.5


def test_the_motion_of_the_camera_can_be_taken_away(flow: Flow, pictures: Pixels) -> None:
    steady = replace(flow, settings=replace(flow.settings, steady="median"))
    middle = np.median(steady.render(moving()), (1, 2))
    assert abs(middle - flow.estimator.still).max() <= 1
    assert (np.median(pictures, (1, 2)) != middle).any()


@pytest.mark.parametrize("method", COMPUTED)
def test_frames_shown_twice_do_not_move(method: MethodName, tmp_path: Path) -> None:
    pictures = flow_of(method, tmp_path).render(changed(moving(), [2, 2, 3, 3]))
    assert (pictures[0] == 128).all()
    assert (pictures[1] != 128).any()
    assert (pictures[2:] == 128).all()


@pytest.mark.parametrize("method", COMPUTED)
def test_nothing_moves_from_the_end_to_the_start_of_a_short_video(
    method: MethodName, tmp_path: Path
) -> None:
    flow, clip = flow_of(method, tmp_path), moving()
    pictures = flow.render(changed(clip, [0, 1, 2, 0, 1, 2]))
    np.testing.assert_array_equal(pictures[2], pictures[1])
    np.testing.assert_array_equal(pictures[3:], pictures[:3])
    if method != "raft":
        once = flow.render(changed(clip, [0, 1, 2]))
        np.testing.assert_array_equal(pictures[:3], once)


@pytest.mark.parametrize("method", ABLE)
def test_motion_has_its_direction_and_length(method: MethodName, tmp_path: Path) -> None:
    flow, known = flow_of(method, tmp_path), shifted(1.0, SIZE, SIZE)
    found = (flow.render(known.clip)[:-1, known.seen].astype(float) - 128) * 40 / 255
    wanted = known.motion[:, known.seen]
    assert abs(np.median(found, 1) - np.median(wanted, 1)).max() < 0.3


@pytest.mark.parametrize("method", ABLE)
def test_pictures_that_are_equal_do_not_move(method: MethodName, tmp_path: Path) -> None:
    clip = moving()
    still = Clip(clip.path, clip.pixels[[1] * FRAMES], clip.frames)
    pictures = flow_of(method, tmp_path).render(still)
    assert abs(pictures.astype(float) - 128).max() <= 1


@pytest.mark.parametrize("method", ABLE)
def test_one_colour_does_not_move(method: MethodName, tmp_path: Path) -> None:
    clip = moving()
    pictures = flow_of(method, tmp_path).render(replace(clip, pixels=clip.pixels * 0 + 77))
    assert (pictures == 128).all()


@pytest.mark.parametrize("method", ABLE)
def test_a_mirrored_clip_moves_the_other_way(method: MethodName, tmp_path: Path) -> None:
    flow, clip = flow_of(method, tmp_path), moving()
    seen = flow.render(changed(clip, list(range(FRAMES)), flip=True)).astype(float)
    plain = flow.render(clip).astype(float)[:, :, ::-1]
    plain[..., 0] = 256 - plain[..., 0]
    # A grey level is 0.16 pixels.
    assert abs(seen - plain).mean() < 0.5


def test_one_frame_has_no_motion() -> None:
    assert not between_frames(moving().pixels[:1], np.array([3]), opencv.dis).any()
    assert not between_frames(moving().pixels[:2], np.array([3, 0]), opencv.dis).any()


@pytest.mark.parametrize("method", COMPUTED)
def test_a_clip_of_one_picture_does_not_move(method: MethodName, tmp_path: Path) -> None:
    assert (flow_of(method, tmp_path).render(changed(moving(), [0])) == 128).all()


def test_provenance_names_all_that_changes_values(flow: Flow) -> None:
    told = [dict(flow.as_json())]
    assert told[0]["method"] == flow.settings.method
    assert set(told[0]) == {"method", "version", "parameters", "bound", "channels", "steady"}
    changes: list[dict[str, object]] = [{"bound": 10.0}, {"channels": 3}, {"steady": "median"}]
    if flow.settings.method == "raft":
        changes.append({"weights": "random:2"})
    for change in changes:
        settings = replace(flow.settings, **change)  # type: ignore[arg-type]
        told.append(dict(make_flow(settings, SIZE).as_json()))
    assert all(told.count(entry) == 1 for entry in told)


def test_provenance_tells_methods_apart(tmp_path: Path) -> None:
    told = [str(flow_of(method, tmp_path).as_json()) for method in EVERY if method != "tvl1"]
    assert len(set(told)) == len(told)


@pytest.mark.parametrize("method", ["dis", "farneback", "tvl1"])
def test_parameters_of_opencv_are_told_and_used(method: MethodName, tmp_path: Path) -> None:
    flow = flow_of(method, tmp_path)
    function = getattr(opencv, method)
    assert flow.as_json()["parameters"] == function.__kwdefaults__
    clip = moving()
    straight = function(clip.pixels[:-1], clip.pixels[1:])
    np.testing.assert_array_equal(flow.estimator(clip, flow.geometry)[:-1], straight)


def test_decoders_never_load_torch(tmp_path: Path) -> None:
    pytest.importorskip("cv2")
    program = (
        "import sys; from adf.extract.modalities.flow import FlowSettings, make_flow;"
        "assert 'cv2' not in sys.modules;"
        "flow = make_flow(FlowSettings(), 48);"
        "import numpy as np; from pathlib import Path;"
        "from adf.extract.modalities.clip import Clip;"
        "pixels = np.arange(2 * 48 * 48 * 3, dtype=np.uint8).reshape(2, 48, 48, 3);"
        "flow.render(Clip(Path('x'), pixels, np.arange(2)));"
        "print('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (done.returncode, done.stdout.strip()) == (0, "False"), done.stderr


def test_settings_of_every_method_are_plain(tmp_path: Path) -> None:
    for method in EVERY:
        settings = settings_of(method, tmp_path)
        assert FlowSettings(**vars(settings)) == settings


@pytest.mark.parametrize("bound", [20.0, 3.0])
def test_motion_is_painted_by_the_convention_of_the_field(bound: float) -> None:
    motion = np.array([0, 1, -1, bound, -bound, 9 * bound, -9 * bound], np.float32)
    level = 255 / (2 * bound)
    wanted = [128, round(128 + level), round(128 - level), 255, 0, 255, 0]
    assert painted(motion, bound).tolist() == wanted
