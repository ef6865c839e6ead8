"""Plain HDF5: one file a shard, and one ``features.h5`` over all of them when they are complete.

HDF5 never touches the disk here: a file is built in memory and put in place whole, because a file
that HDF5 appends to does not survive a kill, and a full disk ends the process.
"""

from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any, ClassVar

import h5py
import numpy as np

from adf.cache.canonical import crc32c, prove, proven
from adf.cache.folder import Bytes
from adf.cache.hdf5_index import Modalities, is_intact, virtual_file
from adf.cache.spec import Part
from adf.cache.store import Codec, Files, Layout, OnDisk, PlainRows, Rows, fill, little_endian
from adf.errors import ConfigError, CorruptCache, InputNotFound

INDEX = "features.h5"


class Hdf5Store(OnDisk):
    """See the module."""

    name: ClassVar[str] = "hdf5"
    root_file: ClassVar[str] = "cache.json"
    group_file: ClassVar[str] = "modality.json"

    @classmethod
    def check(cls, codec: Codec) -> None:
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
        memory = BytesIO()
        with h5py.File(memory, "w") as file:
            for part, values in rows.items():
                whole = [fill(part) if value is None else value for value in values]
                data = np.stack(whole).astype(little_endian(part), copy=False)
                file.create_dataset(part.name, data=data, track_times=False)
            offsets = {part.name: int(file[part.name].id.get_offset()) for part in rows}
        image = np.frombuffer(memory.getbuffer(), np.uint8)
        name = shard_file(layout, shard)
        self.folder.write(name, image)
        entry = {"bytes": image.size, "crc32c": crc32c(image), "offsets": offsets}
        spans = _spans(layout, shard, rows, offsets)
        return {name: {**entry, "frame": crc32c(_frame(image, spans)), "spans": spans}}

    def shard_files(self, layout: Layout, shard: int, parts: Sequence[Part]) -> list[str]:
        """Return the one file of all parts."""
        return [shard_file(layout, shard)]

    def open_shard(self, layout: Layout, shard: int, part: Part, files: Files) -> PlainRows:
        """Map the file, check all of it that is not rows, and view the rows where they lie."""
        name = shard_file(layout, shard)
        data = self.folder.map(name)
        entry = files.get(name, {})
        if data.size != entry.get("bytes"):
            expected = entry.get("bytes", "no")
            raise CorruptCache(f"{self.folder}/{name} has {data.size} bytes, {expected} expected")
        if crc32c(_frame(data, entry["spans"])) != entry["frame"]:
            raise CorruptCache(f"the HDF5 structure of {self.folder}/{name} is damaged")
        return PlainRows(data, entry["offsets"][part.name], part.row_bytes, part.row_bytes)

    def finish(self, sealed: Modalities) -> None:
        """Write ``features.h5``."""
        attributes = {modality: self.read_attributes(modality) for modality in sealed}
        self.folder.write(INDEX, virtual_file(sealed, attributes, shard_file))

    def damage(self, sealed: Modalities) -> list[tuple[str, str]]:
        """Check ``features.h5`` by the checksum it carries in front."""
        try:
            intact = is_intact(self.folder.map(INDEX))
        except InputNotFound:
            intact = not sealed
        remedy = "'adf cache gc --damaged' writes it anew"
        return [] if intact else [(INDEX, f"missing or damaged: {remedy}")]


def _document(group: str) -> str:
    return f"{group}/modality.json" if group else Hdf5Store.root_file


def shard_file(layout: Layout, shard: int) -> str:
    """Return the name of a shard's file."""
    return f"{layout.modality}/shards/{shard:05d}.h5"


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
