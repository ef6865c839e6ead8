"""Removing what kills and thefts left behind; nothing that is committed is ever touched."""

from collections.abc import Iterator
from pathlib import Path

from adf.cache.folder import Folder
from adf.cache.leases import PATIENCE, is_dead, silence, this_process
from adf.cache.root import Root
from adf.files import translate_os_error

WORKPLACES = ("staging", "leases")
# Not garbage in any case, or looked at by themselves.
KEPT = ("journal", "leases")


def sweep_workplace(folder: Folder, modality: str) -> None:
    """Remove the staging folder and the leases of a modality that is complete."""
    if folder.path is None:
        return
    for place in WORKPLACES:
        _remove_tree(folder.path / modality / place)
    _remove_tree(folder.path / "staging")


def garbage(root: Root) -> list[str]:
    """Return the files no part of the cache needs: dead leases, old staging, unrecorded shards."""
    found = [name for modality in root.modalities() for name in _garbage_of(root, modality)]
    path = root.folder.path
    found += [name for name in root.folder.names("staging/") if path and _is_old(path / name)]
    return sorted(found)


def _garbage_of(root: Root, modality: str) -> Iterator[str]:
    folder, commits = root.folder, root.commits(modality)
    # The order matters. A file seen now has a lease until its record is there; so if no lease is
    # seen after it and no record after that, nobody is about to write one.
    names = [name for name in folder.names(f"{modality}/") if _place(name) not in KEPT]
    old, working = _leases(folder, modality)
    layout, parts = root.layout(modality), root.provenance(modality).parts()
    wanted = {*root.store.metadata(layout, parts), f"{modality}/{root.store.group_file}"}
    wanted |= {commits.seal_file, *(commits.file(shard) for shard in range(layout.shards))}
    for shard in commits.done():
        wanted |= commits.read(shard).files.keys()
    yield from old
    for name in names:
        if _place(name) == "staging":
            unneeded = folder.path is not None and _is_old(folder.path / name)
        else:
            unneeded = name not in wanted and not working
        if unneeded:
            yield name


def _leases(folder: Folder, modality: str) -> tuple[list[str], bool]:
    """Return the leases whose owners are gone, and whether there are others."""
    names = list(folder.names(f"{modality}/leases/"))
    old = [name for name in names if folder.path and _is_abandoned(folder.path / name)]
    return old, len(old) < len(names)


def _is_abandoned(lease: Path) -> bool:
    try:
        return is_dead(lease.read_text(errors="replace"), this_process()) or _is_old(lease)
    except FileNotFoundError:
        return False


def _is_old(path: Path) -> bool:
    return silence(path) > PATIENCE


def _place(name: str) -> str:
    return name.split("/")[1]


def _remove_tree(path: Path) -> None:
    with translate_os_error(path):
        for file in sorted(path.glob("*")):
            file.unlink(missing_ok=True)
    _remove_if_empty(path)


def _remove_if_empty(path: Path) -> None:
    try:
        path.rmdir()
    except OSError:
        return
