"""Reading a whole cache back and comparing every byte with what was written."""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from adf.cache.canonical import crc32c
from adf.cache.records import Commit, Seal
from adf.cache.root import Root
from adf.errors import AdfError, CorruptCache, InputNotFound, InvalidInput

# What a file may do instead of being read; the others are still looked at.
UNREADABLE = (CorruptCache, InputNotFound, InvalidInput, OSError)


@dataclass(frozen=True)
class Damage:
    """One thing that is not as it was written; most can be mended by filling ``shard`` again."""

    problem: str
    modality: str = ""
    shard: int | None = None
    level: str = ""
    row: int | None = None
    id: str = ""
    file: str = ""
    mendable: bool = True

    def as_json(self) -> dict[str, Any]:
        """Return what is known."""
        return {key: value for key, value in asdict(self).items() if value not in ("", None)}

    def __str__(self) -> str:
        row = None if self.row is None else f"row {self.row}"
        place = " ".join(filter(None, [self.file, self.modality, self.level, row, self.id]))
        return f"{place}: {self.problem}"


def verify(root: Root, step: Callable[[], None] = lambda: None) -> list[Damage]:
    """Check every modality of a cache; ``step`` is called after each shard."""
    found = [damage for modality in root.modalities() for damage in _modality(root, modality, step)]
    if all(damage.mendable for damage in found):
        found += [Damage(text, file=name) for name, text in root.store.damage(root.sealed())]
    return found


def incomplete(root: Root) -> list[str]:
    """Return a line for every modality that is not sealed."""
    lines = []
    for modality in sorted(set(root.modalities()) - set(root.sealed())):
        done, shards = len(root.commits(modality).done()), root.layout(modality).shards
        lines.append(
            f"{modality} is not complete ({done} of {shards} shards): run the command that fills "
            "it again"
        )
    return lines


def committed_shards(root: Root) -> int:
    """Return how many shards :func:`verify` will step through."""
    total = 0
    for modality in root.modalities():
        try:
            total += len(root.commits(modality).done())
        except AdfError:
            continue
    return total


def _modality(root: Root, modality: str, step: Callable[[], None]) -> Iterator[Damage]:
    try:
        layout, parts = root.layout(modality), root.provenance(modality).parts()
    except AdfError as error:
        yield Damage(str(error), modality, mendable=False)
        return
    for name, wanted in root.store.metadata(layout, parts).items():
        if not root.folder.has(name) or root.folder.read(name) != wanted:
            yield Damage("missing or changed: 'adf cache gc --damaged' writes it anew", file=name)
    try:
        seal = root.commits(modality).read_seal()
    except CorruptCache as error:
        yield Damage(str(error), modality)
        seal = None
    yield from _shards(root, modality, seal, step)


def _shards(
    root: Root, modality: str, seal: Seal | None, step: Callable[[], None]
) -> Iterator[Damage]:
    commits, count = root.commits(modality), root.layout(modality).shards
    records: list[Commit] = []
    for shard in range(count) if seal else sorted(commits.done()):
        try:
            commit = commits.read(shard, seal)
        except UNREADABLE as error:
            yield Damage(str(error), modality, shard)
        else:
            records.append(commit)
            yield from _files(root, modality, commit)
        step()
    complete = seal is not None and len(records) == count
    if complete and Seal.over(root.provenance(modality).digest, records) != seal:
        yield Damage("the seal is not the one over its records", modality)


def _files(root: Root, modality: str, commit: Commit) -> Iterator[Damage]:
    """Compare the files of a shard as a whole, then row by row to say what is hit."""
    rows = list(_rows(root, modality, commit))
    yield from rows
    for name, entry in commit.files.items():
        try:
            intact = crc32c(root.folder.map(name)) == entry["crc32c"]
        except UNREADABLE:
            intact = False
        if not intact and not rows:
            problem = "its bytes outside the rows are not those that were written"
            yield Damage(problem, modality, commit.shard, file=name)


def _rows(root: Root, modality: str, commit: Commit) -> Iterator[Damage]:
    layout, ids = root.layout(modality), root.plan.frame["id"]
    for part in root.provenance(modality).parts():
        try:
            stored = root.store.open_shard(layout, commit.shard, part, commit.files)
        except UNREADABLE as error:
            yield Damage(str(error), modality, commit.shard, part.name)
            continue
        for place, expected in enumerate(commit.checksums[part.name]):
            row = commit.first + place
            try:
                # A failed row has a stand-in, which only the file's own checksum covers.
                intact = expected in (None, stored.checksum(place))
                problem = "its bytes are not those that were written"
            except CorruptCache as error:
                intact, problem = False, str(error)
            if not intact:
                yield Damage(problem, modality, commit.shard, part.name, row, str(ids.iloc[row]))
