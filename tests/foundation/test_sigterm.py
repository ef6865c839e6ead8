"""SIGTERM unwinds the command; workers die of it as ever."""

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from adf.sigterm import Terminated, raised_on_sigterm
from tests.foundation.ended import ended

HEAD = """
import click, multiprocessing, os, signal, sys, threading, time
from adf.cli import Command, json_option

def sleep():
    time.sleep(60)

@click.command(cls=Command)
@json_option
def work(as_json):
"""
SLEEPS = """
    try:
        try:
            print('ready', file=sys.stderr, flush=True)
            time.sleep(60)
        except Exception:
            print('swallowed', file=sys.stderr)
    finally:
        time.sleep(0.2)
        print('cleaned up', file=sys.stderr)
work()
"""
SAID = "stopped by SIGTERM: run the same command again"


def program(folder: Path, body: str, *words: str) -> subprocess.Popen[str]:
    (folder / "program.py").write_text(HEAD + body)
    path = os.pathsep.join(filter(None, (str(folder), os.environ.get("PYTHONPATH"))))
    return subprocess.Popen(
        [sys.executable, "-m", "program", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": path},
    )


def stopped(process: subprocess.Popen[str], times: int = 1) -> tuple[int, str, str]:
    """Return exit code and output of a program that gets the signal when it is ready."""
    assert process.stderr
    assert process.stderr.readline() == "ready\n"
    for _ in range(times):
        process.send_signal(signal.SIGTERM)
        # Two at once are one for the kernel.
        threading.Event().wait(0.05)
    out, err = process.communicate(timeout=30)
    return process.returncode, out, err


@pytest.mark.parametrize("times", [1, 2])
def test_it_cleans_up_and_says_one_line(tmp_path: Path, times: int) -> None:
    found = stopped(program(tmp_path, SLEEPS), times)
    assert found == (75, "", f"cleaned up\nerror: {SAID}\n")


def test_it_is_json_too(tmp_path: Path) -> None:
    code, out, _ = stopped(program(tmp_path, SLEEPS, "--json"))
    assert code == 75
    assert json.loads(out) == {"ok": False, "error": SAID, "exit_code": 75}


WORKERS = """
    context = multiprocessing.get_context({kind!r})
    workers = [context.Process(target=sleep) for _ in range(2)]
    for worker in workers:
        worker.start()
    time.sleep({wait})
    for worker in workers:
        worker.terminate()
    for worker in workers:
        worker.join()
    print([worker.exitcode for worker in workers])
if __name__ == '__main__':
    work()
"""


@pytest.mark.parametrize(("kind", "wait"), [("fork", 0.3), ("spawn", 1.5)])
def test_workers_die_of_it(tmp_path: Path, kind: str, wait: float) -> None:
    out, err = program(tmp_path, WORKERS.format(kind=kind, wait=wait)).communicate(timeout=60)
    assert (out, err) == ("[-15, -15]\n", "")


def test_the_handler_is_there_only_while_the_command_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    before = signal.getsignal(signal.SIGTERM)
    during: list[Any] = []

    class Result:
        def __bool__(self) -> bool:
            during.append(signal.getsignal(signal.SIGTERM))
            return False

    monkeypatch.setattr("adf.cli.sys.stdout", Result())
    assert ended(None) == 0
    assert signal.getsignal(signal.SIGTERM) is before
    assert during[0] is not before


def test_in_another_thread_nothing_is_installed() -> None:
    seen: list[Any] = []

    def body() -> None:
        with raised_on_sigterm():
            seen.append(signal.getsignal(signal.SIGTERM))

    thread = threading.Thread(target=body)
    thread.start()
    thread.join()
    assert seen == [signal.getsignal(signal.SIGTERM)]


def test_a_signal_that_is_ignored_stays_ignored() -> None:
    before = signal.signal(signal.SIGTERM, signal.SIG_IGN)
    try:
        with raised_on_sigterm():
            os.kill(os.getpid(), signal.SIGTERM)
    finally:
        signal.signal(signal.SIGTERM, before)


def test_one_inside_another() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(Terminated), raised_on_sigterm():
        with raised_on_sigterm():
            pass
        os.kill(os.getpid(), signal.SIGTERM)
    assert signal.getsignal(signal.SIGTERM) is before
