"""Videos that are missing, broken or cut: told, never in silence, and nothing else suffers."""

import csv
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from adf.errors import FailedItems, InputNotFound
from tests.cache.nursery import environment
from tests.cache.samples import tree
from tests.extract.pipeline.samples import extract, make_videos, opened
from tests.extract.video.samples import film


@pytest.fixture
def troubled(tmp_path: Path) -> Path:
    """Four films, one of them cut short and one no video at all."""
    folder = make_videos(tmp_path / "films", 4)
    long = film(folder / "jump" / "0-film.avi", "mpeg4", frames=60)
    long.write_bytes(long.read_bytes()[: long.stat().st_size * 4 // 5])
    (folder / "run" / "1-film.mp4").write_bytes(b"no video" * 100)
    return folder


def test_each_has_its_outcome(troubled: Path, tmp_path: Path) -> None:
    answer = extract(troubled, tmp_path / "cache")
    with pytest.raises(FailedItems, match="2 clips have no features") as raised:
        answer.judge()
    assert raised.value.exit_code == 5
    assert raised.value.facts == answer.facts
    assert answer.facts["modalities"]["rgb"]["ok"] == 6
    with open(answer.facts["failures"]) as file:
        rows = list(csv.DictReader(file))
    told = {(row["id"], row["status"]) for row in rows}
    assert told == {
        ("run/1-film.mp4#0", "failed"),
        ("run/1-film.mp4#1", "failed"),
        ("jump/0-film.avi#0", "partial"),
        ("jump/0-film.avi#1", "partial"),
    }
    assert all(row["reason"] and row["id"].startswith(row["video"] + "#") for row in rows)
    # One line for all clips of a video.
    lines = [line.strip() for line in answer.text.splitlines() if " clips): " in line]
    assert lines[0].startswith("failed: rgb run/1-film.mp4 (2 clips): is no video")
    assert lines[1].startswith("partial: rgb jump/0-film.avi (2 clips): ")
    assert len(lines) == 2
    cache = opened(tmp_path / "cache")
    assert cache.ok().sum() == 6
    # The others are what they are without the broken ones.
    for row in range(len(cache)):
        if cache.ok()[row] and "0-film" not in cache.clips["video"][row]:
            assert cache.read([row], "rgb", "layer1").any()


def test_strict_takes_no_cut_video(troubled: Path, tmp_path: Path) -> None:
    answer = extract(troubled, tmp_path / "cache", strict=True)
    assert answer.failed == 4
    assert answer.facts["modalities"]["rgb"]["partial"] == 0


def test_a_mended_video_is_tried_again(troubled: Path, tmp_path: Path) -> None:
    extract(troubled, tmp_path / "cache")
    whole = make_videos(tmp_path / "whole", 4)
    broken = troubled / "run" / "1-film.mp4"
    broken.write_bytes((whole / "run" / "1-film.mp4").read_bytes())
    assert extract(troubled, tmp_path / "cache").failed == 2
    assert extract(troubled, tmp_path / "cache", retry_failed=True).failed == 0
    extract(troubled, tmp_path / "new")
    assert tree(tmp_path / "new") == tree(tmp_path / "cache")


def test_missing_videos_are_counted_and_listed(tmp_path: Path) -> None:
    films = make_videos(tmp_path / "films", 3)
    lines = ["path,label,split", *(f"{p.relative_to(films)},a,train" for p in films.rglob("*.*"))]
    manifest = tmp_path / "list.csv"
    manifest.write_text("\n".join([*lines, "run/gone.avi,b,test"]) + "\n")
    changes: dict[str, Any] = {"dataset": "csv", "lists": manifest}
    with pytest.raises(InputNotFound, match=r"1 video of csv not found .*run/gone.avi"):
        extract(films, tmp_path / "cache", **changes)
    lists = list(tmp_path.glob("runs/extract/*/missing.txt"))
    assert {path.read_text() for path in lists} == {"run/gone.avi\n"}
    assert not (tmp_path / "cache").exists()
    answer = extract(films, tmp_path / "cache", allow_missing=True, **changes)
    assert answer.facts["videos"] == 3


def test_a_clip_without_pictures_of_a_modality_fails_there_alone(
    videos: Path, tmp_path: Path
) -> None:
    changes: dict[str, Any] = {"pose__method": "sidecar", "pose__folder": tmp_path / "nothing"}
    (tmp_path / "nothing").mkdir()
    answer = extract(videos, tmp_path / "cache", modality="rgb,pose", decoders=1, **changes)
    assert answer.facts["modalities"]["rgb"]["failed"] == 0
    assert answer.facts["modalities"]["pose"]["failed"] == 10


def test_what_is_no_file_costs_nothing(tmp_path: Path) -> None:
    films = make_videos(tmp_path / "films", 3)
    odd = ["loop.mp4", "pipe.mp4", "new\nline.mp4", "back\\slash.mp4", "latin\udcff.mp4"]
    (films / "run" / odd[0]).symlink_to(odd[0])
    os.mkfifo(films / "run" / odd[1])
    for name in odd[2:]:
        (films / "run" / name).write_bytes(b"")
    (films / "run" / "folder.mp4").mkdir()
    answer = extract(films, tmp_path / "cache")
    assert answer.facts["videos"] == 3
    assert answer.failed == 0
    (log,) = tmp_path.glob("runs/extract/2*/log.txt")
    assert "5 left out (links to nowhere, pipes" in log.read_text()


def test_a_file_larger_than_allowed_stops_it_for_now(tmp_path: Path) -> None:
    films = make_videos(tmp_path / "films", 3)
    config = repr((str(films), str(tmp_path / "cache")))
    script = (
        "import resource, sys\nfrom pathlib import Path\n"
        "from tests.extract.pipeline.samples import extract\n"
        f"films, cache = map(Path, {config})\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))\n"
        "extract(films, cache, levels__all='stem', pool='full')"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], env=environment(), capture_output=True, text=True
    )
    assert "DiskFull" in done.stderr
    assert "raise the limit (ulimit -f)" in done.stderr
    extract(films, tmp_path / "cache", levels__all="stem", pool="full")
    extract(films, tmp_path / "whole", levels__all="stem", pool="full")
    assert tree(tmp_path / "cache") == tree(tmp_path / "whole")
