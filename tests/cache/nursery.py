"""Worker processes that start in milliseconds: forked from one that has imported all it needs.

They are processes like any other: they can be killed with SIGKILL at any moment, and run as
another user. ``python -m tests.cache.nursery`` is the one they are forked from.
"""

import json
import os
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import Any

NOBODY = 65534
CALM = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}


@dataclass(frozen=True)
class Ended:
    """How a process ended: its exit code, negative for a signal, and all it wrote."""

    code: int
    text: str


def environment() -> dict[str, str]:
    """Return an environment in which a new interpreter finds the very modules that we found."""
    return {**os.environ, **CALM, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}


class Nursery:
    """Starts jobs of a module as processes, by default those of :mod:`tests.cache.jobs`.

    The module has ``JOBS`` by name, ``run`` to run one, and ``prepare`` to import all they need.
    """

    def __init__(self, outputs: Path, jobs: str = "tests.cache.jobs") -> None:
        self._outputs = outputs
        self._alive: set[int] = set()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.cache.nursery", jobs],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment(),
        )

    def __enter__(self) -> "Nursery":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        for process in list(self._alive):
            self.kill(process)
        self._process.communicate()

    def start(self, job: str, *, user: int | None = None, **arguments: Any) -> int:
        """Start a job and return its process id."""
        self._outputs.mkdir(exist_ok=True)
        asked = {"job": job, "user": user, "arguments": arguments, "outputs": str(self._outputs)}
        process = self._ask(asked)
        self._alive.add(process)
        return process

    def wait(self, process: int) -> Ended:
        """Wait for the end of a process."""
        code = self._ask({"wait": process})
        self._alive.discard(process)
        output = _output(self._outputs, process)
        # One that is killed at once has not even made it.
        return Ended(code, output.read_text() if output.exists() else "")

    def kill(self, process: int) -> Ended:
        """Kill a process with SIGKILL."""
        os.kill(process, signal.SIGKILL)
        return self.wait(process)

    def run(self, job: str, *, user: int | None = None, **arguments: Any) -> Ended:
        """Run a job to its end."""
        return self.wait(self.start(job, user=user, **arguments))

    def _ask(self, request: dict[str, Any]) -> int:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())


def python(script: str, *arguments: str) -> str:
    """Run a script in a new interpreter, far from the tests, and return what it prints."""
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments],
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
        cwd=os.sep,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def until(condition: Callable[[], bool], seconds: float = 20.0) -> None:
    """Wait until something is so; that it never is fails the test."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "this never came to be"
        time.sleep(0.002)


def _output(folder: Path, process: int) -> Path:
    return folder / f"{process}.txt"


def _child(jobs: Any, request: dict[str, Any]) -> None:
    code = 1
    try:
        handle = os.open(
            _output(Path(request["outputs"]), os.getpid()), os.O_WRONLY | os.O_CREAT | os.O_TRUNC
        )
        for stream in (1, 2):
            os.dup2(handle, stream)
        if request["user"] is not None:
            os.setgroups([])
            os.setgid(request["user"])
            os.setuid(request["user"])
        code = jobs.run(jobs.JOBS[request["job"]], request["arguments"])
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def main() -> None:
    """Fork and wait as told on standard input; answer with a number each."""
    jobs = import_module(sys.argv[1])
    jobs.prepare()
    for line in sys.stdin:
        request = json.loads(line)
        if "wait" in request:
            answer = os.waitstatus_to_exitcode(os.waitpid(request["wait"], 0)[1])
        else:
            answer = os.fork() or 0
            if not answer:
                _child(jobs, request)
        sys.stdout.write(f"{answer}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
