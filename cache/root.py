"""The root of a cache: its plan, its store, and the modalities in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, cast

from adf.cache.commits import Commits, seal_file
from adf.cache.folder import DiskFolder, Folder
from adf.cache.plan import ClipPlan, plan_digest
from adf.cache.provenance import SCHEMA, Provenance, differences, refuse_other
from adf.cache.spec import Part, check_name
from adf.cache.store import Codec, Layout, Store
from adf.cache.stores import STORES, find_store
from adf.errors import CacheMismatch, ConfigError, CorruptCache, InputNotFound

PLAN = "clips.csv"
SHARD_ROWS = 64
MOST_SHARD_ROWS = 65_536
RECORDED = (
    *("autodeepfuse", "torch", "torchvision", "av", "numpy", "h5py", "zarr", "numcodecs"),
    *("opencv-contrib-python-headless", "ai-edge-litert"),
)


@dataclass(frozen=True)
class Root:
    """An existing cache; reading and filling it both start here."""

    store: Store
    plan: ClipPlan
    shard_rows: int

    @property
    def folder(self) -> Folder:
        """Where the files lie."""
        return self.store.folder

    @classmethod
    def open(cls, path: str | Path | Folder) -> "Root":
        """Open a cache folder, checking its root document and its list of clips."""
        folder = DiskFolder(Path(path)) if isinstance(path, str | Path) else path
        if folder.path and not folder.path.is_dir():
            raise InputNotFound(f"{folder.path} is not a folder; is the path of the cache right?")
        store = find_store(folder)
        document = store.read_attributes("")
        if document.get("schema") != SCHEMA:
            raise CacheMismatch(
                f"{folder} has schema {document.get('schema')}, this version of adf reads schema "
                f"{SCHEMA}: use the version that wrote it, or make the cache again"
            )
        csv = _read_plan(folder)
        classes, dataset = tuple(document["classes"]), document["dataset"]
        if plan_digest(csv, classes, dataset) != document["plan"]:
            raise CorruptCache(
                f"{folder}/{PLAN} is not the list of clips this cache was made for (its digest "
                "differs from the one in the root): restore it from a copy"
            )
        return cls(store, ClipPlan.stored(csv, classes, dataset), document["shard_rows"])

    @classmethod
    def create(
        cls,
        path: str | Path | Folder,
        plan: ClipPlan,
        *,
        store: str = "zarr",
        shard_rows: int = SHARD_ROWS,
    ) -> "Root":
        """Make a cache, or open the one that is there if it is for the same plan."""
        kind = STORES[store]
        if not 1 <= shard_rows <= MOST_SHARD_ROWS:
            raise ConfigError(f"shard_rows: {shard_rows} is not from 1 to {MOST_SHARD_ROWS}")
        folder = kind.place(path) if isinstance(path, str | Path) else path
        wanted = _root_document(plan, shard_rows)
        if not _is_cache(folder):
            refuse_foreign(folder)
            kind(folder).write_attributes("", wanted, exclusive=True)
        there = find_store(folder)
        for_this_plan = there.read_attributes("").get("plan") == plan.digest
        if for_this_plan and not (folder.has(PLAN) and folder.read(PLAN) == plan.csv):
            # Whoever made the root document was killed before this, or the file is damaged.
            folder.write(PLAN, plan.csv)
        root = cls.open(folder)
        root._refuse_other({"store": kind.name, "shard_rows": shard_rows}, plan)
        return root

    def _refuse_other(self, wanted: dict[str, Any], plan: ClipPlan) -> None:
        ours = {"store": self.store.name, "shard_rows": self.shard_rows}
        wrong = differences(ours, wanted)
        if self.plan.digest != plan.digest:
            wrong.append(f"plan: {self.plan.difference(plan)}")
        if wrong:
            raise CacheMismatch(
                f"{self.folder} was made otherwise ({'; '.join(wrong)}): "
                "ask for the same, or give another cache folder"
            )

    def modalities(self) -> list[str]:
        """Return the names of all modalities, complete or not."""
        document = self.store.group_file
        if self.folder.path:
            # Not by listing every file: a cache may have a hundred thousand.
            marks = (document, "sealed.json", "commits")
            folders = (path for path in self.folder.path.iterdir() if path.is_dir())
            return sorted(p.name for p in folders if any((p / mark).exists() for mark in marks))
        names = (name.split("/") for name in self.folder.names())
        return sorted(name[0] for name in names if len(name) == 2 and name[1] == document)

    def provenance(self, modality: str) -> Provenance:
        """Return how a modality was made."""
        provenance = Provenance.from_json(self._attributes(modality)["provenance"])
        if (provenance.modality, provenance.plan) != (modality, self.plan.digest):
            raise CacheMismatch(
                f"{self.folder}/{modality} is of another cache (modality '{provenance.modality}', "
                f"plan {provenance.plan[:12]}): its rows belong to other clips; remove that folder"
            )
        return provenance

    def layout(self, modality: str) -> Layout:
        """Return how the rows of a modality are laid out."""
        codec = cast(Codec, self._attributes(modality)["codec"])
        return Layout(modality, len(self.plan), self.shard_rows, codec)

    def versions(self, modality: str) -> dict[str, str]:
        """Return the library versions that began the modality; they differ without harm."""
        return dict(self._attributes(modality)["versions"])

    def commits(self, modality: str) -> Commits:
        """Return the commit records of a modality."""
        return Commits(self.folder, modality, self.provenance(modality).digest)

    def declare(
        self, provenance: Provenance, codec: Codec, versions: Mapping[str, str] | None = None
    ) -> None:
        """Begin a modality, or check that the one begun was begun alike."""
        modality = provenance.modality
        self.store.check(codec)
        if provenance.plan != self.plan.digest:
            raise CacheMismatch(f"the provenance of {modality} names another plan than the cache's")
        document = {
            "provenance": provenance.as_json(),
            "digest": provenance.digest,
            "codec": codec,
            "versions": dict(versions or library_versions()),
        }
        self.store.write_attributes(modality, document, exclusive=True)
        refuse_other(self.provenance(modality), provenance, f"{modality} in {self.folder}")
        layout = self.layout(modality)
        if layout.codec != codec:
            raise CacheMismatch(
                f"{modality} in {self.folder} was begun with codec '{layout.codec}', not "
                f"'{codec}': ask for the same, or give another cache folder"
            )
        self.store.declare(layout, provenance.parts())

    def sealed(self) -> dict[str, tuple[Layout, tuple[Part, ...]]]:
        """Return what a store needs to know of every complete modality."""
        complete = [m for m in self.modalities() if self.folder.has(seal_file(m))]
        return {m: (self.layout(m), self.provenance(m).parts()) for m in complete}

    def finish(self) -> None:
        """Renew what stands over all complete modalities, though others may do so as well."""
        done = None
        while done != (sealed := self.sealed()):
            self.store.finish(sealed)
            done = sealed

    def _attributes(self, modality: str) -> dict[str, Any]:
        check_name("modality", modality)
        try:
            return self.store.read_attributes(modality)
        except InputNotFound:
            if modality in self.modalities():
                raise CorruptCache(
                    f"{self.folder}/{modality}/{self.store.group_file} is missing: restore it from "
                    "a copy, or remove the modality's folder and fill it again"
                ) from None
            known = ", ".join(self.modalities()) or "none yet"
            raise InputNotFound(
                f"{self.folder} has no modality '{modality}'; it has: {known}"
            ) from None


def library_versions() -> dict[str, str]:
    """Return the versions of what may change a value in its last bits."""
    found = {}
    for name in RECORDED:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def _read_plan(folder: Folder) -> bytes:
    try:
        return folder.read(PLAN)
    except InputNotFound as error:
        remedy = "restore it from a copy, or run the command that made the cache once more"
        raise InputNotFound(f"{error}: {remedy}") from None


def _root_document(plan: ClipPlan, shard_rows: int) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "dataset": plan.dataset,
        "classes": list(plan.classes),
        "plan": plan.digest,
        "shard_rows": shard_rows,
    }


def _is_cache(folder: Folder) -> bool:
    return any(store.recognises(folder) for store in STORES.values())


def refuse_foreign(folder: Folder) -> None:
    """Never mix a new cache with files that are not ours."""
    if folder.path and folder.path.exists() and not folder.path.is_dir():
        raise ConfigError(f"{folder.path} is a file; give the name of a folder for the cache")
    strange = next((name for name in folder.names() if name.split("/")[0] != "staging"), None)
    # Another worker may have made the cache since we looked.
    if strange and not _is_cache(folder):
        raise ConfigError(
            f"{folder} is not empty and holds no cache (it has '{strange}'): give a new folder"
        )
