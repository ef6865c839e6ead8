"""What every dataset must do, as a class to inherit.

A reader of your own passes if this does::

    from adf.extract.datasets import DATASETS
    from tests.extract.datasets.contract import DatasetContract
    from tests.extract.datasets.samples import Sample

    DATASETS.add(my_dataset)

    class TestMyDataset(DatasetContract):
        def make(self, place: Path) -> Sample:
            ...write a few empty videos and their lists below ``place``...
            return Sample(place / "videos", place / "lists")

        def read(self, sample: Sample) -> VideoList:
            return my_dataset(sample.videos, lists=sample.lists)

A dataset with lists inherits ``ListedContract`` too; its sample tells how to add a line.
"""

import os
import re
from pathlib import Path

import pytest

from adf.cache import ClipPlan
from adf.errors import InputNotFound
from adf.extract.datasets import VideoList, disk
from tests.extract.datasets.samples import Sample, touch


class DatasetSuite:
    """What the suites below have in common: a dataset and its reader."""

    def make(self, place: Path) -> Sample:
        """Write a small dataset below ``place``, all videos there."""
        raise NotImplementedError

    def read(self, sample: Sample) -> VideoList:
        """Call the reader under test."""
        raise NotImplementedError

    @pytest.fixture
    def sample(self, tmp_path: Path) -> Sample:
        return self.make(tmp_path)

    @pytest.fixture
    def videos(self, sample: Sample) -> VideoList:
        return self.read(sample)


class DatasetContract(DatasetSuite):
    """What holds for all: inherit this, and give :meth:`make` and :meth:`read`."""

    def test_all_is_there_and_known(self, sample: Sample, videos: VideoList) -> None:
        frame = videos.frame
        assert len(frame) == len(videos) > 0
        assert list(frame["video"]) == sorted(set(frame["video"]))
        assert set(frame["label"]) == set(videos.classes)
        assert len(set(videos.classes)) == len(videos.classes)
        assert all(frame["group"])
        assert videos.missing == videos.unlisted == ()
        assert videos.folder == sample.videos

    def test_no_path_leaves_the_folder(self, videos: VideoList) -> None:
        inside = os.path.join(os.path.realpath(videos.folder), "")
        for video in videos.frame["video"]:
            path = videos.folder / video
            assert path.is_file()
            assert os.path.realpath(path).startswith(inside)

    def test_splits_are_valid(self, videos: VideoList) -> None:
        for split in videos.splits:
            assert re.fullmatch(r"split_\w+", split)
            assert set(videos.frame[split]) <= {"train", "test", "val", ""}

    def test_the_plan_has_a_row_for_every_view(self, videos: VideoList) -> None:
        plan = videos.plan(2, flip=True)
        assert len(plan) == plan.frame["id"].nunique() == 4 * len(videos)
        assert (plan.classes, plan.dataset) == (videos.classes, videos.name)
        assert set(videos.plan().frame["id"]) <= set(plan.frame["id"])
        again = ClipPlan.from_csv(plan.csv, classes=plan.classes, dataset=plan.dataset)
        assert again.digest == plan.digest

    def test_the_order_of_the_disk_does_not_matter(
        self, sample: Sample, videos: VideoList, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        honest = disk.entries_of
        for reverse in (False, True):
            # Sorted by the last letters first: an order nobody wants.
            monkeypatch.setattr(
                disk,
                "entries_of",
                lambda folder, reverse=reverse: sorted(
                    honest(folder), key=lambda entry: entry.name[::-1], reverse=reverse
                ),
            )
            assert self.read(sample).plan().digest == videos.plan().digest

    def test_hidden_and_other_files_are_no_videos(self, sample: Sample, videos: VideoList) -> None:
        beside = videos.frame["video"][0].rsplit("/", 1)[0]
        touch(
            sample.videos, [f"{beside}/._x.avi", f"{beside}/.git/y.avi", ".z.avi", "Thumbs.db", "r"]
        )
        assert self.read(sample).plan().digest == videos.plan().digest
        assert self.read(sample).unlisted == ()

    def test_videos_may_be_links(self, sample: Sample, videos: VideoList, tmp_path: Path) -> None:
        real = sample.videos / videos.frame["video"][0]
        other = tmp_path / ".elsewhere.bin"
        real.rename(other)
        real.symlink_to(other)
        (sample.videos / "loop").symlink_to(sample.videos)
        assert self.read(sample).plan().digest == videos.plan().digest

    def test_a_folder_that_is_not_there_is_named(self, sample: Sample) -> None:
        sample.videos = sample.videos / "nowhere"
        with pytest.raises(InputNotFound, match=r"nowhere cannot be read: No such file") as caught:
            self.read(sample)
        assert "\n" not in str(caught.value)
