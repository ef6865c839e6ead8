import contextlib
import io
import os
import pty

import pytest

from adf.progress import Mode, progress


class Clock:
    """A clock that the test turns."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Terminal:
    """A terminal to write to, and what it has been sent."""

    def __init__(self) -> None:
        self._reader, writer = pty.openpty()
        self.stream = os.fdopen(writer, "w")

    def shown(self) -> str:
        """Hang up and return everything."""
        self.stream.close()
        parts = []
        # After the last byte Linux says that the other side has hung up.
        with contextlib.suppress(OSError):
            while part := os.read(self._reader, 1 << 16):
                parts.append(part)
        os.close(self._reader)
        return b"".join(parts).decode()


def test_lines_at_the_start_every_30_seconds_and_at_the_end() -> None:
    stream, clock = io.StringIO(), Clock()
    with progress("extract rgb", 200, stream=stream, clock=clock) as bar:
        for step in range(200):
            clock.now += 0.5
            bar.advance(note="12 failed" if step == 99 else "")
    assert stream.getvalue() == (
        "extract rgb: 0/200\n"
        "extract rgb: 60/200 (30%), 2/s, 0:01:10 left\n"
        "extract rgb: 120/200 (60%), 2/s, 0:00:40 left, 12 failed\n"
        "extract rgb: 180/200 (90%), 2/s, 0:00:10 left, 12 failed\n"
        "extract rgb: finished after 0:01:40, 200/200 (100%), 2/s, 12 failed\n"
    )


def test_an_error_is_told_as_a_stop() -> None:
    stream, clock = io.StringIO(), Clock()
    with contextlib.suppress(KeyError), progress("read", 4, stream=stream, clock=clock) as bar:
        clock.now += 2
        bar.advance(3)
        raise KeyError
    assert stream.getvalue().endswith("read: stopped after 0:00:02, 3/4 (75%), 1.5/s\n")


def test_nothing_to_do() -> None:
    stream = io.StringIO()
    with progress("read", 0, stream=stream, clock=Clock()):
        pass
    assert stream.getvalue() == "read: 0/0\nread: finished after 0:00:00, 0/0, 0/s\n"


def test_more_steps_than_announced() -> None:
    stream, clock = io.StringIO(), Clock()
    with progress("read", 1, stream=stream, clock=clock) as bar:
        clock.now += 30
        bar.advance(3)
    assert "read: 3/1 (300%), 0.1/s, 0:00:00 left\n" in stream.getvalue()


def test_a_long_start_without_a_step_has_no_estimate_to_divide_by() -> None:
    stream, clock = io.StringIO(), Clock()
    with progress("read", 2, stream=stream, clock=clock) as bar:
        clock.now += 30
        bar.advance(0, "waiting")
    assert "read: 0/2 (0%), 0/s, 0:01:00 left, waiting\n" in stream.getvalue()


@pytest.mark.parametrize("mode", ["auto", "bar", "log"])
def test_no_control_codes_where_there_is_no_terminal(
    monkeypatch: pytest.MonkeyPatch, mode: Mode
) -> None:
    for name in ("FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.setenv(name, "1")
    stream = io.StringIO()
    with progress("read", 2, mode, stream=stream) as bar:
        bar.advance(2)
    assert stream.getvalue().startswith("read: 0/2\n")
    assert "\x1b" not in stream.getvalue()
    assert "\r" not in stream.getvalue()


@pytest.mark.parametrize("mode", ["auto", "bar"])
def test_a_bar_on_a_terminal(monkeypatch: pytest.MonkeyPatch, mode: Mode) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")
    terminal = Terminal()
    with progress("read [all]", 8, mode, stream=terminal.stream) as bar:
        bar.advance(5)
        bar.advance(3, "1 failed")
    shown = terminal.shown()
    assert "\x1b[" in shown
    for text in ("read [all]", "8/8", "1 failed", "/s"):
        assert text in shown


@pytest.mark.parametrize(("mode", "term"), [("log", "xterm"), ("auto", "dumb"), ("bar", "dumb")])
def test_lines_on_a_terminal_that_cannot_draw(
    monkeypatch: pytest.MonkeyPatch, mode: Mode, term: str
) -> None:
    monkeypatch.setenv("TERM", term)
    terminal = Terminal()
    with progress("read", 1, mode, stream=terminal.stream) as bar:
        bar.advance()
    shown = terminal.shown()
    assert shown.startswith("read: 0/1\r\nread: finished after")
    assert "\x1b" not in shown


def test_off_is_silent() -> None:
    stream = io.StringIO()
    with progress("read", 2, "off", stream=stream) as bar:
        bar.advance(2, "note")
    assert stream.getvalue() == ""


def test_standard_error_is_the_place(capsys: pytest.CaptureFixture[str]) -> None:
    with progress("read", 1) as bar:
        bar.advance()
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("read: 0/1\n")
