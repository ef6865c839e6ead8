"""What the tests of evaluations share."""

from pathlib import Path

import pytest

from tests.search.nets.samples import make_cache


@pytest.fixture(autouse=True)
def _runs_go_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache of three classes that one level tells apart."""
    return make_cache(tmp_path_factory.mktemp("evaluate") / "cache")
