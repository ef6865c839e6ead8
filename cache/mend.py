"""``adf cache gc``: what may go goes, and damaged shards go so that they can be filled again."""

from adf.cache.root import Root
from adf.cache.sweep import garbage, sweep_workplace
from adf.cache.verify import verify
from adf.errors import CorruptCache


def collect(root: Root, *, damaged: bool = False, dry_run: bool = False) -> list[str]:
    """Remove garbage, and on demand the records of damaged shards; return what went."""
    removed = _withdraw_damaged(root, dry_run=dry_run) if damaged else []
    leftover = garbage(root)
    if not dry_run:
        for name in leftover:
            root.folder.remove(name)
    return removed + leftover


def _withdraw_damaged(root: Root, *, dry_run: bool) -> list[str]:
    found = verify(root)
    hopeless = [str(damage) for damage in found if not damage.mendable]
    if hopeless:
        raise CorruptCache(f"{hopeless[0]}; nothing was removed")
    removed = []
    for modality in sorted({damage.modality for damage in found} - {""}):
        commits = root.commits(modality)
        shards = {d.shard for d in found if d.modality == modality and d.shard is not None}
        removed += [commits.file(shard) for shard in sorted(shards)]
        if not dry_run:
            # Without its seal the modality counts as incomplete, and filling it seals it anew.
            commits.withdraw(shards)
    if found and not dry_run:
        _rewrite_metadata(root)
    return removed


def _rewrite_metadata(root: Root) -> None:
    """Write anew what follows from the provenance alone."""
    for modality in root.modalities():
        root.store.declare(root.layout(modality), root.provenance(modality).parts())
    root.finish()
    for modality in root.sealed():
        sweep_workplace(root.folder, modality)
