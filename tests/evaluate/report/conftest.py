"""What the tests of the report share."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from adf.evaluate.report.page import write_report
from tests.evaluate.report.parsed import Page
from tests.evaluate.report.samples import folder

Report = Callable[..., Page]


@pytest.fixture
def report(tmp_path: Path) -> Report:
    """Write run folders with these results, and return their page."""

    def build(*results: Any, lines: Sequence[Any] = ()) -> Page:
        made = [
            folder(tmp_path / f"run-{place}", result, lines) for place, result in enumerate(results)
        ]
        return Page(write_report(made, tmp_path / "out" / "report.html").read_text("utf-8"))

    return build
