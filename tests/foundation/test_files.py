import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from adf.errors import AdfError, DiskFull, Exit, NotWritable
from adf.files import fsync_folder, translate_os_error, write_atomic


def failing(code: int) -> Callable[..., Any]:
    def call(*_: Any, **__: Any) -> None:
        raise OSError(code, os.strerror(code))

    return call


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_file_is_written_and_replaced(tmp_path: Path) -> None:
    assert write_atomic(tmp_path / "a", b"one")
    assert write_atomic(tmp_path / "a", memoryview(b"two"))
    assert (tmp_path / "a").read_bytes() == b"two"
    assert names(tmp_path) == ["a"]


def test_the_umask_decides_who_may_read(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        write_atomic(tmp_path / "a", b"")
    finally:
        os.umask(before)
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o640


def test_exclusive_leaves_what_is_there(tmp_path: Path) -> None:
    assert write_atomic(tmp_path / "a", b"first", exclusive=True)
    assert not write_atomic(tmp_path / "a", b"second", exclusive=True)
    assert (tmp_path / "a").read_bytes() == b"first"
    assert names(tmp_path) == ["a"]


def test_staging_folder_is_made_and_left_empty(tmp_path: Path) -> None:
    assert write_atomic(tmp_path / "a", b"x", staging=tmp_path / "staging" / "mine")
    assert names(tmp_path / "staging" / "mine") == []
    assert (tmp_path / "a").read_bytes() == b"x"


@pytest.mark.parametrize("code", [errno.EPERM, errno.EOPNOTSUPP, errno.EMLINK])
def test_exclusive_without_hard_links(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    monkeypatch.setattr(os, "link", failing(code))
    assert write_atomic(tmp_path / "a", b"first", exclusive=True)
    assert not write_atomic(tmp_path / "a", b"second", exclusive=True)
    assert (tmp_path / "a").read_bytes() == b"first"
    assert names(tmp_path) == ["a"]


def test_exclusive_counts_a_link_whose_answer_was_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = os.link

    def linked_and_denied(source: Path, target: Path) -> None:
        link(source, target)
        raise FileExistsError(errno.EEXIST, "File exists")

    monkeypatch.setattr(os, "link", linked_and_denied)
    assert write_atomic(tmp_path / "a", b"mine", exclusive=True)


@pytest.mark.parametrize("call", ["fsync", "replace", "link"])
@pytest.mark.parametrize(
    ("code", "kind", "text"),
    [
        (errno.ENOSPC, DiskFull, "no room left on the device: free some space, then run the same"),
        (errno.EDQUOT, DiskFull, "the disk quota is used up: delete something, then run the same"),
        (errno.EACCES, NotWritable, "permission denied: change its rights or choose another place"),
        (errno.EROFS, NotWritable, "the file system is read-only: choose another place"),
    ],
)
def test_a_failure_says_what_to_do_and_leaves_nothing(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    call: str,
    code: int,
    kind: type[AdfError],
    text: str,
) -> None:
    monkeypatch.setattr(os, call, failing(code))
    with pytest.raises(kind) as caught:
        write_atomic(tmp_path / "a", b"x", exclusive=call == "link")
    assert str(caught.value).startswith(f"cannot write {tmp_path / 'a'}: {text}")
    assert "\n" not in str(caught.value)
    assert isinstance(caught.value, OSError)
    assert caught.value.errno == code
    assert names(tmp_path) == []


def test_a_failure_of_the_folder_sync_is_translated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fsync = os.fsync

    def file_only(descriptor: int) -> None:
        if os.path.isdir(f"/proc/self/fd/{descriptor}"):
            raise OSError(errno.EDQUOT, "quota")
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", file_only)
    with pytest.raises(DiskFull):
        write_atomic(tmp_path / "a", b"x")


def test_a_full_disk_is_resumable() -> None:
    with pytest.raises(DiskFull) as caught, translate_os_error(Path("/dev/full")):
        Path("/dev/full").write_bytes(b"x")
    assert caught.value.exit_code is Exit.INTERRUPTED


def test_what_is_translated_already_stays(tmp_path: Path) -> None:
    with (
        pytest.raises(DiskFull, match="inner"),
        translate_os_error(tmp_path / "outer"),
        translate_os_error(tmp_path / "inner"),
    ):
        raise OSError(errno.ENOSPC, "full")


def test_other_errors_pass(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        write_atomic(tmp_path / "no" / "a", b"x")


@pytest.mark.parametrize("code", [errno.EINVAL, errno.ENOTSUP])
def test_a_file_system_without_folder_sync_is_fine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    monkeypatch.setattr(os, "fsync", failing(code))
    fsync_folder(tmp_path)


def test_a_folder_that_cannot_be_synced_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "fsync", failing(errno.EIO))
    with pytest.raises(OSError, match="Input/output error"):
        fsync_folder(tmp_path)


def test_a_folder_in_the_way_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").mkdir()
    with pytest.raises(NotWritable, match="file: a folder of that name is in the way"):
        write_atomic(tmp_path / "file", b"data")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
