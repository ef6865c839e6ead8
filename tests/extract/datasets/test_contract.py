"""Every registered dataset keeps the contract; a new one needs only a sample."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from adf.errors import ConfigError
from adf.extract.datasets import DATASETS, VideoList
from tests.extract.datasets.contract import DatasetContract, DatasetSuite
from tests.extract.datasets.listed_contract import ListedContract, OfficialContract
from tests.extract.datasets.official import hmdb51, jhmdb21, ucf101
from tests.extract.datasets.samples import Sample, csv, folder

Make = Callable[[Path], Sample]
OFFICIAL: Mapping[str, Make] = {"ucf101": ucf101, "hmdb51": hmdb51, "jhmdb21": jhmdb21}
LISTED: Mapping[str, Make] = {**OFFICIAL, "csv": csv}
SAMPLES: Mapping[str, Make] = {**LISTED, "folder": folder}


class Registered(DatasetSuite):
    """Reads the sample of a registered dataset."""

    name: str

    def make(self, place: Path) -> Sample:
        assert self.name in SAMPLES, f"write a sample of the dataset {self.name}"
        return SAMPLES[self.name](place)

    def read(self, sample: Sample) -> VideoList:
        videos = DATASETS[self.name](sample.videos, lists=sample.lists)
        assert videos.name == self.name
        return videos


class TestAll(Registered, DatasetContract):
    @pytest.fixture(autouse=True, params=list(DATASETS))
    def _choose(self, request: pytest.FixtureRequest) -> None:
        self.name = str(request.param)

    def test_the_folder_of_videos_must_be_given(self) -> None:
        with pytest.raises(ConfigError, match="give --"):
            DATASETS[self.name](None)


class TestListed(Registered, ListedContract):
    @pytest.fixture(autouse=True, params=list(LISTED))
    def _choose(self, request: pytest.FixtureRequest) -> None:
        self.name = str(request.param)


class TestOfficial(Registered, OfficialContract):
    @pytest.fixture(autouse=True, params=list(OFFICIAL))
    def _choose(self, request: pytest.FixtureRequest) -> None:
        self.name = str(request.param)
