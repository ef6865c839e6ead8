"""Who works on which shard: claims by exclusive create, so that no server is needed.

A lease is a file whose age is its heartbeat. A dead owner's lease is stolen at once where its
death can be seen (same machine), else after it has been silent for ``patience`` seconds. Two owners
of one shard are harmless, since results are deterministic and put in place whole; leases only
save the work of doing it twice.
"""

import fcntl
import json
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from adf.files import translate_os_error

HEARTBEAT = 20.0
PATIENCE = 3 * HEARTBEAT


class FileLease:
    """A claim on one shard; its file is touched in the background until it is released."""

    def __init__(self, path: Path, mark: str, heartbeat: float) -> None:
        self._path, self._mark, self._heartbeat = path, mark, heartbeat
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._beat, name=f"lease {path.name}", daemon=True)
        self._thread.start()

    def release(self) -> None:
        """Give the shard up; a lease that was stolen meanwhile is left to the thief."""
        self._stop.set()
        self._thread.join()
        if _text(self._path) == self._mark:
            self._path.unlink(missing_ok=True)

    def _beat(self) -> None:
        while not self._stop.wait(self._heartbeat):
            with suppress(OSError):
                os.utime(self._path)


class FileLeases:
    """All claims on one modality, as files in one folder."""

    def __init__(
        self, folder: Path, *, heartbeat: float = HEARTBEAT, patience: float = PATIENCE
    ) -> None:
        self._folder, self._heartbeat, self._patience = folder, heartbeat, patience

    def claim(self, shard: int) -> FileLease | None:
        """Return the lease of a shard, or nothing if somebody alive has it."""
        path = self._folder / f"{shard:05d}"
        # Asked each time: this object may have been made before a fork.
        mark = json.dumps({**this_process(), "claim": uuid4().hex})
        with translate_os_error(path):
            self._folder.mkdir(parents=True, exist_ok=True)
            try:
                taken = _create(path, mark) or self._take_over(path, mark)
            except FileNotFoundError:
                # Whoever sealed the modality has swept the folder: there is nothing to claim.
                return None
        return FileLease(path, mark, self._heartbeat) if taken else None

    def _take_over(self, path: Path, mark: str) -> bool:
        """Put our lease in the place of one whose owner is gone."""
        with _only_thief(self._folder):
            return self._steal(path) and _create(path, mark)

    def _steal(self, path: Path) -> bool:
        """Remove the lease if its owner is gone."""
        mark = _text(path)
        if mark is None:
            return True
        if not (is_dead(mark, this_process()) or silence(path) > self._patience):
            return False
        loot = path.with_name(f"{path.name}.{uuid4().hex}.stolen")
        try:
            path.rename(loot)
        except FileNotFoundError:
            return True
        if _text(loot) != mark:
            # Between the look and the grip its owner gave it up, or, where thieves cannot wait for
            # each other, another one took it; then it was claimed anew: give it back.
            with suppress(FileExistsError):
                os.link(loot, path)
            loot.unlink(missing_ok=True)
            return False
        loot.unlink(missing_ok=True)
        return True


class OwnLeases:
    """The claims of a cache that no other process can see."""

    def __init__(self) -> None:
        self._held: set[int] = set()

    def claim(self, shard: int) -> "OwnLease | None":
        """Return the lease of a shard, or nothing if it is held."""
        if shard in self._held:
            return None
        self._held.add(shard)
        return OwnLease(self._held, shard)


@dataclass(frozen=True)
class OwnLease:
    """A claim in this process."""

    held: set[int]
    shard: int

    def release(self) -> None:
        """Give the shard up."""
        self.held.discard(self.shard)


def leases_of(folder: Path | None, modality: str) -> FileLeases | OwnLeases:
    """Return the leases of a modality in a cache's folder, if others can see that."""
    return FileLeases(folder / modality / "leases") if folder else OwnLeases()


def silence(path: Path) -> float:
    """Return the seconds since a file was touched, by the clock of its folder.

    Clocks of machines differ, so it is compared with a file touched beside it; a file from the
    future, left by a clock that was set back, counts as old too.
    """
    now = path.parent / f"now.{uuid4().hex}"
    try:
        now.touch()
        return abs(now.stat().st_mtime - path.stat().st_mtime)
    except FileNotFoundError:
        return 0.0
    finally:
        now.unlink(missing_ok=True)


def this_process() -> dict[str, str]:
    """Identify this process beyond its pid: machine, boot, pid namespace and start time."""
    boot = _text(Path("/proc/sys/kernel/random/boot_id")) or ""
    try:
        space = os.readlink("/proc/self/ns/pid")
    except OSError:
        space = ""
    machine = f"{socket.gethostname()} {boot.strip()} {space}"
    return {"machine": machine, "pid": str(os.getpid()), "start": _start(os.getpid())}


def is_dead(mark: str, here: dict[str, str]) -> bool:
    """Say whether the owner of a lease certainly runs no more; a torn mark has no owner."""
    try:
        owner = json.loads(mark)
        machine, pid, start = owner["machine"], int(owner["pid"]), str(owner["start"])
    except (ValueError, KeyError, TypeError):
        return False
    if machine != here["machine"]:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return _start(pid) != start


def _start(pid: int) -> str:
    """Return when a process started, in the kernel's ticks, so that a reused pid is seen."""
    stat = _text(Path(f"/proc/{pid}/stat"))
    if not stat:
        return ""
    state, *rest = stat.rpartition(")")[2].split()
    # A zombie works no more; it only waits to be reaped.
    return "dead" if state == "Z" else rest[18]


@contextmanager
def _only_thief(folder: Path) -> Iterator[None]:
    """Let thieves of one folder take turns, where its file system can lock folders.

    Where it cannot (NFS), two of them may come to own one shard: double work, no harm.
    """
    handle = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _create(path: Path, mark: str) -> bool:
    """Make a lease that is never seen without its mark, not even after a kill in between."""
    whole = path.with_name(f"{path.name}.{uuid4().hex}.claim")
    try:
        whole.write_text(mark)
        os.link(whole, path)
    except FileExistsError:
        return False
    finally:
        whole.unlink(missing_ok=True)
    return True


def _text(path: Path) -> str | None:
    """Return a small file, nothing if it is not there, and no text if it may not be read."""
    try:
        return path.read_text(errors="replace")
    except FileNotFoundError:
        return None
    except OSError:
        return ""
