"""What every dataset with lists must do beside the contract of all datasets."""

from pathlib import Path

import pytest

from adf.errors import InvalidInput
from adf.extract.datasets import VideoList
from tests.extract.datasets.contract import DatasetSuite
from tests.extract.datasets.samples import Sample, touch

OUTSIDE = ("../x.avi", "/etc/x.avi", "a/../../x.avi", "a\\..\\x.avi", "x/..", "..")


class ListedContract(DatasetSuite):
    """Inherit this if something names the videos that should be there."""

    def test_what_is_missing_is_said(self, sample: Sample, videos: VideoList) -> None:
        assert sample.append
        gone, dangling = videos.frame["video"][[0, 2]]
        (sample.videos / gone).unlink()
        (sample.videos / dangling).unlink()
        (sample.videos / dangling).symlink_to(sample.videos / "nowhere")
        less = self.read(sample)
        assert less.missing == (gone, dangling)
        assert less.classes == videos.classes
        assert len(less) == len(videos) - 2

    def test_a_video_on_no_list_is_said(self, sample: Sample, videos: VideoList) -> None:
        assert sample.append
        touch(sample.videos, ["stray/one.MKV"])
        more = self.read(sample)
        assert more.unlisted == ("stray/one.MKV",)
        assert "1 video on the disk not listed and left out: stray/one.MKV" in more.remarks
        assert more.plan().digest == videos.plan().digest

    @pytest.mark.parametrize("path", OUTSIDE)
    def test_a_list_may_not_lead_out(self, sample: Sample, path: str) -> None:
        assert sample.append
        file = sample.append(path)
        line = file.read_text().count("\n")
        with pytest.raises(InvalidInput) as caught:
            self.read(sample)
        wanted = f"{file}, line {line}: {path!r} leads out of the folder of videos; use a relative"
        assert str(caught.value).startswith(wanted.rsplit(" a ", 1)[0])
        assert "\n" not in str(caught.value)

    def test_a_video_is_listed_once(self, sample: Sample, videos: VideoList) -> None:
        assert sample.append
        file = sample.append("stray/x.avi")
        text = file.read_text().splitlines(keepends=True)
        file.write_text("".join([*text[:-1], text[-2]]))
        with pytest.raises(
            InvalidInput, match=rf"line {len(text)}: .* stands in .* already; remove"
        ):
            self.read(sample)


class OfficialContract(DatasetSuite):
    """Inherit this if the names of the files alone say which videos they are."""

    def test_a_flat_folder_is_the_same_dataset(self, sample: Sample, videos: VideoList) -> None:
        for video in videos.frame["video"]:
            (sample.videos / video).rename(sample.videos / Path(video).name)
        flat = self.read(sample).frame
        assert sorted(flat["video"]) == sorted(Path(v).name for v in videos.frame["video"])
        old = videos.frame.assign(video=[Path(v).name for v in videos.frame["video"]])
        assert flat.equals(old.sort_values("video", ignore_index=True))
