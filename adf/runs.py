"""The folder of one run: its settings, its command, its surroundings and what came out."""

import json
import os
import re
import secrets
import shlex
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any, TextIO, TypeVar

from adf import log, metrics
from adf.config import Config, differences, load
from adf.endings import CtrlC
from adf.errors import ConfigError, Interrupted, InvalidInput, RunMismatch
from adf.files import translate_os_error, write_atomic
from adf.sigterm import Terminated
from adf.surroundings import surroundings

T = TypeVar("T")
LATEST = "latest"


class RunFolder:
    """A run that is under way; :func:`run_folder` opens one."""

    def __init__(self, path: Path, resumed: bool, metrics_file: TextIO) -> None:
        self.path = path
        self.resumed = resumed
        self.checkpoints = path / "checkpoints"
        self._metrics = metrics_file

    def metric(self, **values: Any) -> None:
        """Append one line of measurements: ``run.metric(step=3, loss=0.7)``."""
        metrics.append(self._metrics, values)

    def result(self, values: Mapping[str, Any]) -> None:
        """Write ``result.json``."""
        _write_json(self.path / "result.json", values)


@contextmanager
def run_folder(
    command: str,
    config: Config[T],
    *,
    slug: str = "run",
    out: Path | None = None,
    root: Path = Path("runs"),
    force: bool = False,
    argv: Sequence[str] | None = None,
) -> Iterator[RunFolder]:
    """Open a new folder under ``root/command``, or ``out``, which is resumed if it is there.

    Other settings than those of ``out`` are an error, unless ``force`` is given.
    """
    path = _claimed(out) if out else _new(root / command, slug)
    resumed = not _settings_written(path, config, force)
    with translate_os_error(path):
        (path / "checkpoints").mkdir(exist_ok=True)
        with open(path / "command.txt", "a", encoding="utf-8") as file:
            file.write(shlex.join(argv or sys.orig_argv) + "\n")
    _write_json(path / "env.json", surroundings())
    if not out:
        _point(root / command / LATEST, path)
    with log.to_file(path / "log.txt"), metrics.open_for_append(path / "metrics.jsonl") as lines:
        yield RunFolder(path, resumed, lines)


@contextmanager
def resumable(run: RunFolder) -> Iterator[None]:
    """Say, where the body is stopped, how the run goes on."""
    again = f"to go on, give the same command with --out {run.path}"
    try:
        yield
    except KeyboardInterrupt:
        raise CtrlC(f"stopped by Ctrl-C: {again}") from None
    except Terminated:
        raise Interrupted(f"stopped by SIGTERM: {again}") from None


def _claimed(out: Path) -> Path:
    with translate_os_error(out):
        try:
            out.mkdir(parents=True, exist_ok=True)
        except (FileExistsError, NotADirectoryError):
            raise InvalidInput(f"{out} is not a folder: choose another --out") from None
    return out


def _new(parent: Path, slug: str) -> Path:
    word = re.sub(r"[^\w.-]+", "-", slug).strip("-")
    with translate_os_error(parent):
        parent.mkdir(parents=True, exist_ok=True)
        while True:
            name = f"{datetime.now():%Y%m%d-%H%M%S}-{word}-{secrets.token_hex(2)}"
            # Making the folder is the claim: of two processes only one can make it.
            with suppress(FileExistsError):
                (parent / name).mkdir()
                return parent / name


def _settings_written(path: Path, config: Config[T], force: bool) -> bool:
    """Write ``config.yaml`` and return True, or return False where the same one is there."""
    target = path / "config.yaml"
    data = config.to_yaml(origins=True).encode()
    if write_atomic(target, data, exclusive=True):
        return True
    if force:
        write_atomic(target, data)
        return False
    try:
        before = load(type(config.value), files=[str(target)])
    except ConfigError as error:
        raise RunMismatch(f"{path} was made by another version: {error}") from None
    if before.digest() != config.digest():
        keys = ", ".join(differences(before, config))
        raise RunMismatch(
            f"{path} was made with other settings, which differ in: {keys}."
            " Choose another --out, or go on with --force"
        )
    return False


def _write_json(path: Path, values: Mapping[str, Any]) -> None:
    text = json.dumps(values, indent=2, default=metrics.plain) + "\n"
    write_atomic(path, text.encode())


def _point(link: Path, path: Path) -> None:
    """Make ``link`` lead to ``path`` in one step, where the file system has links."""
    staged = link.with_name(f".{link.name}-{secrets.token_hex(4)}")
    with suppress(OSError):
        staged.symlink_to(path.name)
        os.replace(staged, link)
    staged.unlink(missing_ok=True)
