"""Processes that a command starts to do a part of its own work, and that end when it ends."""

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

# With our own search path: the packages may not be installed but lie in a checkout.
# When whoever started it is gone, whatever the reason, a child stops as it does for a scheduler.
START = """
import json, os, signal, sys, threading
def watch():
    os.read(0, 1)
    os.kill(os.getpid(), signal.SIGTERM)
threading.Thread(target=watch, daemon=True).start()
sys.path[:] = json.loads(sys.argv.pop(1))
from adf.main import main
main()
"""

Child = subprocess.Popen[bytes]
# The variable that tells a process how many share the machine with it.
SIBLINGS = "ADF_SIBLINGS"


def start_child(words: Sequence[str], log: Path, siblings: int) -> Child:
    """Start ``adf`` with these words as one of ``siblings`` that share processor and memory.

    All it says goes to the end of ``log``. Its settings are in the words: the variables of the
    command would overrule them, and have done their part already.
    """
    prefix = f"ADF_{words[0].upper()}_"
    environ = {name: value for name, value in os.environ.items() if not name.startswith(prefix)}
    environ.setdefault("OMP_NUM_THREADS", str(max(1, (os.cpu_count() or 1) // siblings)))
    environ[SIBLINGS] = str(siblings)
    command = [sys.executable, "-c", START, json.dumps(sys.path), *words]
    with open(log, "ab") as file:
        return subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=file, stderr=file, env=environ
        )


def end_children(children: Iterable[Child]) -> None:
    """Stop those that are still at work, and wait for all."""
    started = list(children)
    for child in started:
        if child.poll() is None:
            child.terminate()
    for child in started:
        child.wait()
        if child.stdin:
            child.stdin.close()
