"""Plain HDF5: one file a shard, and one ``features.h5`` over all of them when they are complete.

HDF5 never touches the disk here: a file is built in memory and put in place whole, because a file
that HDF5 appends to does not survive a kill, and a full disk ends the process.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar
from weakref import WeakValueDictionary

import h5py
import numpy as np

from adf.cache.canonical import crc32c, prove, proven
from adf.cache.folder import Bytes, DiskFolder, Folder
from adf.cache.spec import Part
from adf.cache.store import Codec, Files, Layout, PlainRows, Rows, fill
from adf.errors import ConfigError, CorruptCache, InputNotFound

INDEX = "features.h5"
USERBLOCK = 512
Modalities = Mapping[str, tuple[Layout, Sequence[Part]]]


class Hdf5Store:
    """See the module."""

    name: ClassVar[str] = "hdf5"
    root_file: ClassVar[str] = "cache.json"
    group_file: ClassVar[str] = "modality.json"

    def __init__(self, folder: Folder) -> None:
        self.folder = folder
        # The parts of a shard lie in one file: it is mapped once while any of them is in use.
        self._mapped: WeakValueDictionary[str, Bytes] = WeakValueDictionary()

    @classmethod
    def place(cls, path: str | Path) -> Folder:
        """Return a folder on disk."""
        return DiskFolder(Path(path))

    @classmethod
    def recognises(cls, folder: Folder) -> bool:
        """Say whether the root document is there."""
        return folder.has(cls.root_file)

    def check(self, codec: Codec) -> None:
        """Refuse compression: plain h5py could not read it back."""
        if codec != "none":
            raise ConfigError(
                f"codec: the hdf5 store has no {codec}, which plain HDF5 tools cannot read; "
                "use codec none, or store zarr"
            )

    def write_attributes(
        self, group: str, attributes: Mapping[str, Any], *, exclusive: bool
    ) -> bool:
        """Write the group's JSON document."""
        return self.folder.write(_document(group), prove(dict(attributes)), exclusive=exclusive)

    def read_attributes(self, group: str) -> dict[str, Any]:
        """Read the group's JSON document; any changed byte is an error."""
        name = _document(group)
        remedy = "restore it from a copy, or make the cache again"
        body: dict[str, Any] = proven(self.folder.read(name), f"{self.folder}/{name}", remedy)
        return body

    def metadata(self, layout: Layout, parts: Sequence[Part]) -> dict[str, bytes]:
        """Nothing beside the shards."""
        return {}

    def declare(self, layout: Layout, parts: Sequence[Part]) -> None:
        """Nothing beside the shards."""

    def write_shard(self, layout: Layout, shard: int, rows: Mapping[Part, Rows]) -> Files:
        """Write one file with a contiguous dataset for every part."""
        file = _in_memory()
        for part, values in rows.items():
            whole = [fill(part) if value is None else value for value in values]
            data = np.stack(whole).astype(part.dtype.newbyteorder("<"), copy=False)
            file.create_dataset(part.name, data=data, track_times=False)
        file.flush()
        offsets = {part.name: int(file[part.name].id.get_offset()) for part in rows}
        image = np.frombuffer(file.id.get_file_image(), np.uint8)
        file.close()
        name = _shard_file(layout, shard)
        self.folder.write(name, image)
        entry = {"bytes": image.size, "crc32c": crc32c(image), "offsets": offsets}
        spans = _spans(layout, shard, rows, offsets)
        return {name: {**entry, "frame": crc32c(_frame(image, spans)), "spans": spans}}

    def open_shard(self, layout: Layout, shard: int, part: Part, files: Files) -> PlainRows:
        """Map the file, check all of it that is not rows, and view the rows where they lie."""
        name = _shard_file(layout, shard)
        data = self._mapped.get(name)
        if data is None:
            data = self._mapped[name] = self.folder.map(name)
        entry = files.get(name, {})
        if data.size != entry.get("bytes"):
            expected = entry.get("bytes", "no")
            raise CorruptCache(f"{self.folder}/{name} has {data.size} bytes, {expected} expected")
        if crc32c(_frame(data, entry["spans"])) != entry["frame"]:
            raise CorruptCache(f"the HDF5 structure of {self.folder}/{name} is damaged")
        rows = len(layout.rows_of(shard))
        start = entry["offsets"][part.name]
        values = data[start : start + rows * part.row_bytes].view(part.dtype.newbyteorder("<"))
        return PlainRows(values.reshape(rows, *part.shape))

    def finish(self, sealed: Modalities) -> None:
        """Write ``features.h5``: virtual datasets over the shards of every sealed modality."""
        file = _in_memory(userblock_size=USERBLOCK)
        for modality, (layout, parts) in sorted(sealed.items()):
            group = file.create_group(modality, track_order=False)
            group.attrs["adf"] = json.dumps(self.read_attributes(modality), sort_keys=True)
            for part in parts:
                _add_virtual(group, layout, part)
        file.flush()
        image = np.frombuffer(file.id.get_file_image(), np.uint8).copy()
        file.close()
        image[:USERBLOCK] = _userblock(image)
        self.folder.write(INDEX, image)

    def damage(self, sealed: Modalities) -> list[str]:
        """Check ``features.h5`` by the checksum it carries in front."""
        remedy = "run the command that filled the cache once more to write it anew"
        try:
            image = self.folder.map(INDEX)
        except InputNotFound:
            return [f"{INDEX} is missing: {remedy}"] if sealed else []
        intact = image.size > USERBLOCK and np.array_equal(image[:USERBLOCK], _userblock(image))
        return [] if intact else [f"{INDEX} is damaged: {remedy}"]


def _document(group: str) -> str:
    return f"{group}/modality.json" if group else Hdf5Store.root_file


def _shard_file(layout: Layout, shard: int) -> str:
    return f"{layout.modality}/shards/{shard:05d}.h5"


def _in_memory(**options: Any) -> h5py.File:
    return h5py.File("shard", "w", driver="core", backing_store=False, **options)


def _spans(
    layout: Layout, shard: int, parts: Mapping[Part, Rows], offsets: dict[str, int]
) -> list[list[int]]:
    count = len(layout.rows_of(shard))
    starts = [(offsets[part.name], count * part.row_bytes) for part in parts]
    return [[start, start + size] for start, size in sorted(starts)]


def _frame(data: Bytes, spans: Sequence[Sequence[int]]) -> Bytes:
    """Return all bytes that are not rows: HDF5's own structure."""
    edges = [0, *(edge for span in spans for edge in span), data.size]
    return np.concatenate([data[a:b] for a, b in zip(edges[::2], edges[1::2], strict=True)])


def _add_virtual(group: h5py.Group, layout: Layout, part: Part) -> None:
    """Add one virtual dataset, by the low-level calls: h5py's own would note the time of day."""
    plan = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    plan.set_obj_track_times(False)
    whole = (layout.rows, *part.shape)
    for shard in range(layout.shards):
        rows = layout.rows_of(shard)
        shape = (len(rows), *part.shape)
        place = h5py.h5s.create_simple(whole)
        place.select_hyperslab((rows.start, *(0 for _ in part.shape)), shape)
        file, name = _shard_file(layout, shard).encode(), part.name.encode()
        plan.set_virtual(place, file, name, h5py.h5s.create_simple(shape))
    kind = h5py.h5t.py_create(part.dtype.newbyteorder("<"))
    space = h5py.h5s.create_simple(whole)
    dataset = h5py.Dataset(h5py.h5d.create(group.id, part.name.encode(), kind, space, plan))
    for axis, label in enumerate(part.dims):
        dataset.dims[axis].label = label


def _userblock(image: Bytes) -> Bytes:
    """HDF5 leaves the first bytes of a file to its writer: ours hold a checksum of the rest."""
    text = f"adf features.h5 crc32c {crc32c(image[USERBLOCK:]):08x}\n".encode()
    return np.frombuffer(text.ljust(USERBLOCK, b"\0"), np.uint8)
