"""Removing what kills and thefts left behind; nothing that is committed is ever touched."""

from collections.abc import Iterator, Mapping, Set
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from adf.cache.folder import Folder
from adf.cache.leases import PATIENCE, is_dead, silence, this_process
from adf.cache.root import Root
from adf.files import translate_os_error

WORKPLACES = ("staging", "leases")


@dataclass(frozen=True)
class Leftover:
    """A file that no part of the cache needs; ``shard`` is set if it is of one without a record."""

    name: str
    modality: str = ""
    shard: int | None = None


def sweep_workplace(folder: Folder, modality: str) -> None:
    """Remove the staging folder and the leases of a modality that is complete."""
    if folder.path is None:
        return
    for place in WORKPLACES:
        _remove_tree(folder.path / modality / place)
    _remove_tree(folder.path / "staging")


def leftovers(root: Root, withdrawn: Mapping[str, Set[int]] | None = None) -> list[Leftover]:
    """Return dead leases, old staging, and files of shards that have, or will have, no record."""
    found = [Leftover(name) for name in _old_staging(root, "")]
    for modality in root.modalities():
        found += [Leftover(name) for name in _old_staging(root, f"{modality}/")]
        found += [Leftover(name) for name in _abandoned_leases(root, modality)]
        found += _unrecorded(root, modality, (withdrawn or {}).get(modality, set()))
    return found


def remove(root: Root, leftover: Leftover) -> bool:
    """Remove a leftover; of a shard only if its record does not turn up meanwhile."""
    path = root.folder.path
    if leftover.shard is None or path is None:
        root.folder.remove(leftover.name)
        return True
    # A worker that was asleep may write the record at this moment. It looks for its files after
    # that; so either it misses this one and writes it again, or we see its record.
    aside = path / leftover.modality / "staging" / f".{uuid4().hex}.tmp"
    with translate_os_error(aside):
        aside.parent.mkdir(exist_ok=True)
        (path / leftover.name).replace(aside)
        if root.commits(leftover.modality).has(leftover.shard):
            aside.replace(path / leftover.name)
            return False
        aside.unlink()
        _remove_if_empty(aside.parent)
    return True


def _old_staging(root: Root, under: str) -> Iterator[str]:
    path = root.folder.path
    for name in root.folder.names(f"{under}staging/"):
        if path and _is_old(path / name):
            yield name


def _abandoned_leases(root: Root, modality: str) -> Iterator[str]:
    path = root.folder.path
    for name in root.folder.names(f"{modality}/leases/"):
        if path and _is_abandoned(path / name):
            yield name


def _unrecorded(root: Root, modality: str, withdrawn: Set[int]) -> Iterator[Leftover]:
    commits, layout = root.commits(modality), root.layout(modality)
    if root.folder.has(commits.seal_file) and not withdrawn:
        # What a complete modality lacks is damage, and damage is not for this to decide.
        return
    parts = root.provenance(modality).parts()
    for shard in sorted(set(range(layout.shards)) - (commits.done() - withdrawn)):
        lease = root.folder.path and root.folder.path / modality / "leases" / f"{shard:05d}"
        if lease and lease.exists() and not _is_abandoned(lease):
            continue
        for name in root.store.shard_files(layout, shard, parts):
            if root.folder.has(name):
                yield Leftover(name, modality, shard)


def _is_abandoned(lease: Path) -> bool:
    try:
        return is_dead(lease.read_text(errors="replace"), this_process()) or _is_old(lease)
    except FileNotFoundError:
        return False


def _is_old(path: Path) -> bool:
    return silence(path) > PATIENCE


def _remove_tree(path: Path) -> None:
    # Whoever sweeps at the same time may have removed it.
    with translate_os_error(path), suppress(FileNotFoundError):
        for file in sorted(path.glob("*")):
            file.unlink(missing_ok=True)
    _remove_if_empty(path)


def _remove_if_empty(path: Path) -> None:
    try:
        path.rmdir()
    except OSError:
        return
