"""``features.h5``: virtual datasets over the shards, so that any HDF5 tool sees one file."""

import json
from collections.abc import Callable, Mapping, Sequence
from io import BytesIO
from typing import Any

import h5py
import numpy as np

from adf.cache.canonical import crc32c
from adf.cache.folder import Bytes
from adf.cache.spec import Part
from adf.cache.store import Layout, fill, little_endian

USERBLOCK = 512
Modalities = Mapping[str, tuple[Layout, Sequence[Part]]]
ShardFile = Callable[[Layout, int], str]


def virtual_file(
    sealed: Modalities, attributes: Mapping[str, Mapping[str, Any]], shard_file: ShardFile
) -> Bytes:
    """Return the file; its paths are relative, so that the cache may be moved."""
    memory = BytesIO()
    with h5py.File(memory, "w", userblock_size=USERBLOCK) as file:
        for modality, (layout, parts) in sorted(sealed.items()):
            group = file.create_group(modality)
            group.attrs["adf"] = json.dumps(attributes[modality], sort_keys=True)
            for part in parts:
                _add_virtual(group, layout, part, shard_file)
    image = np.frombuffer(memory.getbuffer(), np.uint8)
    image[:USERBLOCK] = _userblock(image)
    return image


def is_intact(image: Bytes) -> bool:
    """Compare a file with the checksum it carries in front."""
    return image.size > USERBLOCK and np.array_equal(image[:USERBLOCK], _userblock(image))


def _add_virtual(group: h5py.Group, layout: Layout, part: Part, shard_file: ShardFile) -> None:
    """Add one virtual dataset, by the low-level calls: h5py's own would note the time of day."""
    plan = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    plan.set_obj_track_times(False)
    # A shard that is not there must not read as an all-zero clip, which would be data.
    plan.set_fill_value(fill(part)[..., :1].reshape(-1)[:1])
    whole = (layout.rows, *part.shape)
    for shard in range(layout.shards):
        rows = layout.rows_of(shard)
        shape = (len(rows), *part.shape)
        place = h5py.h5s.create_simple(whole)
        place.select_hyperslab((rows.start, *(0 for _ in part.shape)), shape)
        file, name = shard_file(layout, shard).encode(), part.name.encode()
        plan.set_virtual(place, file, name, h5py.h5s.create_simple(shape))
    kind = h5py.h5t.py_create(little_endian(part))
    space = h5py.h5s.create_simple(whole)
    dataset = h5py.Dataset(h5py.h5d.create(group.id, part.name.encode(), kind, space, plan))
    for axis, label in enumerate(part.dims):
        dataset.dims[axis].label = label


def _userblock(image: Bytes) -> Bytes:
    """HDF5 leaves the first bytes of a file to its writer: ours hold a checksum of the rest."""
    text = f"adf features.h5 crc32c {crc32c(image[USERBLOCK:]):08x}\n".encode()
    return np.frombuffer(text.ljust(USERBLOCK, b"\0"), np.uint8)
