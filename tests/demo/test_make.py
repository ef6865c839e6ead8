"""Datasets on the disk: the same bytes however they are made, and readable like any other."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from shutil import copytree

import av
import pytest

from adf.demo.factors import load_factors
from adf.demo.make import make, write_clip
from adf.errors import ConfigError, NotWritable, RunMismatch
from adf.extract.datasets import DATASETS
from tests.cache.nursery import environment

SMALL = (
    *("frames=6", "size=64", "knobs.gap=[20, 24]", "knobs.scale=[0.6, 0.7]"),
    "counts={train: 2, val: 1, test: 1}",
)
FACTORS = load_factors(sets=SMALL).value
# Ends itself after the third clip, as nothing can be done about.
KILLED = """
import os, signal, sys
from pathlib import Path
from adf.demo import make
from adf.demo.factors import load_factors
from adf.deal import deal

def until_killed(*arguments):
    for done, _ in enumerate(deal(*arguments), 1):
        if done == 3:
            os.kill(os.getpid(), signal.SIGKILL)
        yield

make.deal = until_killed
make.make(load_factors(sets=sys.argv[2:]).value, Path(sys.argv[1]), 2, "off")
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo") / "made"
    make(FACTORS, folder, 1, "off")
    return folder


def content(folder: Path) -> dict[str, bytes]:
    """Return the bytes of every file, by its path."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def test_two_workers_make_the_same_bytes(made: Path, tmp_path: Path) -> None:
    make(FACTORS, tmp_path / "again", 2, "off")
    assert content(tmp_path / "again") == content(made)
    assert len(content(made)) == 2 * 48 + 2


def test_a_clip_can_be_made_alone(made: Path, tmp_path: Path) -> None:
    clip = list(FACTORS.clips())[30]
    (tmp_path / clip.cues.label).mkdir()
    write_clip(FACTORS, tmp_path, clip)
    alone = content(tmp_path)
    assert len(alone) == 2
    assert alone.items() <= content(made).items()


def test_killed_in_the_middle_and_run_again_it_is_the_same(made: Path, tmp_path: Path) -> None:
    folder = tmp_path / "killed"
    command = [sys.executable, "-c", KILLED, str(folder), *SMALL]
    # Its workers have the same output: it ends when the last of them has gone.
    process = subprocess.run(command, env=environment(), stdout=subprocess.PIPE, timeout=120)
    assert process.returncode == -signal.SIGKILL
    assert len(list(folder.rglob("*.mp4"))) >= 3
    assert not (folder / "clips.csv").exists()
    make(FACTORS, folder, 1, "off")
    assert content(folder) == content(made)


def test_what_is_there_is_left_and_what_lacks_is_made(made: Path, tmp_path: Path) -> None:
    folder = tmp_path / "mended"
    copytree(made, folder)
    clips = list(FACTORS.clips())
    kept, lost = folder / clips[0].path, folder / clips[1].path
    before = kept.stat().st_mtime_ns
    lost.unlink()
    make(FACTORS, folder, 1, "off")
    assert kept.stat().st_mtime_ns == before
    assert content(folder) == content(made)


def test_a_folder_of_other_factors_or_of_other_things_is_refused(
    made: Path, tmp_path: Path
) -> None:
    with pytest.raises(RunMismatch, match="another folder"):
        make(load_factors(sets=[*SMALL, "seed=8"]).value, made, 1, "off")
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(ConfigError, match="another folder"):
        make(FACTORS, tmp_path, 1, "off")
    assert os.listdir(tmp_path) == ["thesis.txt"]
    with pytest.raises(ConfigError, match="workers"):
        make(FACTORS, tmp_path / "new", 0, "off")


@pytest.mark.parametrize("workers", [1, 2])
def test_what_a_worker_cannot_write_is_told_in_a_line(tmp_path: Path, workers: int) -> None:
    folder = tmp_path / "blocked"
    make(load_factors(sets=[*SMALL, "counts={train: 1, val: 0, test: 0}"]).value, folder, 1, "off")
    clip = list(FACTORS.clips())[5]
    (folder / clip.path).unlink()
    (folder / clip.path).mkdir()
    with pytest.raises(NotWritable, match="in the way"):
        make(
            load_factors(sets=[*SMALL, "counts={train: 1, val: 0, test: 0}"]).value,
            *(folder, workers, "off"),
        )


def test_it_is_read_as_any_list_of_videos(made: Path) -> None:
    videos = DATASETS["csv"](made, lists=made / "clips.csv")
    assert (len(videos), len(videos.classes)) == (48, 12)
    assert not videos.missing
    frame = videos.frame
    assert frame["split_1"].value_counts().to_dict() == {"train": 24, "val": 12, "test": 12}
    assert (frame.groupby("group")["label"].nunique() == 12).all()
    assert (frame.groupby("group")["split_1"].nunique() == 1).all()
    assert len(videos.plan()) == 48


def test_a_video_has_the_frames_asked_for(made: Path) -> None:
    with av.open(str(made / next(FACTORS.clips()).path)) as container:
        stream = container.streams.video[0]
        assert stream.codec.name == "h264"
        assert stream.average_rate == 12
        shapes = [frame.to_ndarray(format="rgb24").shape for frame in container.decode(stream)]
    assert shapes == [(64, 64, 3)] * 6
