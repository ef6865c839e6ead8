"""Files that are there completely or not at all, also after a power cut or a full disk."""

import errno
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from adf.errors import AdfError, DiskFull, NotWritable

# A file system that knows no hard links answers with one of these.
NO_HARD_LINKS = {errno.EPERM, errno.EOPNOTSUPP, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK}
NO_FOLDER_SYNC = {errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP}

AGAIN = "then run the same command again"
WHAT_TO_DO: dict[int, tuple[type[DiskFull | NotWritable], str]] = {
    errno.ENOSPC: (DiskFull, f"no room left on the device: free some space, {AGAIN}"),
    errno.EFBIG: (DiskFull, f"larger than files may be: raise the limit (ulimit -f), {AGAIN}"),
    errno.EDQUOT: (DiskFull, f"the disk quota is used up: delete something, {AGAIN}"),
    errno.EACCES: (NotWritable, "permission denied: change its rights or choose another place"),
    errno.EPERM: (NotWritable, "operation not permitted: choose another place"),
    errno.EROFS: (NotWritable, "the file system is read-only: choose another place"),
}


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file's bytes."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def translate_os_error(path: Path) -> Iterator[None]:
    """Turn a full disk or a missing right met while writing ``path`` into an error that helps."""
    try:
        yield
    except AdfError:
        raise
    except OSError as error:
        if error.errno not in WHAT_TO_DO:
            raise
        kind, advice = WHAT_TO_DO[error.errno]
        translated = kind(f"cannot write {path}: {advice}")
        translated.errno = error.errno
        raise translated from error


def write_atomic(
    path: Path,
    data: bytes | memoryview,
    *,
    staging: Path | None = None,
    exclusive: bool = False,
) -> bool:
    """Write ``data`` to ``path`` durably; readers see the old file or the whole new one.

    The bytes are staged in ``staging`` (made if needed, on the same file system; by default the
    folder of ``path``). With ``exclusive`` an existing file stays as it is and False is returned.
    """
    with translate_os_error(path):
        folder = staging or path.parent
        if staging:
            staging.mkdir(parents=True, exist_ok=True)
        staged = folder / f".{uuid4().hex}.tmp"
        try:
            with open(staged, "xb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            if path.is_dir():
                raise NotWritable(f"cannot write {path}: a folder of that name is in the way")
            if exclusive:
                placed = _link_into_place(staged, path)
            else:
                os.replace(staged, path)
                placed = True
        finally:
            staged.unlink(missing_ok=True)
        fsync_folder(path.parent)
    return placed


def _link_into_place(staged: Path, path: Path) -> bool:
    try:
        os.link(staged, path)
    except FileExistsError:
        # NFS may repeat a link whose answer was lost; the link count tells that it was ours.
        return staged.stat().st_nlink > 1
    except OSError as error:
        if error.errno not in NO_HARD_LINKS:
            raise
        if path.exists():
            return False
        os.replace(staged, path)
    return True


def fsync_folder(path: Path) -> None:
    """Make the names in the folder ``path`` durable, where the file system can do so."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in NO_FOLDER_SYNC:
            raise
    finally:
        os.close(descriptor)
