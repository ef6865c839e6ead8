"""Copying caches to object storage and back: whole shards, each checked on arrival."""

import hashlib
import logging
import os
from collections.abc import Callable
from pathlib import Path

from adf.cache.canonical import crc32c
from adf.cache.folder import DiskFolder, Folder
from adf.cache.leases import leases_of
from adf.cache.object_folder import ObjectFolder, TransferFailed
from adf.cache.provenance import refuse_other
from adf.cache.records import Commit
from adf.cache.root import PLAN, Root, refuse_foreign
from adf.cache.store import Files
from adf.cache.sweep import sweep_workplace
from adf.errors import AdfError, CacheMismatch, ConfigError, CorruptCache, InvalidInput

LOG = logging.getLogger("adf.cache")


def is_url(place: object) -> bool:
    """Say whether a place is an address and no path."""
    return isinstance(place, str) and "://" in place


def open_place(place: str) -> Folder:
    """Return the folder behind a path or an address."""
    return ObjectFolder(place) if is_url(place) else DiskFolder(Path(place))


def open_url(url: str) -> ObjectFolder:
    """Return the folder behind an address; a path is a mistake here."""
    if not is_url(url):
        raise ConfigError(f"URL: '{url}' is no address such as s3://bucket/name")
    return ObjectFolder(url)


def transfer(
    source: Folder,
    target: Folder,
    step: Callable[[], None] = lambda: None,
    *,
    check: bool = False,
) -> dict[str, int]:
    """Copy all complete modalities; return how many shards of each had to be sent.

    A shard's record goes after its files were read back and compared, and the seal goes last: a
    transfer that was cut off is taken up where it was, and is never mistaken for a whole one.
    """
    root = Root.open(source)
    sealed = root.sealed()
    if not sealed:
        raise InvalidInput(f"{source} has no complete modality to copy: fill one first")
    _begin(root, target)
    sent = {}
    for modality, (layout, parts) in sealed.items():
        _declare(root, target, modality)
        commits = root.commits(modality)
        sent[modality] = 0
        for shard in range(layout.shards):
            # So that gc does not take a shard in the making for an abandoned one.
            lease = leases_of(target.path, modality).claim(shard)
            try:
                sent[modality] += _send_shard(source, target, commits.file(shard), check=check)
            finally:
                if lease:
                    lease.release()
            step()
        for name in (*root.store.metadata(layout, parts), commits.seal_file):
            target.write(name, source.read(name))
    copy = Root.open(target)
    copy.finish()
    for modality in sealed:
        sweep_workplace(target, modality)
    return sent


def local_copy(url: str) -> Path:
    """Bring a cache from an object store to this machine, once, and return its folder."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    place = Path(base) / "autodeepfuse" / hashlib.sha256(url.encode()).hexdigest()[:16]
    source, target = ObjectFolder(url), DiskFolder(place)
    try:
        if not _has_all(source, target):
            transfer(source, target)
    except TransferFailed as error:
        if not _is_complete(target):
            raise
        LOG.warning("using the copy of %s in %s: %s", url, place, error)
    return place


def _has_all(source: Folder, target: Folder) -> bool:
    """Compare the seals: equal ones mean equal features."""
    seals = [root.commits(m).seal_file for root in [Root.open(source)] for m in root.sealed()]
    return all(target.has(name) and target.read(name) == source.read(name) for name in seals)


def _is_complete(target: Folder) -> bool:
    try:
        return bool(Root.open(target).sealed())
    except AdfError:
        return False


def _begin(root: Root, target: Folder) -> None:
    """Put root document and plan in place, unless another cache is there."""
    name = root.store.root_file
    document = root.folder.read(name)
    if not target.has(name):
        refuse_foreign(target)
        target.write(name, document, exclusive=True)
    if target.read(name) != document:
        raise CacheMismatch(
            f"{target} holds another cache (of other clips, or with other shard_rows): give "
            "another place, or remove that one"
        )
    if not target.has(PLAN) or target.read(PLAN) != root.plan.csv:
        target.write(PLAN, root.plan.csv)


def _declare(root: Root, target: Folder, modality: str) -> None:
    """Put the document of a modality in place, unless it was made otherwise there."""
    name = f"{modality}/{root.store.group_file}"
    target.write(name, root.folder.read(name), exclusive=True)
    there = Root.open(target)
    where = f"{modality} in {target}"
    refuse_other(there.provenance(modality), root.provenance(modality), where)
    ours, theirs = root.layout(modality).codec, there.layout(modality).codec
    if ours != theirs:
        raise CacheMismatch(f"{where} has codec '{theirs}', not '{ours}': give another place")


def _send_shard(source: Folder, target: Folder, record: str, *, check: bool) -> bool:
    """Copy a shard unless it is there already; say whether it had to be sent."""
    data = source.read(record)
    files = Commit.from_bytes(data, f"{source}/{record}").files
    if target.has(record) and target.read(record) == data:
        look = _are_intact if check or target.path else _are_there
        if look(target, files):
            return False
    for name, entry in files.items():
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


def _are_there(target: Folder, files: Files) -> bool:
    return all(target.has(name) for name in files)


def _are_intact(target: Folder, files: Files) -> bool:
    return _are_there(target, files) and all(
        crc32c(target.map(name)) == entry["crc32c"] for name, entry in files.items()
    )
