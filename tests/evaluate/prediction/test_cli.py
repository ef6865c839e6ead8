"""``adf-predict``: what it prints, what it writes, and how it ends."""

import json
from pathlib import Path

import av
import numpy as np
import pytest
from click.testing import CliRunner, Result
from numpy.typing import NDArray

from adf.errors import Exit
from adf.evaluate.prediction.cli import predict
from tests.evaluate.bundle.samples import World

VIDEO = "red_left_up/0000.mp4"


def call(world: World, bundle: Path, *words: object, **weights: str) -> Result:
    """Run ``adf-predict`` in this process."""
    given = [f"--weights={name}={path}" for name, path in (world.weights | weights).items()]
    common = ["--model", str(bundle), "--device", "cpu", "--decoders", "0", "-q"]
    return CliRunner().invoke(predict, [*map(str, words), *common, *given])


def pictures(path: Path) -> NDArray[np.uint8]:
    with av.open(str(path)) as container:
        return np.stack([frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)])


def test_classes_are_printed_with_their_probabilities(world: World, bundle: Path) -> None:
    answer = call(world, bundle, world.videos / VIDEO, "--top", 3)
    assert answer.exit_code == Exit.OK, answer.output
    lines = answer.stdout.splitlines()
    assert lines[0] == str(world.videos / VIDEO)
    assert len(lines) == 5
    said = call(world, bundle, world.videos / VIDEO, "--top", 3, "--json")
    top = json.loads(said.stdout)["videos"][0]["top"]
    for line, each in zip(lines[1:4], top, strict=True):
        assert line.split()[:2] == [each["class"], f"{each['probability']:.1%}"]
    assert "1 videos in" in lines[4]


def test_failed_videos_are_listed_and_the_others_are_answered(
    world: World, bundle: Path, tmp_path: Path
) -> None:
    answer = call(world, bundle, world.videos / VIDEO, tmp_path / "none.mp4", "--json")
    assert answer.exit_code == Exit.FAILED_ITEMS
    facts = json.loads(answer.stdout)
    assert not facts["ok"]
    assert facts["videos"][0]["top"]
    assert facts["videos"][0]["error"] is None
    assert "No such file" in facts["videos"][1]["error"]
    assert f"1 of 2 videos failed: {tmp_path / 'none.mp4'}" in answer.stderr


@pytest.mark.parametrize("other", ["pose", "torn"])
def test_wrong_weights_are_refused_by_their_digest(
    world: World, bundle: Path, tmp_path: Path, other: str
) -> None:
    torn = tmp_path / "torn"
    torn.write_bytes(Path(world.weights["rgb"]).read_bytes()[:1000])
    answer = call(
        world, bundle, world.videos / VIDEO, rgb={**world.weights, "torn": str(torn)}[other]
    )
    assert answer.exit_code == Exit.INPUT
    assert len(answer.stderr.strip().splitlines()) == 1
    if other == "pose":
        assert "weights of rgb are sha256:" in answer.stderr


def test_weights_that_are_not_given_are_named(world: World, bundle: Path) -> None:
    words = [str(world.videos / VIDEO), "--model", str(bundle)]
    answer = CliRunner().invoke(predict, [*words, f"--weights=rgb={world.weights['rgb']}"])
    assert answer.exit_code == Exit.MISSING
    assert "--weights flow=FILE" in answer.stderr
    assert "sha256:" in answer.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--weights=slow=x"], "this model has no such input; it takes: flow, pose, rgb"),
        (["--folder=slow=x"], "this model has no such input"),
        (["--weights=rgb"], "write it as rgb=PATH"),
        (["--top=0"], "top"),
        (["other.mp4", "--overlay=x.mp4"], "--overlay writes one video"),
    ],
)
def test_what_cannot_be_is_refused(world: World, bundle: Path, words: list[str], said: str) -> None:
    answer = call(world, bundle, world.videos / VIDEO, *words)
    assert answer.exit_code == Exit.USAGE
    assert said in answer.stderr


def test_the_overlay_is_the_video_with_writing_at_its_top(
    world: World, bundle: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out.mp4"
    answer = call(world, bundle, world.videos / VIDEO, "--top", 2, "--overlay", out)
    assert answer.exit_code == Exit.OK, answer.output
    before, after = pictures(world.videos / VIDEO), pictures(out)
    assert len(after) == len(before)
    times = after.shape[1] // before.shape[1]
    assert after.shape[1] >= 360
    large = before.repeat(times, axis=1).repeat(times, axis=2)
    difference = np.abs(after.astype(int) - large).mean(axis=(0, 2, 3))
    top, rest = difference[: after.shape[1] // 8], difference[after.shape[1] // 4 :]
    assert top.mean() > 3 * rest.mean()
    assert list(tmp_path.iterdir()) == [out]


def test_the_overlay_does_not_take_the_place_of_the_video(
    world: World, bundle: Path, tmp_path: Path
) -> None:
    video = tmp_path / "mine.mp4"
    video.write_bytes((world.videos / VIDEO).read_bytes())
    before = video.read_bytes()
    answer = call(world, bundle, video, "--overlay", tmp_path / "." / "mine.mp4")
    assert answer.exit_code == Exit.USAGE
    assert "is the video itself" in answer.stderr
    assert video.read_bytes() == before


def test_help_is_there_without_torch() -> None:
    answer = CliRunner().invoke(predict, ["--help"])
    assert answer.exit_code == Exit.OK
    assert "--overlay" in answer.stdout
