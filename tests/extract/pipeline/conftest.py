"""What the tests of whole extractions share."""

from pathlib import Path

import pytest

from tests.extract.pipeline.samples import make_videos


@pytest.fixture(autouse=True)
def _runs_go_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="session")
def videos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five films of two classes."""
    return make_videos(tmp_path_factory.mktemp("films"))
