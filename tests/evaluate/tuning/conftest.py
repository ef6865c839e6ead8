"""What the tests of tunings share."""

from pathlib import Path

import pytest

from tests.evaluate.tuning.samples import write_genotype


@pytest.fixture
def genotype(tmp_path: Path) -> Path:
    """A genotype's file."""
    return write_genotype(tmp_path)
