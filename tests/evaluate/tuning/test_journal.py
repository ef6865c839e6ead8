"""The journal that workers share: nothing is lost that was written, and no lock outlives a kill."""

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from adf.evaluate.tuning.journal import Journal, alone

MANY = 200
WRITER = """
import json, sys
sys.path[:] = json.loads(sys.argv[1])
from pathlib import Path
from adf.evaluate.tuning.journal import Journal
journal = Journal(Path(sys.argv[2]))
print("ready", flush=True)
sys.stdin.readline()
for number in range(int(sys.argv[3])):
    journal.append_logs([{"who": sys.argv[4], "number": number}])
"""
HOLDER = """
import fcntl, sys, time
file = open(sys.argv[1], "ab")
fcntl.flock(file, fcntl.LOCK_EX)
print("held", flush=True)
time.sleep(600)
"""


def test_a_line_that_was_cut_short_is_none_and_the_next_one_takes_its_place(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    Journal(path).append_logs([{"number": 0}, {"number": 1}])
    with open(path, "ab") as file:
        file.write(b'{"number": 2, "cut sho')
    journal = Journal(path)
    assert list(journal.read_logs(0)) == [{"number": 0}, {"number": 1}]
    journal.append_logs([{"number": 3}])
    assert list(journal.read_logs(0)) == [{"number": 0}, {"number": 1}, {"number": 3}]
    assert list(journal.read_logs(2)) == [{"number": 3}]


def test_a_long_line_that_was_cut_short_is_dropped_whole(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    path.write_bytes(b'{"number": 0}\n' + b"x" * 9999)
    journal = Journal(path)
    journal.append_logs([{"number": 1}])
    assert path.read_bytes() == b'{"number": 0}\n{"number":1}\n'


def test_what_another_writes_is_read_from_where_one_stopped(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    reader, writer = Journal(path), Journal(path)
    for number in range(3):
        writer.append_logs([{"number": number}])
        assert list(reader.read_logs(number)) == [{"number": number}]


def test_lines_of_several_processes_are_all_there_and_whole(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    words = [sys.executable, "-c", WRITER, json.dumps(sys.path), str(path), str(MANY)]
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    writers: list[Any] = [subprocess.Popen([*words, who], **pipes) for who in "ab"]
    assert [writer.stdout.readline() for writer in writers] == [b"ready\n"] * 2
    for writer in writers:
        writer.stdin.write(b"go\n")
        writer.stdin.flush()
    for writer in writers:
        writer.communicate()
    assert [writer.returncode for writer in writers] == [0, 0]
    logs = list(Journal(path).read_logs(0))
    for who in "ab":
        assert [log["number"] for log in logs if log["who"] == who] == list(range(MANY))


def test_a_lock_is_free_again_when_its_holder_was_killed(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    words = [sys.executable, "-c", HOLDER, str(path)]
    with subprocess.Popen(words, stdout=subprocess.PIPE) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == b"held\n"
        with alone(path, wait=False) as got:
            assert not got
        holder.send_signal(signal.SIGKILL)
        holder.wait()
        with alone(path, wait=False) as got:
            assert got
