import io
import logging
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from adf import log


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    handlers, level = list(log.LOGGER.handlers), log.LOGGER.level
    log.LOGGER.handlers[:] = []
    yield
    log.LOGGER.handlers[:] = handlers
    log.LOGGER.setLevel(level)


def test_setting_up_twice_prints_once(capsys: pytest.CaptureFixture[str]) -> None:
    log.set_up()
    log.set_up()
    logging.getLogger("adf.cache").info("hello")
    out, err = capsys.readouterr()
    assert out == ""
    assert re.fullmatch(r"\d\d:\d\d:\d\d INFO hello\n", err)


def test_the_last_verbosity_counts(capsys: pytest.CaptureFixture[str]) -> None:
    log.set_up(1)
    log.set_up(-1)
    logging.getLogger("adf").info("hidden")
    logging.getLogger("adf").warning("shown")
    assert capsys.readouterr().err.endswith("WARNING shown\n")


def test_a_replaced_standard_error_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    log.set_up()
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    logging.getLogger("adf").info("hello")
    assert stream.getvalue().endswith("INFO hello\n")


def test_a_file_keeps_details_whatever_standard_error_shows(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log.set_up(-2)
    path = tmp_path / "log.txt"
    for text in ("one", "two"):
        with log.to_file(path):
            logging.getLogger("adf.search").debug(text)
    logging.getLogger("adf.search").debug("three")
    lines = path.read_text().splitlines()
    assert [line.split()[-1] for line in lines] == ["one", "two"]
    assert " DEBUG adf.search " in lines[0]
    assert capsys.readouterr().err == ""


def test_a_file_alone_leaves_the_logger_as_it_was(tmp_path: Path) -> None:
    before = log.LOGGER.level
    with log.to_file(tmp_path / "log.txt"):
        logging.getLogger("adf").debug("kept")
    assert log.LOGGER.level == before
    assert log.LOGGER.handlers == []
    assert "kept" in (tmp_path / "log.txt").read_text()


def test_other_libraries_are_left_alone(capsys: pytest.CaptureFixture[str]) -> None:
    log.set_up(1)
    logging.getLogger("zarr").debug("chatter")
    assert capsys.readouterr().err == ""
