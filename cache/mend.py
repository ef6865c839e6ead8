"""``adf cache gc``: what may go goes, and damaged shards go so that they can be filled again."""

from dataclasses import dataclass, field

from adf.cache.root import Root
from adf.cache.sweep import leftovers, remove, sweep_workplace
from adf.cache.verify import verify
from adf.errors import CorruptCache


@dataclass
class Collected:
    """What was removed, and written anew, or would be; ``refill`` if something must be filled."""

    removed: list[str] = field(default_factory=list)
    rewritten: list[str] = field(default_factory=list)
    refill: bool = False


def collect(root: Root, *, damaged: bool = False, dry_run: bool = False) -> Collected:
    """Remove garbage, and on demand the records of damaged shards."""
    done, withdrawn = Collected(), {}
    if damaged:
        withdrawn = _mend(root, done, dry_run=dry_run)
    for leftover in leftovers(root, withdrawn):
        if dry_run or remove(root, leftover):
            done.removed.append(leftover.name)
    return done


def _mend(root: Root, done: Collected, *, dry_run: bool) -> dict[str, set[int]]:
    """Withdraw damaged shards and renew metadata; return what was withdrawn."""
    found, withdrawn = verify(root), {}
    hopeless = [str(damage) for damage in found if not damage.mendable]
    if hopeless:
        raise CorruptCache(f"{hopeless[0]}; nothing was removed")
    for modality in sorted({damage.modality for damage in found} - {""}):
        commits = root.commits(modality)
        shards = {d.shard for d in found if d.modality == modality and d.shard is not None}
        withdrawn[modality] = shards
        done.removed += [commits.file(shard) for shard in sorted(shards)]
        # Without its seal the modality counts as incomplete, and filling it seals it anew.
        done.removed.append(commits.seal_file)
        done.refill = True
        if not dry_run:
            commits.withdraw(shards)
    done.rewritten = [damage.file for damage in found if not damage.modality]
    if found and not dry_run:
        _rewrite_metadata(root)
    return withdrawn


def _rewrite_metadata(root: Root) -> None:
    """Write anew what follows from the provenance alone."""
    for modality in root.modalities():
        root.store.declare(root.layout(modality), root.provenance(modality).parts())
    root.finish()
    for modality in root.sealed():
        sweep_workplace(root.folder, modality)
