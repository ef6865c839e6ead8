"""A decoding process as its parent sees it."""

import json
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import Pipe
from os import fsdecode
from pathlib import Path

from adf.extract.decoders.block import END, Block, layout
from adf.extract.decoders.worker import ALIVE, spell_request
from adf.extract.video.decoding import Outcome
from adf.extract.video.recipe import Recipe
from adf.extract.video.sampling import Window

START = """
import json, sys
sys.path[:] = json.loads(sys.argv[1])
from adf.extract.decoders.worker import serve
serve(sys.argv[2])
"""


# What became of the windows, and for each modality why some of them have none of its pictures.
Answer = tuple[tuple[Outcome, ...], Mapping[str, Mapping[int, str]]]


@dataclass(frozen=True)
class Job:
    """The windows wanted of one video, and the rows of the plan they stand for."""

    rows: tuple[int, ...]
    path: Path
    windows: tuple[Window, ...]


@dataclass(frozen=True)
class Task:
    """A job with its number, and the block its frames go to."""

    number: int
    job: Job
    place: int


class Process:
    """Starts a process; requests are answered in the order they are made."""

    def __init__(self, recipe: Recipe, blocks: Sequence[Block]) -> None:
        self._recipe, self._blocks = recipe, blocks
        self.connection, theirs = Pipe()
        handles = [block.handle for block in blocks]
        setup = {"connection": theirs.fileno(), "blocks": handles, "recipe": recipe.as_json()}
        # In a group of its own: Ctrl-C is for the parent, which ends it.
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-c", START, json.dumps(sys.path), json.dumps(setup)],
                stdin=subprocess.PIPE,
                pass_fds=[theirs.fileno(), *handles],
                process_group=0,
            )
        self.began = False
        self.tasks: deque[Task] = deque()
        self.since = time.monotonic()

    @property
    def id(self) -> int:
        """The process id."""
        return self._process.pid

    def ask(self, task: Task) -> None:
        """Ask for a task; the request lies in the block that is for the frames."""
        request = spell_request(fsdecode(task.job.path), task.job.windows)
        whole = layout(self._recipe, len(task.job.windows))[END][0]
        self._blocks[task.place].bytes(max(whole, len(request)))[: len(request)] = request
        if not self.tasks:
            self.since = time.monotonic()
        self.tasks.append(task)
        # One that died meanwhile is found out when its answer is read.
        with suppress(OSError):
            self.connection.send_bytes(json.dumps([task.place, len(request)]).encode())

    def answer(self) -> Answer | None:
        """Read what became of the first request; nothing if it has only begun, or goes on."""
        said = self.connection.recv_bytes()
        self.since = time.monotonic()
        if not self.began:
            self.began = True
            return None
        if said == ALIVE:
            return None
        told = json.loads(said)
        outcomes = tuple(Outcome(status, reason) for status, reason in told["outcomes"])
        # JSON knows only texts as keys.
        lacking = told["lacking"].items()
        return outcomes, {name: {int(k): v for k, v in why.items()} for name, why in lacking}

    def ended(self) -> str:
        """Say how the process ended, for one whose connection is closed."""
        try:
            code = self._process.wait(5)
        except subprocess.TimeoutExpired:
            return "stopped answering"
        if code >= 0:
            return f"ended with exit code {code}"
        with suppress(ValueError):
            return f"was killed by {signal.Signals(-code).name}"
        return f"was killed by signal {-code}"

    def kill(self) -> None:
        """End the process and wait until it is gone."""
        self._process.kill()
        self._process.wait()
        if self._process.stdin:
            self._process.stdin.close()
        self.connection.close()
