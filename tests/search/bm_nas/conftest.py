"""What the tests of BM-NAS share."""

from pathlib import Path

import pytest

from tests.search.bm_nas.samples import make_cache


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache of three modalities and three classes, with maps and vectors."""
    return make_cache(tmp_path_factory.mktemp("bm_nas") / "cache")
