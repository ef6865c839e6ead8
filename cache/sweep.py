"""Removing what kills and thefts left behind; nothing that is committed is ever touched."""

import time
from collections.abc import Iterator
from pathlib import Path

from adf.cache.folder import Folder
from adf.cache.leases import PATIENCE, is_dead, this_process
from adf.cache.root import Root
from adf.files import translate_os_error

WORKPLACES = ("staging", "leases")


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
    found += [n for n in root.folder.names("staging/") if path and not _in_use(path / n)]
    return sorted(found)


def _garbage_of(root: Root, modality: str) -> Iterator[str]:
    folder, commits = root.folder, root.commits(modality)
    layout, parts = root.layout(modality), root.provenance(modality).parts()
    wanted = {*root.store.metadata(layout, parts), f"{modality}/{root.store.group_file}"}
    wanted |= {commits.seal_file, *(commits.file(shard) for shard in range(layout.shards))}
    for shard in commits.done():
        wanted |= commits.read(shard).files.keys()
    names = [name for name in folder.names(f"{modality}/") if name not in wanted]
    used = {name for name in names if folder.path and _in_use(folder.path / name)}
    working = any(name.split("/")[1] == "leases" for name in used)
    for name in names:
        place = name.split("/")[1]
        # A shard without a record may be one whose worker is about to write the record.
        if place != "journal" and name not in used and (place in WORKPLACES or not working):
            yield name


def _in_use(path: Path) -> bool:
    if path.parent.name not in WORKPLACES:
        return False
    try:
        silent = time.time() - path.stat().st_mtime > PATIENCE
        dead = path.parent.name == "leases" and is_dead(path.read_text(), this_process())
    except FileNotFoundError:
        return True
    return not (silent or dead)


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
