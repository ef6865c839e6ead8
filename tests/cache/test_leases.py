"""One living worker a shard: claims, heartbeats, and who may take what from whom."""

import json
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from adf.cache.leases import FileLease, FileLeases, OwnLeases, is_dead, this_process
from tests.cache.nursery import Nursery, python, until

Held = Callable[..., int]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """The folder of the leases."""
    return tmp_path / "leases"


@pytest.fixture
def hold(nursery: Nursery, tmp_path: Path, place: Path) -> Held:
    """Start a process that claims a shard; when this returns it has it."""

    def start(shard: int = 0, **options: Any) -> int:
        ready = tmp_path / f"ready-{time.monotonic_ns()}"
        process = nursery.start("hold", folder=str(place), shard=shard, ready=str(ready), **options)
        until(lambda: ready.exists() and ready.read_text() == "yes\n")
        return process

    return start


def leases(place: Path, **options: float) -> FileLeases:
    """Return the leases of this process."""
    return FileLeases(place, **options)


def claim(place: Path, shard: int = 0, **options: float) -> FileLease:
    """Claim what is free."""
    lease = leases(place, **options).claim(shard)
    assert lease
    return lease


def age(place: Path, seconds: float, shard: int = 0) -> None:
    """Make a lease look silent for a while."""
    past = time.time() - seconds
    os.utime(place / f"{shard:05d}", (past, past))


def forge(place: Path, **changes: str) -> Path:
    """Write the lease of a process of our choice."""
    place.mkdir(exist_ok=True)
    path = place / "00000"
    path.write_text(json.dumps({**this_process(), "claim": "forged", **changes}))
    return path


def test_a_shard_is_claimed_once(place: Path) -> None:
    ours = leases(place)
    first = ours.claim(0)
    assert first
    assert ours.claim(0) is None
    assert leases(place).claim(0) is None
    other = ours.claim(1)
    assert other
    first.release()
    again = ours.claim(0)
    assert again
    again.release()
    other.release()
    assert list(place.iterdir()) == []


def test_releasing_twice_is_harmless(place: Path) -> None:
    lease = claim(place)
    lease.release()
    lease.release()
    again = claim(place)
    lease.release()
    assert (place / "00000").exists()
    again.release()


def test_of_many_processes_each_shard_has_one(
    nursery: Nursery, tmp_path: Path, place: Path
) -> None:
    start, shards = tmp_path / "start", 40
    won = [tmp_path / f"won-{number}" for number in range(4)]
    asked: dict[str, Any] = {"folder": str(place), "shards": shards, "start": str(start)}
    workers = [nursery.start("claim_each", won=str(path), **asked) for path in won]
    start.touch()
    until(lambda: all(path.exists() and path.read_text().endswith("end\n") for path in won))
    got = [int(line) for path in won for line in path.read_text().split() if line != "end"]
    assert sorted(got) == list(range(shards))
    for process in workers:
        nursery.kill(process)


def test_of_many_thieves_each_shard_has_one(
    nursery: Nursery, tmp_path: Path, place: Path, hold: Held
) -> None:
    start, shards = tmp_path / "start", 12
    for process in [hold(shard) for shard in range(shards)]:
        nursery.kill(process)
    assert len(list(place.iterdir())) == shards
    won = [tmp_path / f"won-{number}" for number in range(4)]
    asked: dict[str, Any] = {"folder": str(place), "shards": shards, "start": str(start)}
    thieves = [nursery.start("claim_each", won=str(path), **asked) for path in won]
    start.touch()
    until(lambda: all(path.exists() and path.read_text().endswith("end\n") for path in won))
    got = [int(line) for path in won for line in path.read_text().split() if line != "end"]
    assert sorted(got) == list(range(shards))
    assert sorted(path.name for path in place.iterdir()) == [f"{n:05d}" for n in range(shards)]
    for process in thieves:
        nursery.kill(process)


def test_the_lease_of_a_killed_process_is_taken_at_once(
    nursery: Nursery, place: Path, hold: Held
) -> None:
    process = hold()
    assert leases(place).claim(0) is None
    nursery.kill(process)
    began = time.monotonic()
    claim(place).release()
    assert time.monotonic() - began < 5
    assert list(place.iterdir()) == []


def test_a_living_owner_is_never_robbed(place: Path, hold: Held, nursery: Nursery) -> None:
    process = hold(heartbeat=0.02)
    age(place, 10_000)
    watch = leases(place, patience=1.0)
    until(lambda: time.time() - (place / "00000").stat().st_mtime < 1)
    for _ in range(20):
        assert watch.claim(0) is None
        time.sleep(0.005)
    nursery.kill(process)


def test_a_heartbeat_keeps_a_lease_young(place: Path) -> None:
    lease = claim(place, heartbeat=0.01)
    age(place, 10_000)
    until(lambda: time.time() - (place / "00000").stat().st_mtime < 100)
    lease.release()


def test_heartbeats_end_with_the_lease(place: Path) -> None:
    before = threading.active_count()
    lease = claim(place, heartbeat=0.01)
    assert threading.active_count() == before + 1
    lease.release()
    assert threading.active_count() == before


def test_a_silent_lease_is_taken_after_patience(place: Path) -> None:
    silent = claim(place, heartbeat=1000)
    age(place, 59)
    assert leases(place, patience=60).claim(0) is None
    age(place, 61)
    thief = leases(place, patience=60).claim(0)
    assert thief
    assert json.loads((place / "00000").read_text())["pid"] == str(os.getpid())
    silent.release()
    assert (place / "00000").exists(), "a stolen lease belongs to the thief"
    thief.release()
    assert list(place.iterdir()) == []


def test_the_robbed_owner_cannot_claim_again(place: Path) -> None:
    silent = claim(place, heartbeat=1000)
    age(place, 100)
    thief = leases(place, patience=60).claim(0)
    assert thief
    assert leases(place, patience=60).claim(0) is None
    silent.release()
    thief.release()


def test_a_pid_that_was_given_to_another_process_is_a_dead_owner(place: Path) -> None:
    forge(place, start="1")
    claim(place).release()


def test_a_pid_that_does_not_exist_is_a_dead_owner(nursery: Nursery, place: Path) -> None:
    gone = nursery.start("hold", folder=str(place), shard=7, ready=os.devnull)
    nursery.kill(gone)
    forge(place, pid=str(gone))
    claim(place).release()


@pytest.mark.parametrize("change", [{"machine": "another"}, {"machine": "another", "pid": "1"}])
def test_the_owner_on_another_machine_is_judged_by_silence_alone(
    place: Path, change: dict[str, str]
) -> None:
    forge(place, start="1", **change)
    assert leases(place, patience=60).claim(0) is None
    age(place, 61)
    claim(place, patience=60).release()


@pytest.mark.parametrize("mark", ["", "{", "[]", "null", '{"pid": 1}', "\udcff"])
def test_a_torn_mark_is_judged_by_silence_alone(place: Path, mark: str) -> None:
    forge(place).write_bytes(mark.encode(errors="surrogateescape"))
    assert leases(place, patience=60).claim(0) is None
    age(place, 61)
    lease = leases(place, patience=60).claim(0)
    assert lease, "a lease whose mark cannot be read stands for ever"
    lease.release()


def test_a_zombie_is_dead_and_we_are_not(tmp_path: Path) -> None:
    here = this_process()
    assert not is_dead(json.dumps(here), here)
    child = os.posix_spawn("/bin/true", ["true"], {})
    until(lambda: Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()[0] == "Z")
    start = Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()[19]
    assert is_dead(json.dumps({**here, "pid": str(child), "start": start}), here)
    os.waitpid(child, 0)


def test_a_thief_that_grips_the_lease_of_a_quicker_one_gives_it_back(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the look at a dead owner's lease and the grip, another thief has claimed anew."""
    forge(place, start="1")
    rename, quicker = Path.rename, iter([None])

    def late(path: Path, target: Path) -> Path:
        for _ in quicker:
            path.unlink()
            held.append(claim(place))
        return rename(path, target)

    held: list[FileLease] = []
    monkeypatch.setattr(Path, "rename", late)
    assert leases(place).claim(0) is None
    monkeypatch.undo()
    assert [path.name for path in place.iterdir()] == ["00000"]
    held[0].release()
    assert list(place.iterdir()) == []


FORKED = """
import os, sys
from pathlib import Path
from adf.cache.leases import FileLeases
leases = FileLeases(Path(sys.argv[1]))
if not (child := os.fork()):
    leases.claim(0)
    os._exit(0)
os.waitpid(child, 0)
lease = FileLeases(Path(sys.argv[1])).claim(0)
print(lease and lease.release(), lease is not None)
"""


def test_a_forked_worker_claims_for_itself_and_not_for_its_parent(place: Path) -> None:
    assert python(FORKED, str(place)).split() == ["None", "True"]


def test_leases_in_memory_are_claimed_once() -> None:
    ours = OwnLeases()
    lease = ours.claim(0)
    assert lease
    assert ours.claim(0) is None
    assert ours.claim(1)
    lease.release()
    assert ours.claim(0)
