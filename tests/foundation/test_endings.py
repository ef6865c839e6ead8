"""What is said of errors that nobody translated before they reached the top."""

import errno
import os
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

from adf.endings import ending
from tests.foundation.ended import ended

PLACE = r" \(ended\.py:\d+\)"
FULL = "the disk may be full: free some space, then run the same command again"


@pytest.mark.parametrize(
    ("error", "code", "text"),
    [
        (OSError(errno.ENOSPC, "No space", "/a/b"), 75, "/a/b: no room left on the device: free"),
        (OSError(errno.EDQUOT, "Quota"), 75, "the disk quota is used up: delete something, then"),
        (PermissionError(errno.EACCES, "No", "/a"), 4, "/a: permission denied: change its rights"),
        (PermissionError(errno.EPERM, "No", b"/a"), 4, "/a: operation not permitted: choose"),
        (OSError(errno.EROFS, "No", "/a"), 4, "/a: the file system is read-only: choose another"),
        (FileNotFoundError(2, "No such file or directory", "/a"), 4, "/a: No such file or dir"),
        (IsADirectoryError(21, "Is a directory", "/a"), 4, "/a: Is a directory"),
        (OSError(errno.EIO, "Input/output error"), 4, f"Input/output error{PLACE}"),
        (OSError(errno.EIO, "Input/output error", 7), 4, f"Input/output error{PLACE}"),
        (BrokenPipeError(errno.EPIPE, "Broken pipe"), 4, f"Broken pipe{PLACE}"),
        (OSError("two\nlines"), 4, r"OSError \(two lines, ended\.py:\d+\)"),
        (OSError("800 requested and 31 written"), 75, rf"not all .*\(800 .* 31 written\): {FULL}"),
        (OSError("Can't write (errno = 28, error message = 'No')"), 75, "no room left on the dev"),
        (MemoryError("Unable to allocate 8 TiB"), 75, r"out of memory \(Unable to allocate 8 TiB,"),
        (MemoryError(), 75, r"out of memory \(ended\.py:\d+\): free some, then run the same"),
        (RecursionError("maximum depth"), 4, r"the input is nested too deeply \(maximum depth, "),
        (click.FileError("a.txt", "gone"), 4, "Could not open file 'a.txt': gone"),
    ],
)
def test_one_line(
    capsys: pytest.CaptureFixture[str], error: Exception, code: int, text: str
) -> None:
    assert ended(error) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert re.match(f"error: {text}", err), err


def test_an_error_that_was_never_raised_has_no_place() -> None:
    assert str(ending(MemoryError())) == (
        "out of memory: free some, then run the same command again"
    )


def test_torch_found_no_memory() -> None:
    import torch

    with pytest.raises(RuntimeError) as caught:
        torch.empty(2**60)
    of_gpu = torch.cuda.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 GiB. GPU 0")
    for error, said in ((caught.value, "DefaultCPUAllocator"), (of_gpu, "allocate 20.00 GiB")):
        told = ending(error)
        assert told is not None
        assert told.exit_code == 75
        assert re.match(f"out of memory .*{said}.*: take smaller batches or fewer", str(told))
    assert ending(RuntimeError("shapes differ")) is None


def test_a_bug_has_no_line() -> None:
    assert ending(ZeroDivisionError()) is None
    assert ending(EOFError()) is None


def test_no_end_of_file_is_taken_for_ctrl_c() -> None:
    with pytest.raises(EOFError, match="No data left") as caught:
        ended(EOFError("No data left in file"))
    assert caught.value.__cause__ is None


BODIES = {
    "echo": "click.echo('x')",
    "buffered": "print('x')",
    "json": "emit({'ok': True})",
    "long": "print('x' * 100_000)",
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_standard_output_on_a_full_disk(body: str) -> None:
    code = (
        "import click\nfrom adf.cli import Command, emit\n"
        f"@click.command(cls=Command)\ndef work(): {body}\nwork()"
    )
    with open("/dev/full", "w") as full:
        process = subprocess.run(
            [sys.executable, "-c", code],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    expected = "no room left on the device: free some space, then run the same command again"
    assert (process.returncode, process.stderr) == (75, f"error: {expected}\n")


@pytest.mark.parametrize("words", ["--help", "--nothing --json"])
def test_nowhere_to_print(words: str) -> None:
    """``adf ... | true`` and closed streams end without a word more than they can say."""
    read, write = os.pipe()
    os.close(read)
    with open(write, "w") as gone:
        process = subprocess.run(
            [sys.executable, "-m", "adf", *words.split()],
            stdout=gone,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert process.returncode == (2 if "json" in words else 0)
    assert process.stderr.count("\n") == (1 if "json" in words else 0)


def test_a_full_disk_for_the_error_too() -> None:
    with open("/dev/full", "w") as full:
        process = subprocess.run(
            [sys.executable, "-m", "adf", "nothing"], stdout=full, stderr=full, check=False
        )
    assert process.returncode == 2


def test_a_short_write_of_numpy(tmp_path: Path) -> None:
    code = (
        "import click, numpy, resource, signal\nfrom adf.cli import Command\n"
        "@click.command(cls=Command)\ndef work():\n"
        "    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))\n"
        f"    numpy.save({str(tmp_path / 'a.npy')!r}, numpy.zeros(10_000))\n"
        "work()"
    )
    process = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert process.returncode == 75
    assert "requested and" in process.stderr
    assert process.stderr.endswith(f"{FULL}\n")
    assert process.stderr.count("\n") == 1
