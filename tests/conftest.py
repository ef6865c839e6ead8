"""What all tests share."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

import adf
from tests.cache.nursery import Nursery

# The same examples on every machine, and no clock: a loaded machine must not fail a test.
settings.register_profile(
    "calm", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("calm")


def pytest_configure() -> None:
    """Where the wheel is to be tested, nothing else may serve the imports."""
    wanted = os.environ.get("ADF_EXPECT")
    if wanted and not Path(adf.__file__).is_relative_to(wanted):
        raise pytest.UsageError(f"adf comes from {adf.__file__}, not from {wanted}")


@pytest.fixture(scope="session")
def nursery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nursery]:
    """Worker processes that start in milliseconds."""
    with Nursery(tmp_path_factory.mktemp("nursery")) as nursery:
        yield nursery


@pytest.fixture
def open_path() -> Iterator[Path]:
    """A folder that other users may enter, unlike ``tmp_path``."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)
