"""A cache and a table that the tests of the bench and of the gap share."""

from pathlib import Path

import pytest

from tests.evaluate.bench.samples import built
from tests.search.nets.samples import make_cache, make_videos


@pytest.fixture(scope="session")
def judging_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache with clips for validation: every seed judges by the same ones."""
    return make_cache(tmp_path_factory.mktemp("bench") / "cache", make_videos(36, val=True))


@pytest.fixture(scope="session")
def table(judging_cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a table; nobody may write into it."""
    folder = tmp_path_factory.mktemp("table") / "bench"
    built(judging_cache, folder)
    return folder
