"""Caches on object storage: whole shards go there and come back, each checked on arrival."""

import hashlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from adf.cache.canonical import crc32c
from adf.cache.commits import Commit
from adf.cache.folder import Bytes, DiskFolder, Folder
from adf.cache.provenance import refuse_other
from adf.cache.root import PLAN, Root
from adf.cache.stores import STORES
from adf.errors import (
    AdfError,
    CacheMismatch,
    CorruptCache,
    Exit,
    InputNotFound,
    InvalidInput,
    MissingDependency,
)

if TYPE_CHECKING:
    from obstore.store import ObjectStore


class TransferFailed(AdfError, ConnectionError):
    """The object store did not answer or refused; the same command goes on where it stopped."""

    exit_code = Exit.INTERRUPTED


class ObjectFolder:
    """A prefix of an object store; an object is there whole or not at all."""

    path: Path | None = None

    def __init__(self, url: str) -> None:
        try:
            from obstore.store import from_url
        except ImportError as error:
            raise MissingDependency(
                f"{url} needs the package obstore: pip install 'autodeepfuse[s3]'"
            ) from error
        self._url = url.rstrip("/")
        self._last = "", np.empty(0, np.uint8)
        # Plain http is what test servers and private networks speak; https URLs stay https.
        insecure = os.environ.get("AWS_ENDPOINT_URL", "").startswith("http://")
        try:
            self._store: ObjectStore = from_url(
                self._url, client_options={"allow_http": True} if insecure else None
            )
        except Exception as error:
            raise InvalidInput(f"{url} is not an address of an object store: {error}") from error

    def __str__(self) -> str:
        return self._url

    def read(self, name: str) -> bytes:
        """Return an object."""
        import obstore

        data: bytes = self._ask(name, lambda: bytes(obstore.get(self._store, name).bytes()))
        return data

    def map(self, name: str) -> Bytes:
        """Return an object; the last one is kept, since several arrays may lie in it."""
        if name != self._last[0]:
            self._last = name, np.frombuffer(self.read(name), np.uint8)
        return self._last[1]

    def write(self, name: str, data: Any, *, exclusive: bool = False) -> bool:
        """Put an object."""
        import obstore

        if exclusive and self.has(name):
            return False
        self._last = "", np.empty(0, np.uint8)
        self._ask(name, lambda: obstore.put(self._store, name, bytes(data)))
        return True

    def names(self, under: str = "") -> Iterator[str]:
        """Yield the names of all objects below ``under``, sorted."""
        import obstore

        pages = self._ask(under, lambda: list(obstore.list(self._store, under.rstrip("/") or None)))
        yield from sorted(entry["path"] for page in pages for entry in page)

    def has(self, name: str) -> bool:
        """Say whether the object is there."""
        import obstore

        try:
            self._ask(name, lambda: obstore.head(self._store, name))
        except InputNotFound:
            return False
        return True

    def remove(self, name: str) -> None:
        """Remove an object."""
        import obstore

        self._ask(name, lambda: obstore.delete(self._store, name))

    def _ask(self, name: str, call: Callable[[], Any]) -> Any:
        try:
            return call()
        except FileNotFoundError:
            raise InputNotFound(f"{self._url}/{name} is missing") from None
        except Exception as error:
            first = str(error).strip().splitlines()[0]
            raise TransferFailed(
                f"{self._url}/{name}: {first}; check the address and the credentials (the AWS_... "
                "variables), then run the same command again"
            ) from error


def is_url(place: object) -> bool:
    """Say whether a place is an address and no path."""
    return isinstance(place, str) and "://" in place


def transfer(
    source: Folder, target: Folder, step: Callable[[], None] = lambda: None
) -> dict[str, int]:
    """Copy all complete modalities; return how many shards of each had to be sent.

    A shard's record goes after its files were read back and compared, so that a transfer that
    was cut off is taken up where it was, and is never mistaken for a whole one.
    """
    root = Root.open(source)
    sealed = root.sealed()
    if not sealed:
        raise InvalidInput(f"{source} has no complete modality to copy: fill one first")
    _refuse_other(root, target, list(sealed))
    sent = {}
    for modality, (layout, parts) in sealed.items():
        commits = root.commits(modality)
        sent[modality] = 0
        for shard in range(layout.shards):
            sent[modality] += _send_shard(source, target, commits.file(shard))
            step()
        for name in (*root.store.metadata(layout, parts), f"{modality}/{root.store.group_file}"):
            target.write(name, source.read(name))
        target.write(commits.seal_file, source.read(commits.seal_file))
    for name in (PLAN, root.store.root_file):
        target.write(name, source.read(name))
    Root.open(target).finish()
    return sent


def local_copy(url: str) -> Path:
    """Bring a cache from an object store to this machine, once, and return its folder."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    place = Path(base) / "autodeepfuse" / hashlib.sha256(url.encode()).hexdigest()[:16]
    transfer(ObjectFolder(url), DiskFolder(place))
    return place


def open_place(place: str) -> Folder:
    """Return the folder behind a path or an address."""
    return ObjectFolder(place) if is_url(place) else DiskFolder(Path(place))


def _refuse_other(root: Root, target: Folder, modalities: list[str]) -> None:
    if not any(store.recognises(target) for store in STORES.values()):
        return
    there = Root.open(target)
    if (there.store.name, there.plan.digest) != (root.store.name, root.plan.digest):
        raise CacheMismatch(f"{target} holds another cache: give another place, or remove that one")
    for modality in set(modalities) & set(there.modalities()):
        wanted = root.provenance(modality)
        refuse_other(there.provenance(modality), wanted, f"{modality} in {target}")


def _send_shard(source: Folder, target: Folder, record: str) -> bool:
    """Copy a shard unless its record is there already; say whether it had to be sent."""
    data = source.read(record)
    if target.has(record) and target.read(record) == data:
        return False
    for name, entry in Commit.from_bytes(data, f"{source}/{record}").files.items():
        payload = source.map(name)
        if crc32c(payload) != entry["crc32c"]:
            raise CorruptCache(
                f"{source}/{name} is damaged: run 'adf cache verify' there and mend it first"
            )
        target.write(name, payload)
        if crc32c(target.map(name)) != entry["crc32c"]:
            raise TransferFailed(f"{target}/{name} arrived damaged: run the same command again")
    target.write(record, data)
    return True
