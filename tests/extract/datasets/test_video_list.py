"""What is missing is said, what is planned stays the same, and names cost no time."""

import subprocess
import sys
from pathlib import Path

import pytest

from adf.errors import ConfigError, InputNotFound, NotWritable
from adf.extract.datasets import DATASETS, VideoList
from tests.extract.datasets.samples import csv, touch

COSTLY = "import sys\nfrom adf.extract.datasets import DATASETS\nassert 'ucf101' in DATASETS\n"


@pytest.fixture
def incomplete(tmp_path: Path) -> VideoList:
    """Ten videos of twelve, the missing ones in this order."""
    sample = csv(tmp_path)
    for name in ("9/a;b!.mp4", "10/mühle 水.mp4"):
        (tmp_path / name).unlink()
    return DATASETS["csv"](sample.videos)


def test_missing_videos_are_an_error_and_a_file(incomplete: VideoList, tmp_path: Path) -> None:
    file = tmp_path / "run" / "missing.txt"
    with pytest.raises(InputNotFound) as caught:
        incomplete.require_all(file)
    assert str(caught.value) == (
        f"2 videos of csv not found in {tmp_path}: 10/mühle 水.mp4, 9/a;b!.mp4; all of them are "
        f"listed in {file}. Add them, or go on without them by --allow-missing"
    )
    assert file.read_text() == "10/mühle 水.mp4\n9/a;b!.mp4\n"


def test_missing_videos_may_be_allowed_and_are_listed_still(
    incomplete: VideoList, tmp_path: Path
) -> None:
    file = tmp_path / "missing.txt"
    incomplete.require_all(file, allow_missing=True)
    assert len(file.read_text().splitlines()) == len(incomplete.missing) == 2
    assert len(incomplete) == len(incomplete.plan()) == 10


def test_only_three_names_are_shown(incomplete: VideoList, tmp_path: Path) -> None:
    for name in incomplete.frame["video"][:3]:
        (tmp_path / name).unlink()
    with pytest.raises(InputNotFound, match=r"^5 videos .*: [^,]+, [^,]+, [^,]+, \.\.\.; all"):
        DATASETS["csv"](tmp_path).require_all(tmp_path / "missing.txt")


def test_nothing_is_written_when_all_is_there(tmp_path: Path) -> None:
    csv(tmp_path)
    DATASETS["csv"](tmp_path).require_all(tmp_path / "missing.txt")
    assert not (tmp_path / "missing.txt").exists()


def test_a_place_that_cannot_be_written_is_said(
    incomplete: VideoList, monkeypatch: pytest.MonkeyPatch
) -> None:
    def denied(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "mkdir", denied)
    with pytest.raises(NotWritable, match=r"cannot write x/missing.txt: permission denied"):
        incomplete.require_all(Path("x/missing.txt"))


def test_names_that_cannot_be_printed_are_shown_escaped(incomplete: VideoList) -> None:
    touch(incomplete.folder, ["a\udcff.avi", "b\n.avi"])
    (remark,) = DATASETS["csv"](incomplete.folder).remarks
    assert remark.endswith(": 'a\\udcff.avi', 'b\\n.avi'")


def test_views_and_mirrored_copies(incomplete: VideoList) -> None:
    plan = incomplete.plan(3, flip=True).frame
    one = incomplete.frame["video"][0]
    ids = [one + end for end in ("#0", "#0-flip", "#1", "#1-flip", "#2", "#2-flip")]
    assert list(plan["id"][:6]) == ids
    assert list(plan["view"][:6]) == [0, 0, 1, 1, 2, 2]
    assert list(plan["flip"][:6]) == [0, 1] * 3
    assert list(incomplete.plan().frame["id"][:1]) == ids[:1]
    assert plan.groupby("video")[["group", "split_1", "start"]].nunique().eq(1).all(axis=None)
    with pytest.raises(ConfigError, match=r"^views: 0 is too few; use 1 or more$"):
        incomplete.plan(0)


@pytest.mark.parametrize("costly", ["", "import pandas\n"])
def test_the_names_of_datasets_cost_no_pandas(costly: str) -> None:
    check = "sys.exit('pandas' in sys.modules)"
    outcome = subprocess.run([sys.executable, "-c", COSTLY + costly + check], check=False)
    assert outcome.returncode == bool(costly)
